import { expect, it } from "vitest";
import { type Note, skyline } from "../../../encoding/index.ts";

/** The pitches of the notes that `skyline` selects from notes as [start, end, pitch]. */
function melodyOf(notes: readonly (readonly [number, number, number])[]): number[] {
  const flags = skyline(
    notes.map(([startSeconds, endSeconds, pitch]): Note => {
      return { startSeconds, endSeconds, pitch, velocity: 80 };
    }),
  );
  return notes.filter((_, index) => flags[index]).map(([, , pitch]) => pitch);
}

it("selects the highest note of a chord, also if it is slightly arpeggiated", () => {
  expect(
    melodyOf([
      [0, 1, 60],
      [0, 1, 76],
      [0.03, 1, 67],
    ]),
  ).toEqual([76]);
  expect(
    melodyOf([
      [0, 1, 60],
      [0.03, 1, 67],
      [0.06, 1, 76],
    ]),
  ).toEqual([76]);
});

it("selects all notes of a rising arpeggio", () => {
  expect(
    melodyOf([
      [0, 1, 60],
      [0.1, 1, 67],
      [0.2, 1, 76],
    ]),
  ).toEqual([60, 67, 76]);
});

it("omits notes below a held one for two seconds", () => {
  expect(
    melodyOf([
      [0, 4, 72],
      [0.5, 1, 67],
      [1.9, 2, 64],
      [2.1, 3, 69],
    ]),
  ).toEqual([72, 69]);
});

it("selects a note below one that has ended", () => {
  expect(
    melodyOf([
      [0, 0.5, 72],
      [0.5, 1, 67],
    ]),
  ).toEqual([72, 67]);
});

it("omits a bass note during a short rest of the melody, not during a long one", () => {
  const phrase = [
    [0, 0.5, 76],
    [0.6, 1, 43],
    [1, 1.5, 74],
  ] as const;
  expect(melodyOf(phrase)).toEqual([76, 74]);
  expect(melodyOf([...phrase, [3.1, 3.5, 50]])).toEqual([76, 74, 50]);
});

it("returns nothing without notes", () => {
  expect(melodyOf([])).toEqual([]);
});
