/** A score that was read from events: its notes are columns, from which note objects are created on first access. */
import { type NoteTable, type ReadNotes, tableOfNotes } from "./note-table.ts";
import type { Division, NoteParsing, PedalEvent, Score, ScoreNote, Track } from "./score.ts";

/** The parts of a score that are not created on demand. */
export type ScoreParts = Omit<Score, "notes" | "pedal">;

/** All parts are own properties, so `{ ...score }` has them all; its columns are created again where they are needed. */
export class ColumnScore implements Score {
  static readonly #properties: PropertyDescriptorMap & ThisType<ColumnScore> = {
    notes: {
      enumerable: true,
      get() {
        return (this.#notes ??= this.#table.notes());
      },
    },
    pedal: {
      enumerable: true,
      get() {
        return (this.#pedal ??= this.#readPedal());
      },
    },
  };
  readonly division: Division;
  readonly tracks: readonly Track[];
  declare readonly notes: readonly ScoreNote[];
  declare readonly pedal: readonly PedalEvent[];
  readonly durationSeconds: number;
  readonly warnings: readonly string[];
  readonly noteParsing: NoteParsing;
  readonly #table: ReadNotes;
  readonly #readPedal: () => readonly PedalEvent[];
  #notes: readonly ScoreNote[] | undefined;
  #pedal: readonly PedalEvent[] | undefined;

  constructor(parts: Required<ScoreParts>, table: ReadNotes, readPedal: () => readonly PedalEvent[]) {
    this.division = parts.division;
    this.tracks = parts.tracks;
    this.durationSeconds = parts.durationSeconds;
    this.warnings = parts.warnings;
    this.noteParsing = parts.noteParsing;
    this.#table = table;
    this.#readPedal = readPedal;
    Object.defineProperties(this, ColumnScore.#properties);
  }

  /** The notes of any score as columns. */
  static tableOf(score: Score): NoteTable {
    return #table in score ? score.#table : tableOfNotes(score);
  }
}
