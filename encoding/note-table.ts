/** Notes as one array for each property, which is what reading and encoding work on: objects are only made on demand. */
import type { Note, Score, ScoreNote } from "./score.ts";

/** What encoding reads of notes. */
export interface NoteColumns {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly pitches: Float64Array;
  readonly velocities: Float64Array;
}

/** Notes in the order given. */
export function columnsOf(notes: readonly Note[]): NoteColumns {
  return {
    startSeconds: Float64Array.from(notes, (note) => note.startSeconds),
    endSeconds: Float64Array.from(notes, (note) => note.endSeconds),
    pitches: Float64Array.from(notes, (note) => note.pitch),
    velocities: Float64Array.from(notes, (note) => note.velocity),
  };
}

/** The properties of `ScoreNote`, one array each; within a track notes are in order of start. */
export class NoteTable implements NoteColumns {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly startTicks: Float64Array;
  readonly endTicks: Float64Array;
  readonly pitches: Float64Array;
  readonly velocities: Float64Array;
  readonly tracks: Uint32Array;
  readonly channels: Uint8Array;
  readonly programs: Uint8Array;
  readonly noteOnIndices: Uint32Array;
  readonly noteOffIndices: Uint32Array;
  length = 0;

  constructor(capacity: number) {
    this.startSeconds = new Float64Array(capacity);
    this.endSeconds = new Float64Array(capacity);
    this.startTicks = new Float64Array(capacity);
    this.endTicks = new Float64Array(capacity);
    this.pitches = new Float64Array(capacity);
    this.velocities = new Float64Array(capacity);
    this.tracks = new Uint32Array(capacity);
    this.channels = new Uint8Array(capacity);
    this.programs = new Uint8Array(capacity);
    this.noteOnIndices = new Uint32Array(capacity);
    this.noteOffIndices = new Uint32Array(capacity);
  }

  /** Puts a note into a row, in place of what was there. */
  set(row: number, note: ScoreNote): void {
    this.startSeconds[row] = note.startSeconds;
    this.endSeconds[row] = note.endSeconds;
    this.startTicks[row] = note.startTick;
    this.endTicks[row] = note.endTick;
    this.pitches[row] = note.pitch;
    this.velocities[row] = note.velocity;
    this.tracks[row] = note.track;
    this.channels[row] = note.channel;
    this.programs[row] = note.program;
    this.noteOnIndices[row] = note.noteOnIndex;
    this.noteOffIndices[row] = note.noteOffIndex;
  }

  note(row: number): ScoreNote {
    return {
      pitch: this.pitches[row] ?? 0,
      velocity: this.velocities[row] ?? 0,
      startSeconds: this.startSeconds[row] ?? 0,
      endSeconds: this.endSeconds[row] ?? 0,
      startTick: this.startTicks[row] ?? 0,
      endTick: this.endTicks[row] ?? 0,
      track: this.tracks[row] ?? 0,
      channel: this.channels[row] ?? 0,
      program: this.programs[row] ?? 0,
      noteOnIndex: this.noteOnIndices[row] ?? 0,
      noteOffIndex: this.noteOffIndices[row] ?? 0,
    };
  }

  /** Replaces the rows from `first` on by those named, in that order. */
  keep(first: number, rows: readonly number[]): void {
    const notes = rows.map((row) => this.note(row));
    for (const [index, note] of notes.entries()) this.set(first + index, note);
    this.length = first + notes.length;
  }

  /** All notes in order of start tick, then of track. */
  notes(): ScoreNote[] {
    const notes = Array.from({ length: this.length }, (_, row) => this.note(row));
    const isOneTrack = this.length === 0 || this.tracks[0] === this.tracks[this.length - 1];
    return isOneTrack ? notes : notes.sort((a, b) => a.startTick - b.startTick);
  }
}

/** The table that the notes of a score come from. */
const TABLES = new WeakMap<Score, NoteTable>();

/** A score whose `notes` are made out of a table when they are first asked for: encoding it needs only the table. */
export function scoreOfTable(table: NoteTable, facts: Omit<Score, "notes">): Score {
  let notes: readonly ScoreNote[] | undefined;
  const score: Score = {
    ...facts,
    get notes() {
      return (notes ??= table.notes());
    },
  };
  TABLES.set(score, table);
  return score;
}

/** The notes of any score as a table. */
export function tableOf(score: Score): NoteTable {
  return TABLES.get(score) ?? tableOfNotes(score.notes);
}

export function tableOfNotes(notes: readonly ScoreNote[]): NoteTable {
  const table = new NoteTable(notes.length);
  for (const [row, note] of notes.entries()) table.set(row, note);
  table.length = notes.length;
  return table;
}
