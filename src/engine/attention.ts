/** What a step looked at: the attention weights of the last id read, for those who ask. */
import type { DecoderConfig } from "../../models/index.ts";
import { EngineError } from "./errors.ts";

/** Whose attention is wanted. */
export interface AttentionRequest {
  /** Layers, from 0. Default: all. */
  readonly layers?: readonly number[];
  /** Heads, from 0. Default: all. */
  readonly heads?: readonly number[];
}

/** How the last id read, in one layer, shared its attention out among the ids of its window. */
export interface LayerAttention {
  readonly layer: number;
  readonly heads: readonly number[];
  /** Position of the first id that it saw, or where a cache with an anchor has left some out, of the first behind these; the last is its own. */
  readonly from: number;
  /** `[heads, ids seen]`; each row sums to 1, or to less by what went to an anchor. */
  readonly weights: Float32Array;
}

/** @throws EngineError for a layer or head that the model does not have. */
export function checkedRequest(config: DecoderConfig, request: AttentionRequest): Required<AttentionRequest> {
  return {
    layers: chosen("layer", request.layers, config.layers),
    heads: chosen("head", request.heads, config.heads),
  };
}

/**
 * The chosen heads, without the times that are hidden from the last id.
 *
 * @param weights `[all heads, times]`, of which the last `seen` times are visible.
 * @returns `[heads, seen]`
 */
export function visibleWeights(
  config: DecoderConfig,
  weights: Float32Array,
  heads: readonly number[],
  seen: number,
): Float32Array {
  const times = weights.length / config.heads;
  const visible = new Float32Array(heads.length * seen);
  for (const [row, head] of heads.entries()) {
    visible.set(weights.subarray((head + 1) * times - seen, (head + 1) * times), row * seen);
  }
  return visible;
}

function chosen(what: string, numbers: readonly number[] | undefined, count: number): readonly number[] {
  if (!numbers) return Array.from({ length: count }, (_, number) => number);
  for (const number of numbers) {
    if (Number.isInteger(number) && number >= 0 && number < count) continue;
    throw new EngineError(`the model has no ${what} ${number}`, {
      code: "bad-attention",
      hint: `it has ${count}, counted from 0`,
    });
  }
  return [...numbers];
}
