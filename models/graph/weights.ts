/** Converts the tensors of a checkpoint to the weights of a decoder's graph. */
import { checkShape, type DecoderConfig, type Tensors, tensorShapes } from "../checkpoint/index.ts";
import { CheckpointError } from "../errors.ts";
import { matrixData, type WeightArray } from "./matrix.ts";
import { SCHEMES, type QuantizationScheme } from "./quantization-scheme.ts";

/**
 * Quantizes the matrices by a scheme; other tensors are not changed.
 *
 * @returns arrays by the names of `GraphWeight.data`.
 * @throws CheckpointError for a tensor that is missing or does not have the shape of the config.
 */
export async function graphWeights(
  config: DecoderConfig,
  tensors: Tensors,
  scheme: QuantizationScheme = SCHEMES.fp32.node,
): Promise<Map<string, WeightArray>> {
  const weights = new Map<string, WeightArray>();
  for await (const entry of graphData(config, tensors, scheme)) weights.set(...entry);
  return weights;
}

/** As `graphWeights`, tensor by tensor. */
export async function* graphData(
  config: DecoderConfig,
  tensors: Tensors,
  scheme: QuantizationScheme,
): AsyncGenerator<[data: string, WeightArray], void> {
  const wanted = tensorShapes(config);
  for await (const [name, tensor] of tensors) {
    const shape = wanted.get(name);
    if (!shape) continue;
    wanted.delete(name);
    checkShape(name, tensor.shape, shape);
    yield* matrixData(scheme, name, shape, tensor.values);
  }
  for (const name of wanted.keys()) {
    const hint = "the checkpoint is incomplete, or config.json is another model's";
    throw new CheckpointError(`tensor "${name}" is missing`, { code: "missing-tensor", hint });
  }
}
