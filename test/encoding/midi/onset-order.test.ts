import * as fc from "fast-check";
import { expect, it } from "vitest";
import { onsetOrder } from "../../../encoding/midi/onset-order.ts";

/** The order of a comparison sort. */
function slowOrder(starts: readonly number[], pitches: readonly number[], rows: readonly number[]): number[] {
  return rows.toSorted(
    (a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || (pitches[a] ?? 0) - (pitches[b] ?? 0),
  );
}

function order(starts: readonly number[], pitches: readonly number[], rows: readonly number[]): number[] {
  const columns = {
    startSeconds: Float64Array.from(starts),
    endSeconds: Float64Array.from(starts),
    pitches: Uint8Array.from(pitches),
    velocities: Uint8Array.from(pitches),
  };
  return [...onsetOrder(columns, Uint32Array.from(rows))];
}

it("sorts rows by start, then by pitch, stably", () => {
  const note = fc.tuple(fc.nat(40), fc.nat(3));
  fc.assert(
    fc.property(fc.array(note, { maxLength: 300 }), fc.boolean(), (notes, isOdd) => {
      const [starts, pitches] = [notes.map(([start]) => start), notes.map(([, pitch]) => pitch)];
      const rows = [...notes.keys()].filter((row) => !isOdd || row % 2 === 1);
      expect(order(starts, pitches, rows)).toEqual(slowOrder(starts, pitches, rows));
    }),
  );
});

it.each([
  ["tracks, each in order", (row: number) => row % 500],
  ["many tracks, each in order", (row: number) => row % 50],
  ["many tracks, whose notes accumulate at the start", (row: number) => (row % 50) ** 8],
  ["many tracks and a note of endless delay", (row: number) => (row === 1999 ? Infinity : row % 50)],
  ["notes given backwards", (row: number) => -row],
  ["a chord of all notes, from the top", () => 0],
])("accepts %s", (_, start) => {
  const rows = Array.from({ length: 2000 }, (__, row) => row);
  const [starts, pitches] = [rows.map(start), rows.map((row) => 127 - (row % 128))];
  expect(order(starts, pitches, rows)).toEqual(slowOrder(starts, pitches, rows));
});

it("keeps the rows of invalid times", () => {
  const rows = Array.from({ length: 2000 }, (_, row) => row);
  const starts = rows.map((row) => (row % 90 === 7 ? NaN : row % 50));
  const pitches = rows.map(() => 60);
  expect(order(starts, pitches, rows).toSorted((a, b) => a - b)).toEqual(rows);
});
