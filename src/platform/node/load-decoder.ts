import {
  type CheckpointFiles,
  chooseScheme,
  isLarge,
  openCheckpoint,
  type Precision,
  readTensorsOf,
  type Tensors,
} from "../../../models/index.ts";
import { Decoder, type Weights } from "../../engine/index.ts";
import { checkPrecision, PRECISION_OPTION } from "../../options.ts";
import { weightsInFiles } from "./mapped-weights.ts";
import { createNodeRuntime, type NodeRuntimeOptions } from "./runtime.ts";

/** Options of running a model in Node. */
export interface LoadModelOptions extends NodeRuntimeOptions {
  /** Data type of the matrices. Default "fp32". */
  readonly precision?: Precision;
}

/**
 * Loads the network of a checkpoint of any vocabulary. The files of a large one are mapped into memory: they must not be
 * modified while the decoder is in use; they may be replaced or deleted.
 *
 * @throws CheckpointError when the checkpoint is damaged; EngineError when it cannot run here; OptionError for an unknown
 * precision.
 */
export async function loadDecoder(files: CheckpointFiles, options: LoadModelOptions = {}): Promise<Decoder> {
  const precision = checkPrecision(options.precision ?? PRECISION_OPTION.fallback);
  const runtime = await createNodeRuntime(options);
  const checkpoint = await openCheckpoint(files);
  try {
    const { config, warning } = checkpoint;
    if (warning !== undefined) options.onWarning?.(warning);
    const scheme = chooseScheme(precision, runtime.backend, config);
    const canMap = runtime.backend === "node" && isLarge(config);
    const weights = canMap ? await weightsInFiles(checkpoint, scheme) : undefined;
    if (weights) {
      const reopen = async (): Promise<Weights> => weights;
      return await Decoder.fromWeights({ config, scheme, runtime, weights, reopen });
    }
    const reopen = (): Tensors => readTensorsOf(files);
    return await Decoder.load({ config, tensors: checkpoint.tensors(), runtime, precision, reopen });
  } finally {
    await checkpoint.close();
  }
}
