/** Memorization (Carlini et al. 2023): the longest run of notes that music shares with training pieces. */
import { STEPS_PER_SECOND } from "../../../encoding/index.ts";
import { KEYS, stepKeys } from "./match-criterion.ts";
import { sortSuffixes } from "./suffix-array.ts";
import type { GridNote } from "./windows.ts";

/** A run of notes of the music that also occurs in a training piece. */
export interface SharedRun {
  /** Length in notes; 1 where no two consecutive notes match, 0 without notes. */
  readonly notes: number;
  /** Index of its first note in the music. */
  readonly at: number;
  /** Its training piece, and its start there; undefined for a run of fewer than two notes. */
  readonly found?: { readonly path: string; readonly startSeconds: number };
}

/** Separates pieces: no run crosses it, since no step has this key. */
const SEPARATOR = 0;

/** Collects training pieces. */
export class TrainingNotes {
  readonly #pieces: { readonly path: string; readonly keys: Uint16Array; readonly startSteps: Int32Array }[] =
    [];
  notes = 0;

  /** @param notes all notes of a piece, in order. */
  add(path: string, notes: readonly GridNote[]): void {
    const startSteps = Int32Array.from(notes, (note) => note.startStep);
    this.#pieces.push({ path, keys: stepKeys(notes), startSteps });
    this.notes += notes.length;
  }

  get pieces(): number {
    return this.#pieces.length;
  }

  /** @param longest maximum length of the runs to find, in notes; it limits the depth of the sort. */
  index(longest: number): TrainingIndex {
    const keys = new Uint16Array(this.#pieces.reduce((sum, piece) => sum + piece.keys.length + 1, 0));
    const pieces: IndexedPiece[] = [];
    let offset = 0;
    for (const piece of this.#pieces) {
      pieces.push({ offset, path: piece.path, startSteps: piece.startSteps });
      keys.set(piece.keys, offset);
      offset += piece.keys.length;
      keys[offset++] = SEPARATOR;
    }
    return new TrainingIndex(keys, pieces, longest);
  }
}

/** A piece within the concatenated keys. */
interface IndexedPiece {
  readonly offset: number;
  readonly path: string;
  /** Start of each note, in steps. */
  readonly startSteps: Int32Array;
}

/** A search index of all training pieces. */
export class TrainingIndex {
  readonly #keys: Uint16Array;
  readonly #pieces: readonly IndexedPiece[];
  readonly #order: Int32Array;

  constructor(keys: Uint16Array, pieces: readonly IndexedPiece[], longest: number) {
    this.#keys = keys;
    this.#pieces = pieces;
    this.#order = sortSuffixes(keys, KEYS, longest);
  }

  /** The longest run of the music that occurs in a training piece; the first one where several are equally long. */
  longestSharedRun(notes: readonly GridNote[]): SharedRun {
    const keys = stepKeys(notes);
    let best = { length: 0, at: 0, where: -1 };
    for (let at = 0; at + best.length < keys.length; at += 1) {
      const match = this.#longestPrefix(keys, at);
      if (match.length > best.length) best = { ...match, at };
    }
    if (best.where < 0) return { notes: Math.min(1, notes.length), at: 0 };
    return { notes: best.length + 1, at: best.at, found: this.#find(best.where) };
  }

  /** The longest match of the keys from `start` on in training: it is a neighbor of their position in the suffix array. */
  #longestPrefix(keys: Uint16Array, start: number): { readonly length: number; readonly where: number } {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const suffix = this.#order[middle]!;
      const common = this.#common(keys, start, suffix);
      const isBefore = (this.#keys[suffix + common] ?? -1) < (keys[start + common] ?? -1);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    let best = { length: 0, where: -1 };
    for (const neighbor of [low - 1, low]) {
      const suffix = this.#order[neighbor];
      if (suffix === undefined) continue;
      const length = this.#common(keys, start, suffix);
      if (length > best.length) best = { length, where: suffix };
    }
    return best;
  }

  #common(keys: Uint16Array, start: number, suffix: number): number {
    let length = 0;
    while (start + length < keys.length && keys[start + length] === this.#keys[suffix + length]) length += 1;
    return length;
  }

  /** The piece that contains a key, and the start of the first note of its step. */
  #find(where: number): { readonly path: string; readonly startSeconds: number } {
    const piece = this.#pieces.findLast(({ offset }) => offset <= where);
    if (!piece) throw new RangeError(`no training piece at key ${where}`);
    const startStep = piece.startSteps[where - piece.offset]!;
    return { path: piece.path, startSeconds: startStep / STEPS_PER_SECOND };
  }
}
