/** Inputs and results of a decoder's graph, by the names of `models/graph/decoder.ts`. */
import { type DecoderConfig, headSize } from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";
import { attentionMask } from "./mask.ts";
import type { RuntimeTensor } from "./runtime.ts";

export type Results = ReadonlyMap<string, RuntimeTensor>;

/**
 * The inputs of a run: ids, mask, positions and views of the cache.
 *
 * @param rows positions that the run computes: those of the ids, and of sampled ones.
 * @param all whether to return the logits of all rows, or of the last.
 */
export function graphInputs(
  config: DecoderConfig,
  ids: Int32Array,
  rows: number,
  cache: KeyValueCache,
  all: boolean,
): Record<string, RuntimeTensor> {
  const { rows: past, sequences } = cache;
  const mask = attentionMask(rows, cache.length, past, config.window);
  const inputs: Record<string, RuntimeTensor> = {
    ids: { type: "int32", data: ids, shape: [ids.length] },
    mask: { type: "float32", data: mask, shape: [rows, past + rows] },
    logits_from: { type: "int32", data: Int32Array.of(all ? -ids.length : -sequences), shape: [1] },
  };
  if (config.position.kind === "learned") {
    const positions = Int32Array.from(
      { length: rows * sequences },
      (_, i) => cache.position + Math.floor(i / sequences),
    );
    inputs["positions"] = { type: "int32", data: positions, shape: [positions.length] };
  }
  const shape = [past, sequences * config.heads, headSize(config)];
  for (let layer = 0; layer < config.layers; layer += 1) {
    inputs[`past_keys.${layer}`] = { type: "float32", data: cache.keys(layer), shape };
    inputs[`past_values.${layer}`] = { type: "float32", data: cache.values(layer), shape };
  }
  return inputs;
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
