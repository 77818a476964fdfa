/** Converts between the bytes of Standard MIDI Files and `Score`. */
import { pluralize } from "../pluralize.ts";
import { AnticipationReader } from "./anticipation-reader.ts";
import { Channels } from "./channel-timeline.ts";
import { ColumnScore } from "./column-score.ts";
import { ColumnTrack, type EventColumns } from "./event-columns.ts";
import { Meter } from "./meter.ts";
import { readMidiFile, type ReadMidiOptions } from "./midi-reader.ts";
import { readNotes } from "./note-reader.ts";
import { NoteSeqReader } from "./note-seq-reader.ts";
import type { ReadNotes } from "./note-table.ts";
import { patternsInSequence } from "./pattern-sequence.ts";
import { pedalEvents } from "./pedal.ts";
import type { Note, Score, NoteParsing, Track } from "./score.ts";
import { soundEnds } from "./sound-ends.ts";
import { DEFAULT_MICROSECONDS_PER_QUARTER, TempoMap } from "./tempo-map.ts";
import { noteEvents, programChange, tempoEvent, trackOf } from "./track-builder.ts";

export type { ReadMidiOptions } from "./midi-reader.ts";
export { writeMidi } from "./midi-writer.ts";

/** Ticks per quarter note of scores built from notes: at 120 quarter notes per minute, one tick is exactly 1 ms. */
const TICKS_PER_QUARTER = 500;
const TICKS_PER_SECOND = 1000;

/**
 * Reads a Standard MIDI File (format 0, 1 or 2, bare or in a RIFF RMID wrapper). The tracks of a format 2 file are
 * independent patterns; they are placed one after the other, with all tempo events on the first track.
 *
 * @param bytes the whole file. The score contains views of it, so do not change it afterwards.
 * @throws MidiError for every kind of damage, with its byte offset; with `recover`, only when no header can be read.
 * @example
 * const score = readMidi(new Uint8Array(await file.arrayBuffer()));
 * console.log(score.notes.length, score.durationSeconds);
 */
export function readMidi(bytes: Uint8Array, options: ReadMidiOptions = {}): Score {
  const file = readMidiFile(bytes, options);
  return assembleScore(
    file.division,
    file.format === 2 ? patternsInSequence(file.tracks) : file.tracks,
    file.warnings,
    {
      compatibility: options.compatibility,
      independentTracks: file.format === 2 ? true : undefined,
    },
  );
}

/** Builds a score from tracks of events: parses their notes, pedal events and length. */
export function assembleScore(
  division: Score["division"],
  tracks: readonly Track[],
  readWarnings: readonly string[] = [],
  noteParsing: NoteParsing = {},
): Score {
  const tempo = new TempoMap(division, tracks);
  const columns = tracks.map((track) => ColumnTrack.columnsOf(track));
  const { table, warnings } = readColumns(division, tracks, columns, tempo, noteParsing);
  const endTick = tracks.reduce((latest, track) => Math.max(latest, track.endTick), 0);
  const parts = {
    division,
    tracks,
    durationSeconds: tempo.seconds(endTick),
    warnings: [...readWarnings, ...warnings],
    noteParsing,
  };
  return new ColumnScore(parts, table, () => pedalEvents(columns, tempo));
}

interface NotesRead {
  readonly table: ReadNotes;
  readonly warnings: readonly string[];
}

function readColumns(
  division: Score["division"],
  tracks: readonly Track[],
  columns: readonly EventColumns[],
  tempo: TempoMap,
  { compatibility, independentTracks = false }: NoteParsing,
): NotesRead {
  switch (compatibility) {
    case "note-seq":
      return readAsNoteSeq(columns, tempo);
    case "anticipation":
      return readAsAnticipation(division, columns, tempo, independentTracks);
    case undefined:
      return readInPlayingOrder(division, tracks, columns, tempo, independentTracks);
  }
}

function readInPlayingOrder(
  division: Score["division"],
  tracks: readonly Track[],
  columns: readonly EventColumns[],
  tempo: TempoMap,
  independentTracks: boolean,
): NotesRead {
  const channels = new Channels(columns, independentTracks);
  const table = readNotes(tracks, columns, { tempo, meter: new Meter(division, tracks), channels });
  table.soundEnds = soundEnds(table, channels, tempo);
  const isAllPercussion = table.length > 0 && !table.isPercussion.subarray(0, table.length).includes(0);
  return {
    table,
    warnings: [
      ...table
        .countUnreleased()
        .map(([track, count]) => `track ${track}: ${pluralize(count, "note")} without a note-off ended`),
      ...(isAllPercussion ? ["all notes are percussion, which is not encoded"] : []),
    ],
  };
}

function readAsNoteSeq(columns: readonly EventColumns[], tempo: TempoMap): NotesRead {
  const warnings: string[] = [];
  const reader = new NoteSeqReader(tempo, columns);
  for (const [index, events] of columns.entries()) {
    const hanging = reader.read(events, index);
    if (hanging > 0)
      warnings.push(`track ${index}: ${pluralize(hanging, "note")} without a note-off omitted`);
  }
  return { table: reader.finish(), warnings };
}

function readAsAnticipation(
  division: Score["division"],
  columns: readonly EventColumns[],
  tempo: TempoMap,
  independentTracks: boolean,
): NotesRead {
  const { table, unended } = new AnticipationReader(division, columns, tempo, independentTracks).read();
  return {
    table,
    warnings: [...unended].map(
      ([track, count]) => `track ${track}: ${pluralize(count, "note")} without a note-off set to 0.25 s`,
    ),
  };
}

/**
 * Builds a score with one piano track from notes, at 120 quarter notes per minute and 500 ticks per quarter. A tick is one
 * millisecond, so times in steps of the encoder, 10 ms, stay exact.
 *
 * @throws MidiError when a pitch, velocity or time is out of range.
 */
export function scoreFromNotes(notes: readonly Note[], name = "Piano"): Score {
  const channel = 0;
  const track = trackOf(name, [
    tempoEvent(0, DEFAULT_MICROSECONDS_PER_QUARTER),
    programChange(0, channel, 0),
    ...noteEvents(notes, channel, (seconds) => Math.round(seconds * TICKS_PER_SECOND)),
  ]);
  return assembleScore({ kind: "quarter", ticksPerQuarter: TICKS_PER_QUARTER }, [track]);
}
