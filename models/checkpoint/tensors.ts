/** The tensors of a decoder: names, as in GPT-2's checkpoints, and shapes. */
import { type DecoderConfig, headSize } from "./config.ts";
import { CheckpointError } from "../errors.ts";
import { quoteShape } from "../quote.ts";

/** A weight of a checkpoint in memory. */
export interface Tensor {
  /** Length of each axis, the outermost first. */
  readonly shape: readonly number[];
  /** Row-major; the number of values is the product of the shape. */
  readonly values: Float32Array;
}

/** Names and shapes of all tensors of a config; linear weights are `[in, out]`. */
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
    if (config.activation === "prelu") shapes.set(`${at}.mlp.act.weight`, [1]);
  }
  norm("ln_f");
  if (!config.tiedHead) shapes.set("lm_head.weight", [vocabularySize, width]);
  return shapes;
}

/** Tensors by name: in memory, or read one after the other. */
export type Tensors =
  | Iterable<readonly [name: string, Tensor]>
  | AsyncIterable<readonly [name: string, Tensor]>;

/** @throws CheckpointError when the shapes differ. */
export function checkShape(name: string, found: readonly number[], wanted: readonly number[]): void {
  if (found.length === wanted.length && found.every((size, i) => size === wanted[i])) return;
  throw new CheckpointError(`tensor "${name}" has shape ${quoteShape(found)}`, {
    code: "bad-shape",
    hint: `config.json requires ${quoteShape(wanted)}; use the config.json of this checkpoint`,
  });
}

/** Whether a tensor is the embedding or the head: one row per id, `[ids, width]`; linear weights are `[inputs, outputs]`. */
export function isEmbedding(name: string): boolean {
  return EMBEDDING.test(name);
}

/** Whether a tensor is the weight of a linear layer in a block, `[inputs, outputs]`. */
export function isLinear(name: string): boolean {
  return LINEAR.test(name);
}

const EMBEDDING = /^(wte|lm_head)\.weight$/;
const LINEAR = /^h\.\d+\.(attn|mlp)\.c_\w+\.weight$/;
