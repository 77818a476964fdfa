/** Exports of this folder for other folders. */
export type { Activation } from "./activation.ts";
export {
  type Checkpoint,
  openCheckpoint,
  type OpenCheckpoint,
  readCheckpoint,
  readConfig,
  readTensorsOf,
} from "./checkpoint.ts";
export { type Codec, codecOf, type CodecEvidence, sampledRanges } from "./codec.ts";
export {
  type DecoderConfig,
  headSize,
  type LearnedPosition,
  parseConfig,
  type RelativePosition,
  scoreScale,
} from "./config.ts";
export { type CheckpointFile, type CheckpointFiles, checkpointInMemory, readIfThere } from "./files.ts";
export { isPrecision, type PrecisionName, STORED_PRECISIONS, type StoredPrecision } from "./precision.ts";
export {
  readSafetensors,
  type StoredTensor,
  type TensorBytes,
  type TensorEntry,
  writeHeader,
  writeSafetensors,
} from "./safetensors.ts";
export { GPT2_SIZES } from "./sizes.ts";
export { type Int8Storage, int8Tensors } from "./stored-int8.ts";
export { checkShape, isLinear, isEmbedding, type Tensor, type Tensors, tensorShapes } from "./tensors.ts";
export { isPointer, pointerError } from "./pointer.ts";
export { refusePointers } from "./refuse-pointers.ts";
export { OPTIONAL_TEXT_FILES, TEXT_FILES } from "./text-files.ts";
export { refuseOtherId } from "./other-models.ts";
export { WEIGHT_FORMATS, type WeightFormat } from "./weight-formats.ts";
