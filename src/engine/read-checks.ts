/** What a decoder refuses to read. */
import type { DecoderConfig } from "../../models/index.ts";
import { EngineError } from "./errors.ts";

/**
 * @param sequences of equal length, whose ids are given time by time.
 * @throws EngineError for no ids, an id that the model does not have, or sequences that do not get as many ids each.
 */
export function checkIds({ vocabularySize }: DecoderConfig, ids: ArrayLike<number>, sequences: number): void {
  if (ids.length % sequences !== 0) {
    throw new EngineError(`${ids.length} ids for a cache of ${sequences} sequences`, {
      code: "no-ids",
      hint: "give each sequence as many ids as the others",
    });
  }
  if (ids.length === 0) {
    throw new EngineError("no ids were given", { code: "no-ids", hint: "give at least one id to read" });
  }
  for (let i = 0; i < ids.length; i += 1) {
    const id = ids[i] ?? -1;
    if (Number.isInteger(id) && id >= 0 && id < vocabularySize) continue;
    throw new EngineError(`id ${ids[i]} at position ${i} is not in the vocabulary`, {
      code: "bad-id",
      hint: `the model's ids go from 0 to ${vocabularySize - 1}; was another vocabulary used to encode?`,
    });
  }
}

/**
 * @param end how many times there will be.
 * @throws EngineError with code "context-full" where positions are learned and there are fewer.
 */
export function checkRoom({ position, window }: DecoderConfig, end: number): void {
  if (position.kind !== "learned" || end <= window) return;
  throw new EngineError(`${end} ids, but the model has ${window} positions`, {
    code: "context-full",
    hint: "begin a new cache with the last part of the text; generation does so with roll: true",
  });
}
