/** Exports of this folder for other folders. */
export { decodePerformance, finishedNotes, type PerformanceNote } from "./decode-performance.ts";
export { type EncodedScore, encodeScore, type EncodeScoreOptions } from "./encode-score.ts";
export { eventText } from "./event-text.ts";
export type { AutomatonTables } from "./automaton-tables.ts";
export {
  type GrammarAutomaton,
  type GrammarOptions,
  type LengthLimits,
  PerformanceGrammar,
} from "./grammar.ts";
export {
  encodeColumns,
  encodePerformance,
  EncodingError,
  quantize,
  STEPS_PER_SECOND,
} from "./performance.ts";
export { type NoteState, PerformanceState, type StateMark } from "./performance-state.ts";
export {
  type EventKind,
  type IdRange,
  MIDI_NEURAL_PROCESSOR,
  oneHot,
  PERFORMANCE_388,
  PERFORMANCE_416,
  type PerformanceEventKind,
  SCORE_2_PERF,
  type SpecialKind,
  VOCABULARIES,
  Vocabulary,
  type VocabularyDeclaration,
  VocabularyError,
  type VocabularyEvent,
} from "./vocabulary.ts";
