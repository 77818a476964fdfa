/** A checkpoint of the smallest size, whose values identify their position. */
import { parseConfig, type TensorBytes, tensorShapes } from "../../models/index.ts";

export const SMALLEST_CONFIG = {
  model_type: "ostinato",
  vocabulary: "test",
  vocab_size: 5,
  n_layer: 1,
  n_embd: 4,
  n_head: 2,
  n_inner: 6,
  position: "relative",
  max_distance: 3,
  n_positions: 8,
};

/** Every tensor of a config, in float32, each counting up from 0. */
export function countingTensors(json: object): TensorBytes[] {
  return [...tensorShapes(parseConfig(json))].map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: size }, (_, i) => i);
    return { name, dtype: "F32", shape, bytes: new Uint8Array(values.buffer) };
  });
}
