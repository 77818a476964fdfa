/** Exports of this folder for other folders; `public.ts` has those of the package. */
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
export { explainSample, type ExplainSampleOptions, type Explanation } from "./explain.ts";
export {
  type LogitsProcessor,
  type GeneratedId,
  generateIds,
  type GenerateIdsOptions,
  ADJUSTMENT_PERIOD,
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
  type Sample,
  type SamplingContext,
  type IdBias,
  likeliest,
  Sampler,
  type LogitAdjustment,
} from "./sampler.ts";
export { score, type ScoreOptions } from "./score.ts";
