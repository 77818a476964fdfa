import type { PieceNote } from "./note.ts";

/** Notes are looked up by whole stretches of so many seconds. */
const STRETCH_SECONDS = 1;

/**
 * Finds the notes that sound within a time, however many there are and however long some last: for every second it keeps
 * the notes that reach into it from before.
 */
export class NoteIndex {
  /** By their start. */
  readonly #notes: PieceNote[] = [];
  readonly #heldInto: PieceNote[][] = [];
  readonly #open = new Set<PieceNote>();

  get notes(): readonly PieceNote[] {
    return this.#notes;
  }

  /** Adds a note that starts no earlier than those before it; its end is not known yet. */
  begin(note: PieceNote): void {
    this.#notes.push(note);
    this.#open.add(note);
  }

  /** Tells that the end of a note is known. */
  end(note: PieceNote): void {
    this.#open.delete(note);
    const last = stretch(note.endSeconds ?? note.startSeconds);
    for (let at = stretch(note.startSeconds) + 1; at <= last; at += 1) (this.#heldInto[at] ??= []).push(note);
  }

  /** Forgets the end of the note that ended last. */
  reopen(note: PieceNote): void {
    const last = stretch(note.endSeconds ?? note.startSeconds);
    for (let at = stretch(note.startSeconds) + 1; at <= last; at += 1) this.#heldInto[at]?.pop();
    this.#open.add(note);
  }

  /** Forgets the note that began last, which has no end. */
  takeBack(note: PieceNote): void {
    this.#notes.pop();
    this.#open.delete(note);
  }

  /** Calls `use` with every note that may sound within a time, each once; notes without an end reach on for ever. */
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

/** Index of the first of some things in order of time that is at `seconds` or later. */
export function firstFrom(things: readonly { readonly startSeconds: number }[], seconds: number): number {
  return firstIndex(things.length, (index) => (things[index]?.startSeconds ?? Infinity) >= seconds);
}

/** The first index for which a test holds that, once it holds, holds for all that follow; `count` where there is none. */
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
