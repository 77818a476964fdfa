/** Bytes <-> ids: MIDI files, notes, performance events and vocabularies. Pure: no file system, network or model. */
export {
  cutSegments,
  interleaveSegments,
  type MergedVoices,
  mergeVoices,
  SEGMENT_STEPS,
} from "./accompany.ts";
export {
  CONDITION_PERIOD,
  conditionIds,
  type Conditions,
  isNote,
  withConditions,
  withEnding,
} from "./conditions.ts";
export { encodeScore, type EncodedScore, type EncodeScoreOptions } from "./encode-score.ts";
export { ChannelError } from "./free-channel.ts";
export { endsWithinBar, lastSoundSeconds } from "./last-sound.ts";
export { eventText, pitchName } from "./event-text.ts";
export { MidiError, type MidiErrorCode } from "./midi-error.ts";
export { assembleScore, readMidi, type ReadMidiOptions, scoreFromNotes, writeMidi } from "./midi.ts";
export { encodePerformance, EncodingError, quantize, STEPS_PER_SECOND } from "./performance.ts";
export { PerformanceClock } from "./performance-clock.ts";
export { decodePerformance, PerformanceDecoder, type PerformanceNote } from "./performance-decoder.ts";
export { type GrammarOptions, PerformanceGrammar } from "./grammar.ts";
export type { GrammarTables } from "./grammar-tables.ts";
export { DRUM_CHANNEL } from "./score.ts";
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
} from "./score.ts";
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
} from "./infill.ts";
export { melodyTrack, melodyTrackNotes, topVoice, voices } from "./melody.ts";
export { writeNpy } from "./npy.ts";
export { parseSelection, SelectionError, selectNotes, selectTracks, type TrackSelection } from "./select.ts";
export { skyline } from "./skyline.ts";
export {
  addNotes,
  type Continuation,
  movedNotes,
  type NewPartOptions,
  replaceNotes,
  spliceContinuation,
} from "./splice.ts";
export { applySustain } from "./note-seq-sustain.ts";
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
} from "./tasks.ts";
export { TextStream, TextTokenizer, TokenizerError } from "./text.ts";
export { fromToneMidi, type ToneMidi, type ToneMidiTrack, toToneMidi } from "./tone-midi.ts";
export { fromToneNotes, type ToneNote, type ToneNoteLike, toToneNotes } from "./tone-notes.ts";
export { tempoChanges, TempoMap } from "./tempo-map.ts";
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
