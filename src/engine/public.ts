/** The published entry `ostinato/engine`: sessions, the cache, the sampler. */
export type { AttentionRequest, LayerAttention } from "./attention.ts";
export type { AttentionSink } from "./attention-sink.ts";
export { type CacheShape, KeyValueCache } from "./cache.ts";
export { Decoder, type DecoderSource } from "./decoder.ts";
export type { PreparedSource, Weights, WeightsInFiles } from "./decoder-session.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export { explainSample, type ExplainSampleOptions, type Explanation } from "./explain.ts";
export type { ForwardOptions, ForwardWithAttention, ForwardWithLayers } from "./forward.ts";
export { generateIds, type GenerateIdsOptions } from "./generate.ts";
export { type LayerPrediction, layerPredictions, type LayerStream, type StreamMove } from "./layers.ts";
export type { LogitsProcessor } from "./logits-processor.ts";
export type { GeneratedId } from "./next-ids.ts";
export type { GraphRuns, SequenceContext } from "./sequence-context.ts";
export { BatchSequence, SequenceBatch } from "./batch.ts";
export { MAX_SEED } from "../options.ts";
export { GumbelNoise, philox } from "./random.ts";
export { CachedContext, PrefixCachePool, type ContextOptions, type ContextResult } from "./cached-context.ts";
export {
  type Backend,
  createWasmRuntime,
  createWebGpuRuntime,
  type Runtime,
  type Session,
  type WeightFolder,
  type WasmOptions,
} from "./runtime.ts";
export { type Candidate, type Sample, likeliest, Sampler } from "./sampler.ts";
export type {
  ClassBias,
  EndIds,
  IdBias,
  IdRange,
  LogitAdjustment,
  SamplingContext,
  VocabularySlice,
} from "./sampling/index.ts";
export { type DraftedIds, DraftModel, type TokenBytes } from "./draft-model.ts";
export { speculate } from "./speculate.ts";
export { SpeculativeContext, type SpeculationReport } from "./speculative-context.ts";
export { type Draft, type Drafter, type SamplesAhead, SuffixDrafter } from "./speculation/index.ts";
export { score, type ScoreOptions } from "./score.ts";
