/** Music that is written into what is given. */
import { STEPS_PER_SECOND } from "../../encoding/index.ts";
import { type Constraint, type Decoder, generateIds, type Sampler } from "../engine/index.ts";
import type { GenerateTrackOptions } from "./generated-track.ts";

/** What is given, around what the model may write. */
export interface GenerationTask extends Constraint {
  /** What the model is given before it writes. */
  readonly prompt: readonly number[];
  /** How many ids it has written. */
  readonly events: number;
  /** How far it is, in steps. */
  readonly step: number;
  readonly isFinished: boolean;
  /** What a drawn id becomes. */
  snapId(id: number): number;
}

/**
 * Writes a part to its end.
 *
 * @param seconds how long the music is, for those who watch.
 */
export async function runTask(
  decoder: Decoder,
  part: GenerationTask,
  sampler: Sampler,
  seconds: number,
  { onProgress, signal }: Pick<GenerateTrackOptions, "onProgress" | "signal">,
): Promise<void> {
  const run = {
    prompt: part.prompt,
    sampler,
    constraint: part,
    choose: ({ id }: { readonly id: number }) => Promise.resolve(part.snapId(id)),
    signal,
  };
  for await (const _ of generateIds(decoder, run)) {
    const written = Math.min(seconds, part.step / STEPS_PER_SECOND);
    onProgress?.({ events: part.events, seconds: written, of: seconds });
    if (part.isFinished) return;
  }
}
