/** Networks: what a decoder is, its ONNX graph, and where its weights come from. */
export {
  type Checkpoint,
  type CheckpointFile,
  type CheckpointFiles,
  checkpointInMemory,
  openCheckpoint,
  type OpenCheckpoint,
  readCheckpoint,
  readConfig,
  readIfThere,
} from "./checkpoint.ts";
export {
  type DecoderConfig,
  headSize,
  type LearnedPosition,
  parseConfig,
  type RelativePosition,
} from "./config.ts";
export { type DecoderGraph, decoderGraph } from "./decoder.ts";
export { CheckpointError, type CheckpointErrorCode } from "./errors.ts";
export type { GraphWeight, Locate } from "./graph-builder.ts";
export type { LegalityTables } from "./legality.ts";
export { decoderLoop } from "./loop.ts";
export type { WeightArray } from "./matrix.ts";
export { isOutOfMemory } from "./memory.ts";
export {
  type Backend,
  choosePlan,
  isLarge,
  PLANS,
  type Precision,
  PRECISIONS,
  type PrecisionPlan,
} from "./plan.ts";
export { isPrecision, type PrecisionName, STORED_PRECISIONS, type StoredPrecision } from "./precision.ts";
export {
  readSafetensors,
  type StoredTensor,
  type TensorBytes,
  type TensorEntry,
  writeHeader,
  writeSafetensors,
} from "./safetensors.ts";
export { NOTHING_DRAWN } from "./sampling.ts";
export { int8Tensors, type Int8Storage } from "./stored-int8.ts";
export { graphData, graphWeights, type Tensor, type Tensors, tensorShapes } from "./tensors.ts";
export { GPT2_SIZES } from "./sizes.ts";
export {
  cacheBytesPerId,
  tally,
  type Tally,
  type TensorCount,
  type TensorGroup,
  weightBytes,
} from "./tally.ts";
