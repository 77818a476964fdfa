/**
 * Inputs and results that only graphs of the native backend have: those with exact attention (`models/graph/exact-attention.ts`), and those
 * whose caches have the heads as their first axis.
 */
import {
  type DecoderConfig,
  exactMaskShape,
  exactPaddingShape,
  exactSizes,
  headSize,
  type RunPositions,
} from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";
import type { RuntimeTensor } from "./runtime.ts";

/** The mask, and the past of each layer. */
export function exactInputs(
  config: DecoderConfig,
  run: RunPositions,
  cache: KeyValueCache,
  { mask, pastShape }: { readonly mask: Float32Array; readonly pastShape: readonly number[] },
): Record<string, RuntimeTensor> {
  const { sequences } = cache;
  const sizes = exactSizes(config, run);
  const padding = exactPaddingShape(config, sequences, run);
  const width = sequences * config.width;
  const recent = new Float32Array(2 * config.layers * run.recent * width);
  const recentShape = [2 * config.layers * run.recent, 1, sequences, config.heads, headSize(config)];
  const inputs: Record<string, RuntimeTensor> = {
    mask: { type: "float32", data: mask, shape: exactMaskShape(run) },
    sizes: { type: "int32", data: sizes, shape: [sizes.length] },
    padding: { type: "float32", data: new Float32Array(padding.reduce((a, b) => a * b)), shape: padding },
    recent: { type: "float32", data: recent, shape: recentShape },
  };
  const nothing = cache.rows < run.past ? new Float32Array(run.past * width) : undefined;
  for (let buffer = 0; buffer < 2 * config.layers; buffer += 1) {
    const name = `${buffer % 2 === 0 ? "past_keys" : "past_values"}.${Math.floor(buffer / 2)}`;
    const data = nothing ?? cache.past(buffer).subarray(0, run.past * width);
    inputs[name] = { type: "float32", data, shape: pastShape };
    recent.set(cache.newest(buffer, run.recent), buffer * run.recent * width);
  }
  return inputs;
}

/**
 * The attention weights of the last row, from those of all rows of a run of one sequence.
 *
 * @param weights as the graph of a scheme with `isExact` returns them.
 * @param spare positions at the end, which are dropped.
 * @returns `[heads, positions]`
 */
export function lastRowWeights(
  weights: RuntimeTensor & { readonly type: "float32" },
  rows: number,
  spare: number,
): Float32Array {
  const { data, shape } = weights;
  const [products = 1, , heads = 1, , positions = 0] = shape;
  const last = new Float32Array(heads * (positions - spare));
  for (let head = 0; head < heads; head += 1) {
    const row = products === rows ? (rows - 1) * heads + head : (head + 1) * rows - 1;
    last.set(data.subarray(row * positions, (row + 1) * positions - spare), head * (positions - spare));
  }
  return last;
}

/** Hidden positions after the past: the first one, and the first after them. */
export type Gap = readonly [from: number, to: number];

/** Numbers of positions, in the order of the scores. */
export interface MaskSpans {
  /** Visible to all rows. */
  readonly past: number;
  readonly hidden: number;
  /** Visible to all rows. */
  readonly recent: number;
  /** Of the run: each row attends to those up to its own. */
  readonly rows: number;
  /** Hidden. */
  readonly spare: number;
}

/** As `attentionMask`, for a past with hidden rows at its end, which the window does not limit.  # [rows, positions] */
export function maskWithGap({ past, hidden, recent, rows, spare }: MaskSpans): Float32Array {
  const afterGap = past + hidden;
  const positions = afterGap + recent + rows + spare;
  const mask = new Float32Array(rows * positions).fill(-Infinity);
  for (let row = 0; row < rows; row += 1) {
    const at = row * positions;
    mask.fill(0, at, at + past);
    mask.fill(0, at + afterGap, at + afterGap + recent + row + 1);
  }
  return mask;
}

/**
 * The attention weights of the last row, without the hidden positions after the past.
 *
 * @param weights `[heads, positions]`
 */
export function withoutGap(weights: Float32Array, heads: number, [from, to]: Gap): Float32Array {
  const positions = weights.length / heads;
  const left = positions - (to - from);
  const visible = new Float32Array(heads * left);
  for (let head = 0; head < heads; head += 1) {
    const at = head * positions;
    visible.set(weights.subarray(at, at + from), head * left);
    visible.set(weights.subarray(at + to, at + positions), head * left + from);
  }
  return visible;
}
