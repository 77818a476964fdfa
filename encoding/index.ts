/** Bytes <-> ids: MIDI files, notes, performance events and vocabularies. Pure: no file system, network or model. */
export {
  cutSegments,
  interleaveSegments,
  type MergedVoices,
  mergeVoices,
  SEGMENT_STEPS,
} from "./tasks/accompany.ts";
export {
  CONDITION_PERIOD,
  conditionIds,
  type Conditions,
  isNote,
  withConditions,
  withEnding,
} from "./tasks/conditions.ts";
export { encodeScore, type EncodedScore, type EncodeScoreOptions } from "./performance/encode-score.ts";
export { ChannelError } from "./midi/free-channel.ts";
export { endsWithinBar, lastSoundSeconds } from "./midi/last-sound.ts";
export { eventText } from "./performance/event-text.ts";
export { pitchName } from "./pitch-name.ts";
export { MidiError, type MidiErrorCode } from "./midi/midi-error.ts";
export { assembleScore, readMidi, type ReadMidiOptions, scoreFromNotes, writeMidi } from "./midi/midi.ts";
export { encodePerformance, EncodingError, quantize, STEPS_PER_SECOND } from "./performance/performance.ts";
export { PerformanceClock } from "./performance/performance-clock.ts";
export {
  decodePerformance,
  PerformanceDecoder,
  type PerformanceNote,
} from "./performance/performance-decoder.ts";
export { type GrammarOptions, PerformanceGrammar } from "./performance/grammar.ts";
export type { GrammarTables } from "./performance/grammar-tables.ts";
export { DRUM_CHANNEL } from "./midi/score.ts";
export type {
  ChannelEvent,
  Compatibility,
  Division,
  MetaEvent,
  MidiEvent,
  Note,
  PedalEvent,
  Score,
  ScoreNote,
  ScoreReading,
  SysexEvent,
  Track,
} from "./midi/score.ts";
export {
  INFILL_FRAME,
  INFILL_IDS,
  infillParts,
  type InfillParts,
  infillPrompt,
  LONGEST_REGION_SECONDS,
  MIDDLE_IDS,
  SHORTEST_REGION_SECONDS,
  SUFFIX_IDS,
} from "./tasks/infill.ts";
export { melodyTrack, melodyTrackNotes, topVoice, voices } from "./tasks/melody.ts";
export { writeNpy } from "./npy.ts";
export {
  parseSelection,
  SelectionError,
  selectNotes,
  selectTracks,
  type TrackSelection,
} from "./midi/select.ts";
export { skyline } from "./tasks/skyline.ts";
export {
  addNotes,
  type Continuation,
  movedNotes,
  type NewPartOptions,
  replaceNotes,
  spliceContinuation,
} from "./midi/splice.ts";
export { applySustain } from "./midi/note-seq-sustain.ts";
export {
  DENSITIES,
  DENSITY_NAMES,
  densityClass,
  type DensityName,
  ENDING_SECONDS,
  shiftIds,
  STYLE_NAMES,
  type StyleName,
  STYLES,
  type Task,
  TASK_MARKS,
  taskId,
  type TaskMark,
  TASKS,
} from "./tasks/tasks.ts";
export { TextStream, TextTokenizer, TokenizerError } from "./text/text.ts";
export { fromToneMidi } from "./midi/from-tone-midi.ts";
export { type ToneMidi, type ToneMidiTrack, toToneMidi } from "./midi/tone-midi.ts";
export { fromToneNotes, type ToneNote, type ToneNoteLike, toToneNotes } from "./midi/tone-notes.ts";
export { tempoChanges, TempoMap } from "./midi/tempo-map.ts";
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
} from "./performance/vocabulary.ts";
