import type { CachedContext } from "./cached-context.ts";
import type { Decoder } from "./decoder.ts";
import { SpeculativeContext } from "./speculative-context.ts";
import { type Drafter, SuffixDrafter } from "./speculation/index.ts";

/**
 * The time that one more id adds to a run, as a share of the time of a run of one id: measured for GPT-2 124M and `piano` at 64 and 512 ids,
 * on two cores without AVX-512. They are constants, so that a seed always gives the same runs.
 */
const ROW_COSTS = { learned: 0.1, relative: 0.25, quantized: 0.25 };

/** A drafter without a model. */
export interface DraftingMethod {
  /** Makes the drafter of a generation. @param rowCost the time that one more id adds to a run, as a share of the time of a run of one id. */
  readonly newDrafter: (rowCost: number) => Drafter;
  /** The kind of draft from which on its drafts are accepted as often as those of a model, which take time. */
  readonly longRepeat: number;
}

/** `SuffixDrafter`; from matches of six ids on, its drafts are accepted as often as those of a model. */
export const SUFFIXES: DraftingMethod = { newDrafter: () => new SuffixDrafter(), longRepeat: 2 };

/**
 * A context with speculative decoding, on the native backend. Undefined where drafts cannot save time, or would change the ids: in
 * WebAssembly, which samples in the graph, and in int8 where a row has other bits in a run of several.
 *
 * @param context not used for anything else until the returned one is settled.
 * @param drafter proposes ids, or a function that makes one. Default: a `SuffixDrafter`.
 */
export function speculate(
  decoder: Decoder,
  context: CachedContext,
  drafter: Drafter | ((rowCost: number) => Drafter) = SUFFIXES.newDrafter,
): SpeculativeContext | undefined {
  if (decoder.backend !== "node" || !decoder.mayReadExactly) return undefined;
  const cost = decoder.isQuantized ? ROW_COSTS.quantized : ROW_COSTS[decoder.config.position.kind];
  return new SpeculativeContext(context, typeof drafter === "function" ? drafter(cost) : drafter, cost);
}
