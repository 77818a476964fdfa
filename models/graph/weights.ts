/** The tensors of a checkpoint as the graph of a decoder reads them. */
import { checkShape, type DecoderConfig, type Tensors, tensorShapes } from "../checkpoint/index.ts";
import { CheckpointError } from "../errors.ts";
import { matrixData, type WeightArray } from "./matrix.ts";
import { SCHEMES, type QuantizationScheme } from "./quantization-scheme.ts";

/**
 * The tensors as the graph reads them: the matrices in the form that the scheme says, all else as it is.
 *
 * @returns by the names of the graph's data.
 * @throws CheckpointError for a tensor that is missing or has another shape than the config says.
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

/** As `graphWeights`, one after the other. */
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
