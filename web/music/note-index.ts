import type { PieceNote } from "./note.ts";

/** Length of an index interval, in seconds. */
const STRETCH_SECONDS = 1;

/**
 * Finds the notes that sound in a time span. For each second it stores the notes that started earlier and still sound, so
 * that the cost does not depend on the length of the piece or of the notes.
 */
export class NoteIndex {
  /** Sorted by start. */
  readonly #notes: PieceNote[] = [];
  readonly #heldInto: PieceNote[][] = [];
  readonly #open = new Set<PieceNote>();

  get notes(): readonly PieceNote[] {
    return this.#notes;
  }

  /** Adds a note without an end. It must not start before an earlier note. */
  begin(note: PieceNote): void {
    this.#notes.push(note);
    this.#open.add(note);
  }

  /** Adds the end of a note. */
  end(note: PieceNote): void {
    this.#open.delete(note);
    const last = stretch(note.endSeconds ?? note.startSeconds);
    for (let at = stretch(note.startSeconds) + 1; at <= last; at += 1) (this.#heldInto[at] ??= []).push(note);
  }

  /** Removes the end of the note that ended last. */
  reopen(note: PieceNote): void {
    const last = stretch(note.endSeconds ?? note.startSeconds);
    for (let at = stretch(note.startSeconds) + 1; at <= last; at += 1) this.#heldInto[at]?.pop();
    this.#open.add(note);
  }

  /** Removes the note that started last; it must have no end. */
  takeBack(note: PieceNote): void {
    this.#notes.pop();
    this.#open.delete(note);
  }

  /** The notes that started before a time and end after it. */
  heldAt(seconds: number): PieceNote[] {
    const held: PieceNote[] = [];
    this.forEach(seconds, seconds, (note) => {
      if (note.startSeconds < seconds && (note.endSeconds ?? Infinity) > seconds) held.push(note);
    });
    return held;
  }

  /** Calls `use` once for every note that may sound in a time span. A note without an end sounds on. */
  forEach(fromSeconds: number, toSeconds: number, use: (note: PieceNote) => void): void {
    const first = stretch(Math.max(0, fromSeconds));
    for (const note of this.#heldInto[first] ?? []) use(note);
    for (const note of this.#open)
      if (stretch(note.startSeconds) < first && note.startSeconds < toSeconds) use(note);
    for (let i = firstFrom(this.#notes, first * STRETCH_SECONDS); i < this.#notes.length; i += 1) {
      const note = this.#notes[i];
      if (!note || note.startSeconds >= toSeconds) break;
      use(note);
    }
  }
}

function stretch(seconds: number): number {
  return Math.floor(seconds / STRETCH_SECONDS);
}

/** Index of the first element that starts at `seconds` or later; the elements are sorted by time. */
export function firstFrom(things: readonly { readonly startSeconds: number }[], seconds: number): number {
  return firstIndex(things.length, (index) => (things[index]?.startSeconds ?? Infinity) >= seconds);
}

/** First index for which a monotonic predicate holds (binary search); `count` if there is none. */
export function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
