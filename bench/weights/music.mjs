/** A music model of the reference shape with random weights: 8 layers of 384, 6 heads, a window of 2048. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GumbelNoise } from "../../dist/src/engine/index.js";
import { parseConfig, tensorShapes, writeSafetensors } from "../../dist/models/index.js";

const CONFIG = {
  model_type: "ostinato",
  vocabulary: "performance-416",
  vocab_size: 416,
  n_layer: 8,
  n_embd: 384,
  n_head: 6,
  n_inner: 1536,
  position: "relative",
  max_distance: 2048,
  shared_heads: false,
  n_positions: 2048,
};
const EULER = 0.5772156649; // the mean of Gumbel noise

/** Writes the checkpoint, unless it exists. */
export function makeMusicModel(folder) {
  const path = join(folder, "model.safetensors");
  if (existsSync(path)) return;
  mkdirSync(folder, { recursive: true });
  const noise = new GumbelNoise(1);
  const tensors = [...tensorShapes(parseConfig(CONFIG))].map(([name, shape], tensor) => {
    const values = new Float32Array(shape.reduce((size, length) => size * length, 1));
    for (let i = 0; i < values.length; i += 1) values[i] = 0.05 * (noise.at(tensor, i) - EULER);
    return { name, dtype: "F32", shape, bytes: new Uint8Array(values.buffer) };
  });
  writeFileSync(join(folder, "config.json"), JSON.stringify(CONFIG));
  writeFileSync(path, writeSafetensors(tensors));
}
