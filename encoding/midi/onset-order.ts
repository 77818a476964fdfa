/** The order in which note-ons are encoded. */
import type { NoteColumns } from "./note-columns.ts";

/** Maximum number of positions that a note is moved within its run; a note that belongs further back starts a new run. */
const MAX_SHIFT = 32;

/** Minimum number of runs for which rows are distributed by time, since each merge pass only halves the number of runs. */
const MANY_RUNS = 8;

/**
 * Sorts rows by start, then by pitch; the sort is stable. The notes of a track are in order of start, so a piece has few and long runs:
 * only the notes of chords are moved, and the runs are merged. With many tracks, rows are first distributed by time.
 *
 * @param rows is overwritten, and may be the returned array.
 */
export function onsetOrder(notes: NoteColumns, rows: Uint32Array): Uint32Array {
  const runs = orderRuns(notes, rows);
  if (runs.length < MANY_RUNS) return mergeRuns(notes, rows, runs);
  const distributed = distribute(notes, rows);
  return mergeRuns(notes, distributed, orderRuns(notes, distributed));
}

/** A natural merge sort (Knuth 1998, 5.2.4). */
function mergeRuns(notes: NoteColumns, rows: Uint32Array, sortedRuns: readonly number[]): Uint32Array {
  let runs = sortedRuns;
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

/** Distributes rows over equal spans of time, one span for each row on average; the order within a span is kept. */
function distribute({ startSeconds }: NoteColumns, rows: Uint32Array): Uint32Array {
  let [earliest, latest] = [Infinity, -Infinity];
  for (let index = 0; index < rows.length; index += 1) {
    const start = startSeconds[rows[index]!]!;
    if (start < earliest) earliest = start;
    if (start > latest) latest = start;
  }
  const spansPerSecond = (rows.length - 1) / (latest - earliest);
  // Without a finite rate there is nothing to distribute by.
  if (!(spansPerSecond < Infinity)) return rows;
  const spans = new Uint32Array(rows.length);
  // At first, at index span + 1: the number of rows in this span. Then, at index span: the position of its next row.
  const positions = new Uint32Array(rows.length + 1);
  for (let index = 0; index < rows.length; index += 1) {
    // Invalid times are reported when they are encoded; here NaN becomes 0.
    const span = ((startSeconds[rows[index]!]! - earliest) * spansPerSecond) | 0;
    spans[index] = span;
    positions[span + 1]! += 1;
  }
  for (let span = 1; span < positions.length; span += 1) positions[span]! += positions[span - 1]!;
  const order = new Uint32Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    const span = spans[index]!;
    const position = positions[span]!;
    positions[span] = position + 1;
    order[position] = rows[index]!;
  }
  return order;
}

/** Sorts rows in place by short moves; returns the start of each sorted run. */
function orderRuns({ startSeconds, pitches }: NoteColumns, order: Uint32Array): number[] {
  const runs = [0];
  let first = 0;
  // The start and pitch of the last row of the run: most rows do not precede it.
  let lastStart = -Infinity;
  let lastPitch = 0;
  for (let index = 0; index < order.length; index += 1) {
    const row = order[index]!;
    const start = startSeconds[row]!;
    const pitch = pitches[row]!;
    if (!(start < lastStart || (start === lastStart && pitch < lastPitch))) {
      lastStart = start;
      lastPitch = pitch;
      continue;
    }
    const furthest = index - MAX_SHIFT;
    if (furthest > first && isBefore(startSeconds, pitches, row, order[furthest]!)) {
      runs.push(index);
      first = index;
      lastStart = start;
      lastPitch = pitch;
      continue;
    }
    let position = index;
    for (; position > first; position -= 1) {
      const before = order[position - 1]!;
      if (!isBefore(startSeconds, pitches, row, before)) break;
      order[position] = before;
    }
    order[position] = row;
  }
  return runs;
}

/** Merges two adjacent runs into the same range of another array. */
function merge(
  { startSeconds, pitches }: NoteColumns,
  order: Uint32Array,
  first: number,
  middle: number,
  end: number,
  merged: Uint32Array,
): void {
  let [left, right] = [first, middle];
  for (let position = first; position < end; position += 1) {
    const isRight =
      left === middle || (right < end && isBefore(startSeconds, pitches, order[right]!, order[left]!));
    merged[position] = order[isRight ? right++ : left++]!;
  }
}

function isBefore(
  startSeconds: Float64Array,
  pitches: Uint8Array | Float64Array,
  row: number,
  other: number,
): boolean {
  const gap = startSeconds[row]! - startSeconds[other]!;
  return gap < 0 || (gap === 0 && pitches[row]! < pitches[other]!);
}
