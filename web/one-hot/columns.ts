import type { Piece } from "../music/piece.ts";

/** Rows of a column: the ids of the performance vocabulary. */
export const ROWS = 388;

/** Bands of rows, from the top: one for each kind of event, with its first row. */
export const BANDS = [
  { row: 0, name: "note on" },
  { row: 128, name: "note off" },
  { row: 256, name: "time" },
  { row: 356, name: "dynamics" },
] as const;

export interface Column {
  readonly id: number;
  /** Index of the event in the piece. */
  readonly index: number;
  /** Row with the value 1, from the top. */
  readonly row: number;
  /** Whether it is the last past event. */
  readonly isNow: boolean;
}

/** Fraction of the shown events that are before the playback position. */
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
