/** Exports of this folder for other folders. */
export { BandModel } from "./band-model.ts";
export type {
  BandContinueOptions,
  BandGenerateOptions,
  BandInfillOptions,
  BandNote,
  BandVariationsOptions,
} from "./band-options.ts";
