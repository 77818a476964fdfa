/** Exports of this folder for other folders. */
export { type ArrivalEventsOptions, ArrivalModel, type ArrivalSetting } from "./arrival-model.ts";
export { BandModel } from "./band-model.ts";
export type {
  BandCandidate,
  BandContinueOptions,
  BandExplainOptions,
  BandExplanation,
  BandGenerateOptions,
  BandLayerPrediction,
  BandInfillOptions,
  BandNote,
  BandSample,
  BandVariationsOptions,
} from "./band-options.ts";
export type { ArrivalCandidate, ArrivalExplanation, ArrivalPlace } from "./explain-event.ts";
export type { GeneratedArrival } from "./generate-arrival.ts";
