/** Exports of this folder for other folders. */
export { allowedIds, type AllowedIdsOptions } from "./allowed-ids.ts";
export { ArrivalClock } from "./arrival-clock.ts";
export { ArrivalError, type ArrivalErrorCode } from "./arrival-error.ts";
export { arrivalScore, notesByInstrument } from "./arrival-score.ts";
export { decodeArrival } from "./decode-arrival.ts";
export {
  arrivalSequence,
  encodeArrival,
  encodeArrivalNotes,
  type EncodeArrivalNotesOptions,
  type EncodeArrivalOptions,
} from "./encode-arrival.ts";
export { arrivalNotes, type ArrivalNotesOptions } from "./encode-notes.ts";
export { eventLine } from "./event-line.ts";
export {
  type ArrivalEvent,
  type ArrivalNote,
  type ArrivalRest,
  type ArrivalSeparator,
  arrivalSteps,
  type TimedEvent,
} from "./events.ts";
export { idWords, type IdWordsOptions } from "./id-words.ts";
export { instrumentName } from "./instrument-names.ts";
export { INSTRUMENT_FAMILIES, parseInstruments } from "./parse-instruments.ts";
export { anticipate, type Anticipated, type AnticipateOptions, padWithRests } from "./sequence.ts";
export {
  type FilledVelocities,
  fillVelocities,
  VelocityEstimator,
  type VelocitySource,
} from "./velocities.ts";
export {
  ARRIVAL_55028,
  ARRIVAL_9772,
  ARRIVAL_VOCABULARIES,
  type ArrivalIdKind,
  type ArrivalIdMeaning,
  type ArrivalRange,
  type ArrivalSlot,
  ArrivalVocabulary,
  type ArrivalVocabularyDeclaration,
  DRUMS,
  type IdSpan,
} from "./vocabulary.ts";
export { type ArrivalWindow, cutWindows, encodeWindow, lastWindow, type WindowOptions } from "./windows.ts";
