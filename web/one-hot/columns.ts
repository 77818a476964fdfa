import type { Piece } from "../music/piece.ts";

/** Rows of a column: the ids of the performance vocabulary. */
export const ROWS = 388;

/** What the rows are, from the top: each band begins at a row. */
export const BANDS = [
  { row: 0, name: "note on" },
  { row: 128, name: "note off" },
  { row: 256, name: "time" },
  { row: 356, name: "loudness" },
] as const;

export interface Column {
  readonly id: number;
  /** Place of the event in the piece. */
  readonly index: number;
  /** Row of the one, from the top. */
  readonly row: number;
  /** Whether it is the last event that has happened. */
  readonly isNow: boolean;
}

/** So many of the events shown have happened, the others are to come. */
const PAST = 0.6;

/** The events around a time, in order. */
export function columnsAround(piece: Piece, seconds: number, count: number): Column[] {
  const now = piece.lengthAt(seconds) - 1;
  const first = Math.max(0, now + 1 - Math.ceil(count * PAST));
  return piece.ids.slice(first, first + count).map((id, place) => {
    const index = first + place;
    return { id, index, row: id, isNow: index === now };
  });
}
