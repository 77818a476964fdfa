/** Compares the ids of two generations. */
import {
  type LogitsProcessor,
  type Decoder,
  generateIds,
  GumbelNoise,
  Sampler,
  SequenceBatch,
  type SequenceContext,
} from "../../src/engine/index.ts";
import type { SamplingOptions } from "../../src/options.ts";
import { writeAllowed } from "./allowed-ids.ts";

/** The note-on ids of performance vocabularies. */
export const PITCHES = { first: 0, count: 128 };

/** Their velocity ids. */
export const VELOCITIES = { first: 356, count: 32 };

/** Their time shift ids. */
export const TIMES = { first: 256, count: 100 };

export interface Generation {
  readonly prompt: readonly number[];
  readonly options: SamplingOptions;
  /** A new one for each generation. */
  readonly processor?: () => LogitsProcessor;
  readonly count: number;
  readonly contextShift?: boolean;
  readonly context?: SequenceContext;
  readonly signal?: AbortSignal;
  readonly onId?: (id: number) => void;
}

/** `count` ids by a decoder. */
export async function generated(decoder: Decoder, generation: Generation): Promise<number[]> {
  const { prompt, options, processor, count, contextShift = false, context, signal, onId } = generation;
  const ids: number[] = [];
  const sampler = new Sampler(options, PITCHES, VELOCITIES, TIMES);
  for await (const { id } of generateIds(decoder, {
    prompt,
    sampler,
    contextShift,
    ...(context ? { context } : {}),
    ...(processor ? { processors: [processor()] } : {}),
    ...(signal ? { signal } : {}),
  })) {
    onId?.(id);
    if (ids.push(id) === count) break;
  }
  return ids;
}

/** The ids of each generation, all in one batch. They have the prompt of the first. */
export async function generatedTogether(
  decoder: Decoder,
  generations: readonly Generation[],
): Promise<readonly PromiseSettledResult<number[]>[]> {
  const { sequences } = new SequenceBatch(decoder, generations.length);
  return Promise.allSettled(
    sequences.map((context, i) =>
      generated(decoder, { ...generations[i]!, context }).finally(() => context.leave()),
    ),
  );
}

/** The first step at which two generations differ, and the margin of the two best candidates there. */
export interface Parting {
  readonly step: number;
  /** Difference of the two highest noisy scores, by `decoder`. */
  readonly margin: number;
}

/** @returns undefined if they are equal. */
export async function parting(
  decoder: Decoder,
  generation: Generation,
  ids: readonly number[],
  others: readonly number[],
): Promise<Parting | undefined> {
  const step = ids.findIndex((id, i) => id !== others[i]);
  if (step === -1) return undefined;
  const { prompt, options, processor } = generation;
  const before = [...prompt, ...ids.slice(0, step)];
  const rules = processor ? [processor()] : [];
  for (const id of before) for (const rule of rules) rule.push(id);
  const allowed = new Uint8Array(decoder.config.vocabularySize);
  writeAllowed(rules, allowed);
  const logits = await decoder.forward(before.slice(-decoder.config.window), decoder.createCache());
  const noise = new GumbelNoise(new Sampler(options, PITCHES, VELOCITIES, TIMES).seed);
  const { temperature = 1 } = options;
  const noisy = [...logits]
    .map((logit, id) => (allowed[id] === 0 ? -Infinity : logit / temperature + noise.at(step, id)))
    .sort((a, b) => b - a);
  return { step, margin: (noisy[0] ?? NaN) - (noisy[1] ?? NaN) };
}
