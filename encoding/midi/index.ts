/** Exports of this folder for other folders. */
export { ColumnScore } from "./column-score.ts";
export { ChannelError } from "./free-channel.ts";
export { fromToneMidi } from "./from-tone-midi.ts";
export { endsWithinBar, lastSoundSeconds } from "./last-sound.ts";
export { MidiError, type MidiErrorCode } from "./midi-error.ts";
export { isMidiPath, MIDI_EXTENSIONS } from "./midi-files.ts";
export { assembleScore, readMidi, type ReadMidiOptions, scoreFromNotes, writeMidi } from "./midi.ts";
export { columnsOf, type NoteColumns } from "./note-columns.ts";
export { applySustain } from "./note-seq-sustain.ts";
export type { NoteTable } from "./note-table.ts";
export { onsetOrder } from "./onset-order.ts";
export {
  type ChannelEvent,
  type Compatibility,
  type Division,
  DRUM_CHANNEL,
  type MetaEvent,
  type MidiEvent,
  type Note,
  type PedalEvent,
  type Score,
  type ScoreNote,
  type NoteParsing,
  type SysexEvent,
  type Track,
} from "./score.ts";
export {
  isSelected,
  parseSelection,
  SelectionError,
  selectNotes,
  selectTracks,
  type TrackSelection,
} from "./select.ts";
export {
  addNotes,
  addParts,
  type Continuation,
  continueWithParts,
  type CutPoint,
  shiftNotes,
  type NewPart,
  type NewTrackOptions,
  replaceNotes,
  replaceWithParts,
  spliceContinuation,
} from "./splice.ts";
export { tempoChanges, TempoMap } from "./tempo-map.ts";
export { type ToneMidi, type ToneMidiTrack, toToneMidi } from "./tone-midi.ts";
export { fromToneNotes, type ToneNote, type ToneNoteLike, toToneNotes } from "./tone-notes.ts";
