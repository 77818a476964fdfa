/** The tensors of a decoder: their names and shapes in a checkpoint (GPT-2's), and as the graph wants them. */
import { type DecoderConfig, headSize } from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { shownSizes } from "./shown.ts";

export interface Tensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** Names and shapes of everything a checkpoint of this config holds; matrices are `[in, out]`. */
export function tensorShapes(config: DecoderConfig): Map<string, readonly number[]> {
  const { width, feedForward, vocabularySize, position } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, inputs: number, outputs: number): void => {
    shapes.set(`${name}.weight`, [inputs, outputs]).set(`${name}.bias`, [outputs]);
  };
  const norm = (name: string): void => {
    shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  };
  shapes.set("wte.weight", [vocabularySize, width]);
  if (position.kind === "learned") shapes.set("wpe.weight", [config.window, width]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `h.${layer}`;
    norm(`${at}.ln_1`);
    linear(`${at}.attn.c_attn`, width, 3 * width);
    linear(`${at}.attn.c_proj`, width, width);
    if (position.kind === "relative") {
      const heads = position.sharedHeads ? 1 : config.heads;
      shapes.set(`${at}.attn.relative.weight`, [heads, position.maxDistance, headSize(config)]);
    }
    norm(`${at}.ln_2`);
    linear(`${at}.mlp.c_fc`, width, feedForward);
    linear(`${at}.mlp.c_proj`, feedForward, width);
  }
  norm("ln_f");
  if (!config.tiedHead) shapes.set("lm_head.weight", [vocabularySize, width]);
  return shapes;
}

/**
 * The tensors in the layout of the graph: as stored, but for the relative vectors, which go from
 * `[heads, distance, headSize]` to `[distance, heads, headSize]`, the layout of keys.
 *
 * @throws CheckpointError for a tensor that is missing or has another shape than the config says.
 */
export function graphWeights(
  config: DecoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of tensorShapes(config)) {
    const tensor = tensors.get(name);
    if (!tensor) {
      const hint = "the checkpoint is incomplete, or config.json is another model's";
      throw new CheckpointError(`tensor "${name}" is missing`, { code: "missing-tensor", hint });
    }
    checkShape(name, tensor.shape, shape);
    weights.set(name, name.endsWith(".relative.weight") ? distanceMajor(tensor) : tensor.values);
  }
  return weights;
}

/** @throws CheckpointError when the shapes differ. */
export function checkShape(name: string, found: readonly number[], wanted: readonly number[]): void {
  if (found.length === wanted.length && found.every((size, i) => size === wanted[i])) return;
  throw new CheckpointError(`tensor "${name}" has shape ${shownSizes(found)}`, {
    code: "bad-shape",
    hint: `config.json asks for ${shownSizes(wanted)}; the two files are of different models`,
  });
}

/** `[heads, distance, headSize]` to `[distance, heads, headSize]` */
function distanceMajor({ shape, values }: Tensor): Float32Array {
  const [heads = 0, distances = 0, size = 0] = shape;
  const moved = new Float32Array(values.length);
  for (let head = 0; head < heads; head += 1) {
    for (let distance = 0; distance < distances; distance += 1) {
      const from = (head * distances + distance) * size;
      moved.set(values.subarray(from, from + size), (distance * heads + head) * size);
    }
  }
  return moved;
}
