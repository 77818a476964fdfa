/** Exports of this folder for other folders. */
export {
  type ArrivalCandidate,
  type ArrivalEventsOptions,
  type ArrivalExplanation,
  ArrivalModel,
  type ArrivalPlace,
  type ArrivalSetting,
  type BandCandidate,
  type BandContinueOptions,
  type BandExplainOptions,
  type BandExplanation,
  type BandGenerateOptions,
  type BandLayerPrediction,
  type BandInfillOptions,
  BandModel,
  type BandNote,
  type BandSample,
  type BandVariationsOptions,
  type GeneratedArrival,
} from "./arrival/index.ts";
export type { MelodyPrompt } from "./accompaniment-task.ts";
export { accompany } from "./accompany.ts";
export { finishScore, generateScore, primerIds } from "./generate-score.ts";
export type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
export { infill, type InfillOptions } from "./infill.ts";
export type { RegionPrompt } from "./infill-task.ts";
export { MAX_VARIATIONS } from "./limits.ts";
export { type ModelCodecOptions, requireCodec } from "./model-codec.ts";
export { MusicModel } from "./music-model.ts";
export type {
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  MusicEvent,
  Primer,
} from "./options.ts";
export type {
  ContinuePerformanceOptions,
  GeneratedNotes,
  GeneratedPerformance,
  GenerateNotesOptions,
  GeneratePerformanceOptions,
  PerformanceEngine,
} from "./performance-engine.ts";
export { PerformanceModel } from "./performance-model.ts";
export { LAST_PORT } from "./port.ts";
export { type EncodedPrimer, encodePrimer, PrimerError } from "./primer.ts";
export { musicSampler } from "./sampler.ts";
export { requireTask, TaskError } from "./task-error.ts";
