/** Ids, one after the other, from a model. */
import type { Decoder } from "./decoder.ts";
import type { Sampler } from "./sampler.ts";

/** What may come next; told of every id, prompt included. */
export interface Constraint {
  push(id: number): void;
  /** Sets one byte an id: 1 where it may come next, 0 where not. */
  mask(legal: Uint8Array): void;
}

export interface GenerateIdsOptions {
  /** Ids to continue; at least one. Of a prompt longer than the model's window only the last part is read. */
  readonly prompt: readonly number[];
  readonly sampler: Sampler;
  readonly constraint?: Constraint;
  /** Stops the generation: the iteration throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Draws ids without end; stop iterating when there are enough. Relative attention lets the cache roll, so memory and
 * time for an id stay the same however long this goes on.
 */
export async function* generateIds(
  decoder: Decoder,
  options: GenerateIdsOptions,
): AsyncGenerator<number, never> {
  const { prompt, sampler, constraint, signal } = options;
  for (const id of prompt) constraint?.push(id);
  const legal = constraint && new Uint8Array(decoder.config.vocabularySize);
  const cache = decoder.createCache();
  let ids: readonly number[] = prompt.slice(-decoder.config.window);
  for (let step = 0; ; step += 1) {
    signal?.throwIfAborted();
    const logits = await decoder.forward(ids, cache, signal ? { signal } : {});
    if (constraint && legal) constraint.mask(legal);
    const id = sampler.sample(logits, step, legal);
    constraint?.push(id);
    yield id;
    ids = [id];
  }
}
