/** Networks: what a decoder is, its ONNX graph, and where its weights come from. */
export {
  type Checkpoint,
  openCheckpoint,
  type OpenCheckpoint,
  readCheckpoint,
  readConfig,
} from "./checkpoint/checkpoint.ts";
export {
  type CheckpointFile,
  type CheckpointFiles,
  checkpointInMemory,
  readIfThere,
} from "./checkpoint/files.ts";
export {
  type DecoderConfig,
  headSize,
  type LearnedPosition,
  parseConfig,
  type RelativePosition,
} from "./checkpoint/config.ts";
export { type DecoderGraph, decoderGraph } from "./graph/decoder.ts";
export { CheckpointError, type CheckpointErrorCode } from "./errors.ts";
export type { GraphWeight, Locate } from "./graph/graph-builder.ts";
export type { LegalityTables } from "./graph/legality.ts";
export { decoderLoop } from "./graph/loop.ts";
export type { WeightArray } from "./graph/matrix.ts";
export { isOutOfMemory } from "./memory.ts";
export {
  type Backend,
  choosePlan,
  isLarge,
  PLANS,
  type Precision,
  PRECISIONS,
  type PrecisionPlan,
} from "./graph/plan.ts";
export {
  isPrecision,
  type PrecisionName,
  STORED_PRECISIONS,
  type StoredPrecision,
} from "./checkpoint/precision.ts";
export {
  readSafetensors,
  type StoredTensor,
  type TensorBytes,
  type TensorEntry,
  writeHeader,
  writeSafetensors,
} from "./checkpoint/safetensors.ts";
export { NOTHING_DRAWN } from "./graph/sampling.ts";
export { int8Tensors, type Int8Storage } from "./checkpoint/stored-int8.ts";
export { type Tensor, type Tensors, tensorShapes } from "./checkpoint/tensors.ts";
export { graphData, graphWeights } from "./graph/weights.ts";
export { GPT2_SIZES } from "./checkpoint/sizes.ts";
export {
  cacheBytesPerId,
  tally,
  type Tally,
  type TensorCount,
  type TensorGroup,
  weightBytes,
} from "./graph/tally.ts";
