/** Texts of an explanation. */
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import { eventWords, noteWords } from "./event-words.ts";
import { spellingOf } from "./spelling.ts";

/** The title: the note, or an event with its distance from the note. */
export function whyTitle(piece: Piece, note: PieceNote, index: number): string {
  const steps = index - note.index;
  const name = noteWords(note, spellingOf(piece.notes));
  if (steps === 0) return `Why ${name}`;
  const words = wordsAt(piece, index);
  const count = Math.abs(steps);
  const distance = `${count} event${count === 1 ? "" : "s"} ${steps < 0 ? "before" : "after"}`;
  return `Why ${words}, ${distance} ${name}`;
}

/** The event of an id, in words. */
export function wordsAt(piece: Piece, index: number): string {
  const event = piece.eventAt(index);
  if (!event) return "";
  return eventWords(event, piece.velocityBinBefore(index), piece.vocabulary, spellingOf(piece.notes));
}

/** The attention that is on no other note of several instruments. */
export function otherShareOfBand(elsewhere: number): string {
  return `${Math.round(100 * elsewhere)} % on this note, rests and the start`;
}

/** The attention that is on no note. @param beginning the share on the first ids, which is omitted below 0.5 %. */
export function otherShares(elsewhere: number, beginning: number): string {
  const shares = [`${Math.round(100 * elsewhere)} % on timing and dynamics`];
  if (beginning >= 0.005) shares.push(`${Math.round(100 * beginning)} % on the start of the piece`);
  return shares.join(", ");
}

/**
 * The previous or next note.
 *
 * @param note the chosen one; without it, the first note from `seconds` on.
 * @returns undefined if there are no notes.
 */
export function neighborNote(
  notes: readonly PieceNote[],
  note: PieceNote | undefined,
  by: number,
  seconds: number,
): PieceNote | undefined {
  const at = note ? notes.indexOf(note) : -1;
  const nearest = at < 0 ? notes.findIndex(({ startSeconds }) => startSeconds >= seconds) : at + by;
  return notes[Math.min(notes.length - 1, Math.max(0, nearest))];
}
