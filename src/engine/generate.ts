/** The generation loop. */
import { CachedContext } from "./cached-context.ts";
import type { Decoder } from "./decoder.ts";
import { nextIds } from "./in-graph.ts";
import type { GeneratedId, SamplingRequest } from "./next-ids.ts";
import type { SequenceContext } from "./sequence-context.ts";

/** The prompt, the sampler, and where the ids are read. */
export interface GenerateIdsOptions extends SamplingRequest {
  /** The cached context, or a sequence of a batch. Default: a new context. */
  readonly context?: SequenceContext;
}

/**
 * Generates ids without end; stop iterating to stop. With relative positions the cache rolls, so memory and time per id are
 * constant. When learned positions run out it throws an EngineError, or with `contextShift` it reads the last half window
 * again before the next id.
 *
 * A backend may return several ids per run. The ids are the same, unless two noisy scores are equal within the rounding of the
 * logits.
 *
 * @throws EngineError when no id is allowed; else as `CachedContext`.
 */
export async function* generateIds(
  decoder: Decoder,
  options: GenerateIdsOptions,
): AsyncGenerator<GeneratedId, never> {
  const own = new CachedContext(decoder); // allocates no memory before it reads ids
  try {
    const source = nextIds(decoder.config, options.context ?? own, options);
    for (;;) {
      for (const next of await source.next()) {
        source.append(next.id);
        yield next;
      }
    }
  } finally {
    own.free();
  }
}
