/** Standard MIDI File bytes <-> `Score`. */
import { counted } from "./counted.ts";
import { eventColumnsOf } from "./event-columns.ts";
import { readMidiFile, type ReadMidiOptions } from "./midi-reader.ts";
import { NoteReader } from "./note-reader.ts";
import { scoreOfTable } from "./note-table.ts";
import { patternsInSequence } from "./pattern-sequence.ts";
import { pedalEvents } from "./pedal.ts";
import type { Note, Score, Track } from "./score.ts";
import { DEFAULT_MICROSECONDS_PER_QUARTER, TempoMap } from "./tempo-map.ts";
import { noteEvents, programChange, tempoEvent, trackOf } from "./track-builder.ts";

export type { ReadMidiOptions } from "./midi-reader.ts";
export { writeMidi } from "./midi-writer.ts";

/** Ticks of the scores made here: at 120 quarter notes a minute one tick is exactly a millisecond. */
const TICKS_PER_QUARTER = 500;
const TICKS_PER_SECOND = 1000;

/**
 * Reads a Standard MIDI File (format 0, 1 or 2, bare or in a RIFF RMID wrapper). The tracks of a format 2 file are
 * independent patterns; they are laid out one after the other, with all their tempo events on the first track.
 *
 * @param bytes the whole file; the score keeps views of it, so do not change it afterwards.
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
  );
}

/** A score from tracks of events: its notes, pedal and length are read out of them. */
export function assembleScore(
  division: Score["division"],
  tracks: readonly Track[],
  readWarnings: readonly string[] = [],
): Score {
  const tempo = new TempoMap(division, tracks);
  const warnings = [...readWarnings];
  const columns = tracks.map(eventColumnsOf);
  const reader = new NoteReader(tempo, columns);
  for (const [index, events] of columns.entries()) {
    const hanging = reader.read(events, index);
    if (hanging > 0) warnings.push(`track ${index}: ${counted(hanging, "note")} without an end left out`);
  }
  const endTick = tracks.reduce((latest, track) => Math.max(latest, track.endTick), 0);
  const durationSeconds = tempo.seconds(endTick);
  const readPedal = () => pedalEvents(columns, tempo);
  return scoreOfTable(reader.table, readPedal, { division, tracks, durationSeconds, warnings });
}

/**
 * Makes a score of one piano track from notes, at 120 quarter notes a minute and 500 ticks a quarter: a tick is one
 * millisecond, so times on the encoder's 10 ms grid are kept exactly.
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
