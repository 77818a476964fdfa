/** The tensors of a decoder: their names and shapes in a checkpoint (GPT-2's), and as the graph wants them. */
import { type DecoderConfig, headSize } from "./config.ts";
import { CheckpointError } from "../errors.ts";
import { shownSizes } from "../shown.ts";
import { matrixData, type WeightArray } from "../graph/matrix.ts";
import { PLANS, type PrecisionPlan } from "../graph/plan.ts";

/** A weight of a checkpoint in memory. */
export interface Tensor {
  /** Length of each axis, the outermost first. */
  readonly shape: readonly number[];
  /** Row-major: as many numbers as the product of the shape. */
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

/** Tensors by name: all in memory, or read one after the other so that only one is there at a time. */
export type Tensors =
  | Iterable<readonly [name: string, Tensor]>
  | AsyncIterable<readonly [name: string, Tensor]>;

/**
 * The tensors as the graph reads them: the matrices in the form that the plan says, all else as it is.
 *
 * @returns by the names of the graph's data.
 * @throws CheckpointError for a tensor that is missing or has another shape than the config says.
 */
export async function graphWeights(
  config: DecoderConfig,
  tensors: Tensors,
  plan: PrecisionPlan = PLANS.fp32.node,
): Promise<Map<string, WeightArray>> {
  const weights = new Map<string, WeightArray>();
  for await (const entry of graphData(config, tensors, plan)) weights.set(...entry);
  return weights;
}

/** As `graphWeights`, one after the other. */
export async function* graphData(
  config: DecoderConfig,
  tensors: Tensors,
  plan: PrecisionPlan,
): AsyncGenerator<[data: string, WeightArray], void> {
  const wanted = tensorShapes(config);
  for await (const [name, tensor] of tensors) {
    const shape = wanted.get(name);
    if (!shape) continue;
    wanted.delete(name);
    checkShape(name, tensor.shape, shape);
    yield* matrixData(plan, name, shape, tensor.values);
  }
  for (const name of wanted.keys()) {
    const hint = "the checkpoint is incomplete, or config.json is another model's";
    throw new CheckpointError(`tensor "${name}" is missing`, { code: "missing-tensor", hint });
  }
}

/** @throws CheckpointError when the shapes differ. */
export function checkShape(name: string, found: readonly number[], wanted: readonly number[]): void {
  if (found.length === wanted.length && found.every((size, i) => size === wanted[i])) return;
  throw new CheckpointError(`tensor "${name}" has shape ${shownSizes(found)}`, {
    code: "bad-shape",
    hint: `config.json asks for ${shownSizes(wanted)}; the two files are of different models`,
  });
}
