import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig, tensorShapes, writeSafetensors } from "../models/index.ts";
import { GumbelNoise } from "../src/engine/random.ts";

/** The config.json of a music model small enough for tests. */
export const TINY_CONFIG = {
  model_type: "ostinato",
  vocabulary: "performance-416",
  vocab_size: 416,
  n_layer: 2,
  n_embd: 16,
  n_head: 2,
  n_inner: 32,
  position: "relative",
  max_distance: 32,
  shared_heads: false,
  n_positions: 32,
  activation_function: "gelu_new",
  layer_norm_epsilon: 1e-5,
  tie_word_embeddings: true,
} as const;

/** Writes a checkpoint folder of seeded random weights. */
export function writeTinyCheckpoint(
  folder: string,
  config: Readonly<Record<string, unknown>> = TINY_CONFIG,
): string {
  mkdirSync(folder, { recursive: true });
  const noise = new GumbelNoise(1);
  let drawn = 0;
  const tensors = [...tensorShapes(parseConfig(config))].map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: size }, () => 0.3 * (noise.at(drawn++, 0) - 0.5772));
    return { name, dtype: "F32", shape, bytes: new Uint8Array(values.buffer) };
  });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "model.safetensors"), writeSafetensors(tensors));
  return folder;
}
