/** The door of this room: all that other rooms import from it; `public.ts` is what the package publishes of it. */
export type { AttentionRequest, LayerAttention } from "./attention.ts";
export type { AttentionSink } from "./attention-sink.ts";
export { type CacheShape, KeyValueCache } from "./cache.ts";
export {
  Decoder,
  type DecoderSource,
  type ForwardOptions,
  type ForwardWithAttention,
  type PreparedSource,
  type WeightsInFiles,
} from "./decoder.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export { explainDraw, type ExplainDrawOptions, type Explanation } from "./explain.ts";
export {
  type Constraint,
  type GeneratedId,
  generateIds,
  type GenerateIdsOptions,
  STEERING_PERIOD,
} from "./generate.ts";
export { BatchSequence, SequenceBatch } from "./batch.ts";
export { MAX_SEED } from "../options.ts";
export { GumbelNoise, philox } from "./random.ts";
export { CachedContext, PrefixCachePool, type ContextOptions } from "./cached-context.ts";
export {
  type Backend,
  checkThreads,
  createWasmRuntime,
  createWebGpuRuntime,
  onnxRuntime,
  type Runtime,
  type Session,
  type WasmOptions,
  wasmRuntime,
  type WeightFolder,
} from "./runtime.ts";
export {
  type Candidate,
  type Draw,
  type DrawContext,
  type IdBias,
  likeliest,
  Sampler,
  type Steering,
} from "./sampler.ts";
export { score, type ScoreOptions } from "./score.ts";
