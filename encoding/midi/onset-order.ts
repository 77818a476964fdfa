/** The order in which note-ons are encoded. */
import type { NoteColumns } from "./note-columns.ts";

/** Longest move of a note within its run; a note that belongs further back starts a new run. */
const MAX_SHIFT = 32;

/**
 * Sorts rows by start, then by pitch; the sort is stable. A natural merge sort: the notes of a track are in order of start, so a piece
 * has few and long runs, and only the notes of chords change places.
 *
 * @param rows is overwritten, and may be the returned array.
 */
export function onsetOrder(notes: NoteColumns, rows: Uint32Array): Uint32Array {
  let runs = orderRuns(notes, rows);
  let [order, spare] = [rows, rows];
  while (runs.length > 1) {
    if (spare === order) spare = new Uint32Array(rows.length);
    const merged: number[] = [];
    for (let run = 0; run < runs.length; run += 2) {
      const first = runs[run]!;
      merge(notes, order, first, runs[run + 1] ?? rows.length, runs[run + 2] ?? rows.length, spare);
      merged.push(first);
    }
    runs = merged;
    [order, spare] = [spare, order];
  }
  return order;
}

/** Sorts rows in place by short moves; returns the start of each sorted run. */
function orderRuns(notes: NoteColumns, order: Uint32Array): number[] {
  const runs = [0];
  let first = 0;
  for (let index = 1; index < order.length; index += 1) {
    const row = order[index]!;
    const furthest = index - MAX_SHIFT;
    if (furthest > first && isBefore(notes, row, order[furthest]!)) {
      runs.push(index);
      first = index;
    }
    let place = index;
    for (; place > first; place -= 1) {
      const before = order[place - 1]!;
      if (!isBefore(notes, row, before)) break;
      order[place] = before;
    }
    order[place] = row;
  }
  return runs;
}

/** Merges two adjacent runs into the same range of another array. */
function merge(
  notes: NoteColumns,
  order: Uint32Array,
  first: number,
  middle: number,
  end: number,
  merged: Uint32Array,
): void {
  let [left, right] = [first, middle];
  for (let place = first; place < end; place += 1) {
    const isRight = left === middle || (right < end && isBefore(notes, order[right]!, order[left]!));
    merged[place] = order[isRight ? right++ : left++]!;
  }
}

function isBefore({ startSeconds, pitches }: NoteColumns, row: number, other: number): boolean {
  const gap = startSeconds[row]! - startSeconds[other]!;
  return gap < 0 || (gap === 0 && pitches[row]! < pitches[other]!);
}
