import { type CheckpointFiles, type Precision, readCheckpoint } from "../../models/index.ts";
import { Decoder } from "../engine/decoder.ts";
import { checkPrecision, PRECISION_OPTION } from "../options.ts";
import { createNodeRuntime, type NodeRuntimeOptions } from "./runtime.ts";

export interface LoadModelOptions extends NodeRuntimeOptions {
  /** How the matrices are kept and multiplied with. Default "fp32". */
  readonly precision?: Precision;
}

/**
 * Loads the network of a checkpoint, whatever its ids mean.
 *
 * @throws CheckpointError when the checkpoint is damaged; EngineError when it cannot be run here; OptionError for an
 * unknown precision.
 */
export async function loadDecoder(files: CheckpointFiles, options: LoadModelOptions): Promise<Decoder> {
  const precision = checkPrecision(options.precision ?? PRECISION_OPTION.fallback);
  const [checkpoint, runtime] = await Promise.all([readCheckpoint(files), createNodeRuntime(options)]);
  return Decoder.load({ ...checkpoint, runtime, precision });
}
