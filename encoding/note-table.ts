/** Notes as one array for each property, which is what reading and encoding work on: objects are only made on demand. */
import type { EventColumns } from "./event-columns.ts";
import { type Pedal, pedalsOf } from "./pedal.ts";
import type { Note, PedalEvent, Score, ScoreNote } from "./score.ts";

/** What encoding reads of notes. */
export interface NoteColumns {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly pitches: Uint8Array | Float64Array;
  readonly velocities: Uint8Array | Float64Array;
}

/** Notes in the order given; what is no pitch or velocity stays what it is. */
export function columnsOf(notes: readonly Note[]): NoteColumns {
  return {
    startSeconds: Float64Array.from(notes, (note) => note.startSeconds),
    endSeconds: Float64Array.from(notes, (note) => note.endSeconds),
    pitches: Float64Array.from(notes, (note) => note.pitch),
    velocities: Float64Array.from(notes, (note) => note.velocity),
  };
}

/** The notes of a score as columns, and the pedals that hold them; the notes of one track are in order of start. */
export interface NoteTable extends NoteColumns {
  /** The place of a note: its track × 16 + channel. */
  readonly places: Uint32Array;
  readonly programs: Uint8Array;
  readonly length: number;
  /** By place. */
  readonly pedals: ReadonlyMap<number, Pedal>;
  notesAt(rows: Uint32Array): ScoreNote[];
}

/** Notes that lie in the events of tracks, one track after the other: what events tell is not held twice. */
export class ReadNotes implements NoteTable {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly pitches: Uint8Array;
  readonly velocities: Uint8Array;
  readonly places: Uint32Array;
  readonly programs: Uint8Array;
  readonly noteOnIndices: Uint32Array;
  readonly noteOffIndices: Uint32Array;
  readonly pedals = new Map<number, Pedal>();
  length = 0;
  readonly #tracks: readonly EventColumns[];

  constructor(tracks: readonly EventColumns[], capacity: number) {
    this.startSeconds = new Float64Array(capacity);
    this.endSeconds = new Float64Array(capacity);
    this.pitches = new Uint8Array(capacity);
    this.velocities = new Uint8Array(capacity);
    this.places = new Uint32Array(capacity);
    this.programs = new Uint8Array(capacity);
    this.noteOnIndices = new Uint32Array(capacity);
    this.noteOffIndices = new Uint32Array(capacity);
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

  /** Replaces the rows from `first` on by those named, in that order. */
  keep(first: number, rows: readonly number[]): void {
    const { startSeconds, endSeconds, pitches, velocities } = this;
    const { places, programs, noteOnIndices, noteOffIndices } = this;
    const columns = [
      startSeconds,
      endSeconds,
      pitches,
      velocities,
      places,
      programs,
      noteOnIndices,
      noteOffIndices,
    ];
    for (const column of columns)
      column.set(
        rows.map((row) => column[row] ?? 0),
        first,
      );
    this.length = first + rows.length;
  }

  #note(row: number): ScoreNote {
    const place = this.places[row] ?? 0;
    const track = place >>> 4;
    const ticks = this.#tracks[track]?.ticks;
    const noteOnIndex = this.noteOnIndices[row] ?? 0;
    const noteOffIndex = this.noteOffIndices[row] ?? 0;
    return {
      pitch: this.pitches[row] ?? 0,
      velocity: this.velocities[row] ?? 0,
      startSeconds: this.startSeconds[row] ?? 0,
      endSeconds: this.endSeconds[row] ?? 0,
      startTick: ticks?.[noteOnIndex] ?? 0,
      endTick: ticks?.[noteOffIndex] ?? 0,
      track,
      channel: place & 0x0f,
      program: this.programs[row] ?? 0,
      noteOnIndex,
      noteOffIndex,
    };
  }
}

/** The table that the notes of a score come from. */
const TABLES = new WeakMap<Score, NoteTable>();

/** A score whose `notes` and `pedal` are made when they are first asked for: encoding it needs only the table. */
export function scoreOfTable(
  table: ReadNotes,
  readPedal: () => readonly PedalEvent[],
  facts: Omit<Score, "notes" | "pedal">,
): Score {
  let notes: readonly ScoreNote[] | undefined;
  let pedal: readonly PedalEvent[] | undefined;
  const score: Score = {
    ...facts,
    get notes() {
      return (notes ??= table.notes());
    },
    get pedal() {
      return (pedal ??= readPedal());
    },
  };
  TABLES.set(score, table);
  return score;
}

/** What encoding needs of any score. */
export function tableOf(score: Score): NoteTable {
  return TABLES.get(score) ?? tableOfNotes(score.notes, score.pedal);
}

export function tableOfNotes(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): NoteTable {
  return {
    ...columnsOf(notes),
    places: Uint32Array.from(notes, ({ track, channel }) => track * 16 + channel),
    programs: Uint8Array.from(notes, ({ program }) => program),
    length: notes.length,
    pedals: pedalsOf(pedal),
    notesAt: (rows) => Array.from(rows).flatMap((row) => notes[row] ?? []),
  };
}
