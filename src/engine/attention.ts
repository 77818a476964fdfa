/** Attention weights of the last id that was read. */
import type { DecoderConfig } from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";
import { EngineError } from "./errors.ts";
import { floats, type Results } from "./graph-values.ts";

/** Layers and heads whose attention weights are returned. */
export interface AttentionRequest {
  /** Layers, from 0. Default: all. */
  readonly layers?: readonly number[];
  /** Heads, from 0. Default: all. */
  readonly heads?: readonly number[];
}

/** Attention weights of the last id over the ids of its window, in one layer. */
export interface LayerAttention {
  readonly layer: number;
  readonly heads: readonly number[];
  /** Position of the first id that it attends to; with a sink, of the first after the evicted ones. The last is its own. */
  readonly from: number;
  /** `[heads, visible ids]`; each row sums to 1, less the weight of the sink rows. */
  readonly weights: Float32Array;
}

/** @throws EngineError for a layer or head that the model does not have, and for a batch. */
export function checkedRequest(
  config: DecoderConfig,
  request: AttentionRequest,
  sequences: number,
): Required<AttentionRequest> {
  if (sequences > 1) {
    throw new EngineError(`attention weights of ${sequences} sequences were requested`, {
      code: "bad-attention",
      hint: "select one sequence from the cache",
    });
  }
  return {
    layers: checkedNumbers("layer", request.layers, config.layers),
    heads: checkedNumbers("head", request.heads, config.heads),
  };
}

/** Names of the results of a graph. */
export function attentionNames({ layers }: Required<AttentionRequest>): string[] {
  return layers.map((layer) => `attention.${layer}`);
}

/** The attention of the newest id of a cache, from the results of the run that read it. */
export function layerAttention(
  config: DecoderConfig,
  { layers, heads }: Required<AttentionRequest>,
  cache: KeyValueCache,
  results: Results,
): readonly LayerAttention[] {
  const span = cache.visibleSpan(cache.position - 1);
  const from = cache.position - span;
  return layers.map((layer) => {
    const weights = floats(results, `attention.${layer}`); // [all heads, positions]
    return { layer, heads, from, weights: visibleWeights(config, weights, heads, span) };
  });
}

/**
 * The weights of some heads, without the positions that are hidden from the last id.
 *
 * @param weights `[all heads, positions]`, of which the last `span` are visible.
 * @returns `[heads, span]`
 */
function visibleWeights(
  config: DecoderConfig,
  weights: Float32Array,
  heads: readonly number[],
  span: number,
): Float32Array {
  const positions = weights.length / config.heads;
  const visible = new Float32Array(heads.length * span);
  for (const [row, head] of heads.entries()) {
    visible.set(weights.subarray((head + 1) * positions - span, (head + 1) * positions), row * span);
  }
  return visible;
}

function checkedNumbers(
  what: string,
  numbers: readonly number[] | undefined,
  count: number,
): readonly number[] {
  if (!numbers) return Array.from({ length: count }, (_, number) => number);
  for (const number of numbers) {
    if (Number.isInteger(number) && number >= 0 && number < count) continue;
    throw new EngineError(`the model has no ${what} ${number}`, {
      code: "bad-attention",
      hint: `give a number from 0 to ${count - 1}`,
    });
  }
  return [...numbers];
}
