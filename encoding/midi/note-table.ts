/** Notes as one array per property, for reading and encoding; note objects are created on demand. */
import type { EventColumns } from "./event-columns.ts";
import { columnsOf, type NoteColumns } from "./note-columns.ts";
import { pedaledNotes, sustainedEnds } from "./note-seq-sustain.ts";
import { onsetOrder } from "./onset-order.ts";
import type { Score, ScoreNote } from "./score.ts";

/** The notes of a score as columns; the notes of one track are in order of start. */
export interface NoteTable extends NoteColumns {
  readonly length: number;
  /** The end of each note's sound, in seconds, pedals included; NaN for notes that are not encoded. */
  readonly soundEnds: Float64Array;
  /** All rows in order of onset (`onsetOrder`). Do not change the array. */
  rowsByOnset(): Uint32Array;
  /** Whether there are notes without a note-off. */
  readonly hasUnreleased: boolean;
  isUnreleased(row: number): boolean;
  notesAt(rows: Uint32Array): ScoreNote[];
}

/** The end of a note without a note-off: a tick, and the position among the events of the tick (`orderOf`). */
export interface NoteEnd {
  readonly tick: number;
  readonly order: number;
}

/** Two columns of 8 bytes, four of 4 bytes, five of 1 byte. */
const BYTES_PER_NOTE = 2 * 8 + 4 * 4 + 5;

/** Notes read from the events of tracks, one track after the other. Ticks are read from the events. */
export class ReadNotes implements NoteTable {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly pitches: Uint8Array;
  readonly velocities: Uint8Array;
  /** Track × 16 + channel. */
  readonly trackChannels: Uint32Array;
  readonly programs: Uint8Array;
  readonly isPercussion: Uint8Array;
  readonly noteOnIndices: Uint32Array;
  /** −1 for a note without a note-off. */
  readonly noteOffIndices: Int32Array;
  /** 1 where the sustain pedal is down at the note-on. */
  readonly isPedalDownAtOnset: Uint8Array;
  /** Number of sustain pedal events of the channel before the note-off. */
  readonly pedalEventsBeforeEnd: Uint32Array;
  soundEnds: Float64Array = new Float64Array(0);
  /** By row: the ends of the notes without a note-off. */
  readonly unreleased = new Map<number, NoteEnd>();
  length = 0;
  readonly #tracks: readonly EventColumns[];
  #rowsByOnset: Uint32Array | undefined;

  constructor(tracks: readonly EventColumns[], capacity: number) {
    // One allocation: for a small file with few notes, it would take longer to allocate eleven columns than to fill them.
    const buffer = new ArrayBuffer(capacity * BYTES_PER_NOTE);
    const [at8, at4, at1] = [0, 16 * capacity, 32 * capacity];
    this.startSeconds = new Float64Array(buffer, at8, capacity);
    this.endSeconds = new Float64Array(buffer, at8 + 8 * capacity, capacity);
    this.trackChannels = new Uint32Array(buffer, at4, capacity);
    this.noteOnIndices = new Uint32Array(buffer, at4 + 4 * capacity, capacity);
    this.noteOffIndices = new Int32Array(buffer, at4 + 8 * capacity, capacity);
    this.pedalEventsBeforeEnd = new Uint32Array(buffer, at4 + 12 * capacity, capacity);
    this.pitches = new Uint8Array(buffer, at1, capacity);
    this.velocities = new Uint8Array(buffer, at1 + capacity, capacity);
    this.programs = new Uint8Array(buffer, at1 + 2 * capacity, capacity);
    this.isPercussion = new Uint8Array(buffer, at1 + 3 * capacity, capacity);
    this.isPedalDownAtOnset = new Uint8Array(buffer, at1 + 4 * capacity, capacity);
    this.#tracks = tracks;
  }

  notesAt(rows: Uint32Array): ScoreNote[] {
    return Array.from(rows, (row) => this.#note(row));
  }

  /** All notes in order of start tick, then of track. */
  notes(): ScoreNote[] {
    const notes = Array.from({ length: this.length }, (_, row) => this.#note(row));
    const isOneTrack = notes[0]?.track === notes.at(-1)?.track;
    return isOneTrack ? notes : notes.sort((a, b) => a.startTick - b.startTick);
  }

  /** RetrackChannels the rows from `first` on by `rows`, in that order. */
  replaceFrom(first: number, rows: readonly number[]): void {
    const { startSeconds, endSeconds, pitches, velocities } = this;
    const { trackChannels, programs, isPercussion, noteOnIndices, noteOffIndices } = this;
    const columns = [
      startSeconds,
      endSeconds,
      pitches,
      velocities,
      trackChannels,
      programs,
      isPercussion,
      noteOnIndices,
      noteOffIndices,
    ];
    for (const column of columns)
      column.set(
        rows.map((row) => column[row]!),
        first,
      );
    this.length = first + rows.length;
  }

  startTick(row: number): number {
    return this.#tracks[this.trackChannels[row]! >>> 4]!.ticks[this.noteOnIndices[row]!]!;
  }

  endTick(row: number): number {
    const noteOff = this.noteOffIndices[row]!;
    return noteOff < 0
      ? this.unreleased.get(row)!.tick
      : this.#tracks[this.trackChannels[row]! >>> 4]!.ticks[noteOff]!;
  }

  rowsByOnset(): Uint32Array {
    return (this.#rowsByOnset ??= onsetOrder(this, allRows(this.length)));
  }

  get hasUnreleased(): boolean {
    return this.unreleased.size > 0;
  }

  isUnreleased(row: number): boolean {
    return this.noteOffIndices[row] === -1;
  }

  /** Tracks that have notes without a note-off, each with the number of such notes. */
  countUnreleased(): [track: number, count: number][] {
    const counts = new Map<number, number>();
    for (const row of this.unreleased.keys()) {
      const track = this.trackChannels[row]! >>> 4;
      counts.set(track, (counts.get(track) ?? 0) + 1);
    }
    return [...counts];
  }

  #note(row: number): ScoreNote {
    const trackChannel = this.trackChannels[row]!;
    const endSeconds = this.endSeconds[row]!;
    const soundEnd = this.soundEnds[row]!;
    return {
      pitch: this.pitches[row]!,
      velocity: this.velocities[row]!,
      startSeconds: this.startSeconds[row]!,
      endSeconds,
      soundEndSeconds: Number.isNaN(soundEnd) ? endSeconds : soundEnd,
      startTick: this.startTick(row),
      endTick: this.endTick(row),
      track: trackChannel >>> 4,
      channel: trackChannel & 0x0f,
      program: this.programs[row]!,
      isPercussion: this.isPercussion[row] === 1,
      noteOnIndex: this.noteOnIndices[row]!,
      noteOffIndex: this.noteOffIndices[row]!,
    };
  }
}

function allRows(length: number): Uint32Array {
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row += 1) rows[row] = row;
  return rows;
}

/** The notes of a score that was not read from a file, as a table. */
export function tableOfNotes({ notes, pedal, noteParsing }: Score): NoteTable {
  const columns = columnsOf(notes);
  return {
    ...columns,
    length: notes.length,
    rowsByOnset: () => onsetOrder(columns, allRows(notes.length)),
    soundEnds:
      noteParsing?.compatibility === "note-seq"
        ? sustainedEnds(pedaledNotes(notes, pedal))
        : Float64Array.from(notes, (note) => (note.isPercussion ? NaN : note.soundEndSeconds)),
    hasUnreleased: notes.some((note) => note.noteOffIndex === -1),
    isUnreleased: (row) => notes[row]?.noteOffIndex === -1,
    notesAt: (rows) => Array.from(rows, (row) => notes[row]!),
  };
}
