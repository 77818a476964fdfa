/** Inputs and results of a decoder's graph, by the names of `models/graph/decoder.ts`. */
import {
  type DecoderConfig,
  exactMaskShape,
  exactSizes,
  headSize,
  runPositions,
} from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";
import { attentionMask } from "./mask.ts";
import type { RuntimeTensor } from "./runtime.ts";

export type Results = ReadonlyMap<string, RuntimeTensor>;

/** What determines the form of a graph's inputs. */
export interface InputForm {
  readonly config: DecoderConfig;
  /** See `QuantizationScheme`. */
  readonly isExact: boolean;
}

/**
 * The inputs of a run: ids, mask, positions and views of the cache.
 *
 * @param rows positions that the run computes: those of the ids, and of sampled ones.
 * @param all whether to return the logits of all rows, or of the last.
 */
export function graphInputs(
  { config, isExact }: InputForm,
  ids: Int32Array,
  rows: number,
  cache: KeyValueCache,
  all: boolean,
): Record<string, RuntimeTensor> {
  const { sequences } = cache;
  const inputs: Record<string, RuntimeTensor> = {
    ids: { type: "int32", data: ids, shape: [ids.length] },
    logits_from: { type: "int32", data: Int32Array.of(all ? -ids.length : -sequences), shape: [1] },
    ...(isExact ? exactInputs(config, rows, cache) : cacheInputs(config, rows, cache)),
  };
  if (config.position.kind === "learned") {
    const positions = Int32Array.from(
      { length: rows * sequences },
      (_, i) => cache.position + Math.floor(i / sequences),
    );
    inputs["positions"] = { type: "int32", data: positions, shape: [positions.length] };
  }
  return inputs;
}

/** The mask, and the past of each layer. */
function cacheInputs(
  config: DecoderConfig,
  rows: number,
  cache: KeyValueCache,
): Record<string, RuntimeTensor> {
  const { rows: past, sequences } = cache;
  const mask = attentionMask(rows, cache.length, past, config.window);
  const inputs: Record<string, RuntimeTensor> = {
    mask: { type: "float32", data: mask, shape: [rows, past + rows] },
  };
  const shape = [past, sequences * config.heads, headSize(config)];
  for (let layer = 0; layer < config.layers; layer += 1) {
    inputs[`past_keys.${layer}`] = { type: "float32", data: cache.keys(layer), shape };
    inputs[`past_values.${layer}`] = { type: "float32", data: cache.values(layer), shape };
  }
  return inputs;
}

/** The same for a graph whose rows have the same bits in any run: see `models/graph/exact-attention.ts`. */
function exactInputs(
  config: DecoderConfig,
  rows: number,
  cache: KeyValueCache,
): Record<string, RuntimeTensor> {
  const { length, sequences } = cache;
  const run = runPositions(length, rows);
  const sizes = exactSizes(config, run);
  const mask = attentionMask(rows, length, run.past + run.recent, config.window, run.spare);
  const row = [1, sequences, config.heads, headSize(config)];
  const width = sequences * config.width;
  const recent = new Float32Array(2 * config.layers * run.recent * width);
  const inputs: Record<string, RuntimeTensor> = {
    mask: { type: "float32", data: mask, shape: exactMaskShape(run) },
    sizes: { type: "int32", data: sizes, shape: [sizes.length] },
    recent: { type: "float32", data: recent, shape: [2 * config.layers * run.recent, ...row] },
  };
  const shape = [run.past, ...row];
  const nothing = length < run.past ? new Float32Array(run.past * width) : undefined;
  const [behind, end] = [(length - run.recent) * width, length * width];
  for (let layer = 0; layer < config.layers; layer += 1) {
    for (const [i, held] of [cache.keys(layer), cache.values(layer)].entries()) {
      const data = nothing ?? held.subarray(0, behind);
      inputs[`${i === 0 ? "past_keys" : "past_values"}.${layer}`] = { type: "float32", data, shape };
      recent.set(held.subarray(behind, end), (2 * layer + i) * (end - behind));
    }
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
  weights: RuntimeTensor | undefined,
  rows: number,
  spare: number,
): Float32Array {
  if (weights?.type !== "float32") throw new TypeError("the graph returned no attention weights");
  const { data, shape } = weights;
  const [products = 1, , heads = 1, , positions = 0] = shape;
  const last = new Float32Array(heads * (positions - spare));
  for (let head = 0; head < heads; head += 1) {
    const row = products === rows ? (rows - 1) * heads + head : (head + 1) * rows - 1;
    last.set(data.subarray(row * positions, (row + 1) * positions - spare), head * (positions - spare));
  }
  return last;
}

/** @throws TypeError if there is no such float32 result. */
export function floats(results: Results, name: string): Float32Array {
  const tensor = results.get(name);
  if (tensor?.type === "float32") return tensor.data;
  throw new TypeError(`the graph returned no float32 result "${name}"`);
}

/** Concatenates the rows of several runs. */
export function joined(chunks: readonly Float32Array[]): Float32Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const all = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
