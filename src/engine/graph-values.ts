/** Inputs and results of a decoder's graph, by the names of `models/graph/decoder.ts`. */
import { type DecoderConfig, headSize, runPositions, type RunPositions } from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";
import { attentionMask } from "./mask.ts";
import { exactInputs, type Gap, maskWithGap } from "./native-values.ts";
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
 * @param layout of the positions that the run computes: those of the ids, and of sampled ones.
 * @param all whether to return the logits of all rows, or of the last.
 */
export function graphInputs(
  { config, isExact }: InputForm,
  ids: Int32Array,
  layout: RunLayout,
  cache: KeyValueCache,
  all: boolean,
): Record<string, RuntimeTensor> {
  const { sequences } = cache;
  const { run } = layout;
  const { rows } = run;
  const inputs: Record<string, RuntimeTensor> = {
    ids: { type: "int32", data: ids, shape: [ids.length] },
    logits_from: { type: "int32", data: Int32Array.of(all ? -ids.length : -sequences), shape: [1] },
    ...(isExact
      ? exactInputs(config, run, cache, {
          mask: maskOf(layout, cache, config),
          pastShape: pastShape(config, cache, run.past, [1, sequences, config.heads]),
        })
      : cacheInputs(config, layout, cache)),
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

/** The positions of a run, and those that it hides after the past. */
export interface RunLayout {
  readonly run: RunPositions;
  /** The hidden positions after the past; undefined unless the heads are the first axis. */
  readonly gap: Gap | undefined;
}

/** @param rows number of positions that the run computes. */
export function runLayout({ isExact }: InputForm, rows: number, cache: KeyValueCache): RunLayout {
  const { length, rows: viewed } = cache;
  const isHeadsFirst = cache.shape.headsFirst !== undefined;
  const run = isExact
    ? runPositions(length, rows, isHeadsFirst ? viewed : undefined)
    : { past: viewed, padding: 0, recent: 0, rows, spare: 0 };
  return { run, gap: isHeadsFirst ? [length - run.recent, run.past + run.padding] : undefined };
}

function maskOf({ run, gap }: RunLayout, { length }: KeyValueCache, { window }: DecoderConfig): Float32Array {
  const { past, recent, rows, spare } = run;
  if (gap === undefined) return attentionMask(rows, length, past + recent, window, spare);
  const [from, to] = gap;
  return maskWithGap({ past: from, hidden: to - from, recent, rows, spare });
}

/** The shape of the past, with all axes of heads. */
function pastShape(
  config: DecoderConfig,
  cache: KeyValueCache,
  past: number,
  heads: readonly number[],
): readonly number[] {
  const size = headSize(config);
  return cache.shape.headsFirst === undefined ? [past, ...heads, size] : [...heads, past, size];
}

/** The mask, and the past of each layer. */
function cacheInputs(
  config: DecoderConfig,
  layout: RunLayout,
  cache: KeyValueCache,
): Record<string, RuntimeTensor> {
  const { past, rows } = layout.run;
  const mask = maskOf(layout, cache, config);
  const inputs: Record<string, RuntimeTensor> = {
    mask: { type: "float32", data: mask, shape: [rows, past + rows] },
  };
  const shape = pastShape(config, cache, past, [cache.sequences * config.heads]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    inputs[`past_keys.${layer}`] = { type: "float32", data: cache.past(2 * layer), shape };
    inputs[`past_values.${layer}`] = { type: "float32", data: cache.past(2 * layer + 1), shape };
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
