import type { CachedContext } from "./cached-context.ts";
import type { Decoder } from "./decoder.ts";
import { SpeculativeContext } from "./speculative-context.ts";
import { type Drafter, SuffixDrafter } from "./speculation/index.ts";

/**
 * What one more id in a run adds to its time, as a share of a run of one id: measured for GPT-2 124M and `piano` at 64 and 512 ids, on two
 * cores without AVX-512. Constants and no clock, so that a seed always gives the same runs.
 */
const ROW_COSTS = { learned: 0.1, relative: 0.25, quantized: 0.25 };

/** How to draft without a model. */
export interface DraftingMethod {
  /** Makes the drafter of a generation. @param rowCost what one more id in a run adds to its time, as a share of a run of one id. */
  readonly newDrafter: (rowCost: number) => Drafter;
  /** The kind of draft from which on its drafts are as good as those of a model, and cost nothing. */
  readonly longRepeat: number;
}

/** Drafts what followed the longest earlier suffix; from six ids on, as good as a model. */
export const SUFFIXES: DraftingMethod = { newDrafter: () => new SuffixDrafter(), longRepeat: 2 };

/**
 * A context that reads drafts ahead, on the native backend. Undefined where they cannot pay, or would change the ids: in
 * WebAssembly, which samples in the graph, and in int8 where a row has other bits in a run of several.
 *
 * @param context used by nobody else until the returned one is settled.
 * @param drafter proposes ids, or makes what does. Default: what followed the longest earlier suffix.
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
