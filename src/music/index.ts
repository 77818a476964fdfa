/** Exports of this folder for other folders. */
export {
  type BandContinueOptions,
  type BandGenerateOptions,
  type BandInfillOptions,
  BandModel,
  type BandNote,
  type BandVariationsOptions,
} from "./arrival/index.ts";
export type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
export type { InfillOptions } from "./infill.ts";
export { MAX_VARIATIONS } from "./limits.ts";
export { MusicModel } from "./music-model.ts";
export type {
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  MusicEvent,
  Primer,
} from "./options.ts";
export { LAST_PORT } from "./port.ts";
export { PrimerError } from "./primer.ts";
export { musicSampler } from "./sampler.ts";
export { requireTask, TaskError } from "./task-error.ts";
