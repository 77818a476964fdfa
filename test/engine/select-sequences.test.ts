import { expect, test } from "vitest";
import { checkSelection, selectSequences } from "../../src/engine/select-sequences.ts";

/** Two rows of three sequences, two numbers each. */
const ROWS = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);

test("copies the selected sequences of each row, in the given order", () => {
  const select = (which: readonly number[]): number[] => [
    ...selectSequences(ROWS, which, { sequences: 3, width: 2 }),
  ];
  expect(select([2, 0])).toEqual([5, 6, 1, 2, 11, 12, 7, 8]);
  expect(select([1])).toEqual([3, 4, 9, 10]);
  expect(select([0, 0, 1])).toEqual([1, 2, 1, 2, 3, 4, 7, 8, 7, 8, 9, 10]);
});

test("the copy of no rows is empty", () => {
  expect(selectSequences(new Float32Array(0), [0, 0], { sequences: 3, width: 2 })).toHaveLength(0);
});

test.each([
  [[], "no sequence was selected"],
  [[0, 3], "the cache has no sequence 3"],
  [[-1], "the cache has no sequence -1"],
  [[0.5], "the cache has no sequence 0.5"],
])("throws for the selection %j", (which, message) => {
  expect(() => checkSelection(which, 3)).toThrow(message);
});
