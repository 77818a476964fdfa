import { describe, expect, it } from "vitest";
import { sortSuffixes } from "../../../src/tools/compare/suffix-array.ts";
import { randomNumbers } from "../../random-numbers.ts";

/** Sorts suffixes by comparing them as lists. */
function slowOrder(values: Uint16Array): number[] {
  const compare = (a: number, b: number): number => {
    for (let i = 0; ; i += 1) {
      const difference = (values[a + i] ?? -1) - (values[b + i] ?? -1);
      if (difference !== 0) return difference;
    }
  };
  return Array.from(values, (_, i) => i).sort(compare);
}

describe("sortSuffixes", () => {
  it("agrees with a comparison sort", () => {
    const random = randomNumbers(5);
    for (const [length, alphabet] of [
      [0, 3],
      [1, 3],
      [50, 1],
      [200, 2],
      [300, 5],
      [300, 200],
    ] as const) {
      const values = Uint16Array.from({ length }, () => random(alphabet));
      expect([...sortSuffixes(values, alphabet, length)]).toEqual(slowOrder(values));
    }
  });

  it("sorts only to the given depth", () => {
    const values = Uint16Array.from({ length: 64 }, (_, i) => (i === 63 ? 0 : 1));
    const order = [...sortSuffixes(values, 2, 4)];
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from(values, (_, i) => i));
    const beginnings = order.map((start) => values.slice(start, start + 4).join(""));
    expect(beginnings).toEqual(beginnings.toSorted());
  });
});
