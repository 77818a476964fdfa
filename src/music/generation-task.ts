/** A generation task: its prompt, the tokens it allows, and the loop that runs it. */
import { STEPS_PER_SECOND } from "../../encoding/index.ts";
import {
  CachedContext,
  type DraftedIds,
  generateIds,
  leaseContext,
  type LogitsProcessor,
  type Sampler,
} from "../engine/index.ts";
import type { GenerateTrackOptions } from "./generated-track.ts";

/** The logits processor of a task, with its prompt and its progress. */
export interface GenerationTask extends LogitsProcessor {
  /** The ids before the first generated one. */
  readonly prompt: readonly number[];
  /** Number of generated ids. */
  readonly events: number;
  /** The current time, in steps of 10 ms. */
  readonly step: number;
  readonly isFinished: boolean;
  /** Replaces a sampled id that would skip an event of the given music; returns other ids unchanged. */
  snapId(id: number): number;
}

/**
 * Generates ids until the task is finished.
 *
 * @param seconds length of the music, for progress reports.
 */
export async function runTask(
  model: DraftedIds,
  task: GenerationTask,
  sampler: Sampler,
  seconds: number,
  { onProgress, signal, draftModel }: Pick<GenerateTrackOptions, "onProgress" | "signal" | "draftModel">,
): Promise<void> {
  const { decoder } = model;
  const own = (): CachedContext => new CachedContext(decoder);
  const drafted = draftModel && (await leaseContext(model, task.prompt, { draftModel }, own));
  const generation = generateIds(decoder, {
    prompt: task.prompt,
    sampler,
    processors: [task],
    override: ({ id }: { readonly id: number }) => Promise.resolve(task.snapId(id)),
    context: drafted?.context ?? own(),
    signal,
  });
  try {
    for await (const _ of generation) {
      const done = Math.min(seconds, task.step / STEPS_PER_SECOND);
      onProgress?.({ events: task.events, seconds: done, of: seconds });
      if (task.isFinished) return;
    }
  } finally {
    drafted?.release();
  }
}
