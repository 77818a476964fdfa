import { expect, it } from "vitest";
import { type Note, skyline } from "../../../encoding/index.ts";

/** Notes as [start, end, pitch]; the melody is what `skyline` takes of them. */
function melodyOf(notes: readonly (readonly [number, number, number])[]): number[] {
  const flags = skyline(
    notes.map(([startSeconds, endSeconds, pitch]): Note => {
      return { startSeconds, endSeconds, pitch, velocity: 80 };
    }),
  );
  return notes.filter((_, index) => flags[index]).map(([, , pitch]) => pitch);
}

it("takes the highest note of a chord, rolled by a little or not", () => {
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

it("takes all notes of an arpeggio that rises", () => {
  expect(
    melodyOf([
      [0, 1, 60],
      [0.1, 1, 67],
      [0.2, 1, 76],
    ]),
  ).toEqual([60, 67, 76]);
});

it("leaves notes under a held one, until the ear has left it", () => {
  expect(
    melodyOf([
      [0, 4, 72],
      [0.5, 1, 67],
      [1.9, 2, 64],
      [2.1, 3, 69],
    ]),
  ).toEqual([72, 69]);
});

it("takes a note below one that is released", () => {
  expect(
    melodyOf([
      [0, 0.5, 72],
      [0.5, 1, 67],
    ]),
  ).toEqual([72, 67]);
});

it("leaves a bass note while the melody breathes, not when it rests", () => {
  const phrase = [
    [0, 0.5, 76],
    [0.6, 1, 43],
    [1, 1.5, 74],
  ] as const;
  expect(melodyOf(phrase)).toEqual([76, 74]);
  expect(melodyOf([...phrase, [3.1, 3.5, 50]])).toEqual([76, 74, 50]);
});

it("of nothing is nothing", () => {
  expect(melodyOf([])).toEqual([]);
});
