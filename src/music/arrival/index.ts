/** Exports of this folder for other folders. */
export { ArrivalComposer } from "./arrival-composer.ts";
export type {
  ArrivalContinueOptions,
  ArrivalGenerateOptions,
  ArrivalInfillOptions,
  ArrivalMusicNote,
  ArrivalTrackOptions,
} from "./arrival-options.ts";
