/** Checks of the ids passed to a decoder. */
import type { DecoderConfig } from "../../models/index.ts";
import { EngineError } from "./errors.ts";

/**
 * Checks the ids of a run.
 *
 * @param ids position by position, at each the ids of all sequences.
 * @throws EngineError for no ids, an id out of range, or a number of ids that `sequences` does not divide.
 */
export function checkIds({ vocabularySize }: DecoderConfig, ids: ArrayLike<number>, sequences: number): void {
  if (ids.length % sequences !== 0) {
    throw new EngineError(`${ids.length} ids cannot be divided among ${sequences} sequences`, {
      code: "no-ids",
      hint: "give each sequence the same number of ids",
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
      hint: `give ids from 0 to ${vocabularySize - 1}, encoded with the model's vocabulary`,
    });
  }
}

/**
 * Checks that learned positions suffice.
 *
 * @param end number of positions after the run.
 * @throws EngineError with code "context-full" if positions are learned and the model has fewer.
 */
export function checkPositions({ position, window }: DecoderConfig, end: number): void {
  if (position.kind !== "learned" || end <= window) return;
  throw new EngineError(`${end} ids, but the model has ${window} positions`, {
    code: "context-full",
    hint: "begin a new cache with the last part of the text, or generate with contextShift: true",
  });
}
