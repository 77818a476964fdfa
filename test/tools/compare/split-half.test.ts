import { describe, expect, it } from "vitest";
import { splitHalfBaseline } from "../../../src/tools/compare/split-half.ts";

const counts = (...values: number[]): Float64Array => Float64Array.from(values);

describe("splitHalfBaseline", () => {
  it("is 1 for equal pieces", () => {
    const { overlap, divergence } = splitHalfBaseline(Array<Float64Array>(8).fill(counts(30, 10)), 2);
    expect(overlap).toBeCloseTo(1, 12);
    expect(divergence).toBeCloseTo(0, 12);
  });

  it("is 0 for two disjoint pieces: each piece is in one half only", () => {
    expect(splitHalfBaseline([counts(9, 0), counts(0, 9)], 2).overlap).toBe(0);
  });

  it("is the mean over the splits", () => {
    // Two of four pieces are of each kind: in a third of the splits one half has both of a kind, else the halves are equal.
    const pieces = [counts(5, 0), counts(5, 0), counts(0, 5), counts(0, 5)];
    const { overlap } = splitHalfBaseline(pieces, 2);
    expect(overlap).toBeGreaterThan(0.4);
    expect(overlap).toBeLessThan(0.9);
    expect(splitHalfBaseline(pieces, 2).overlap).toBe(overlap);
  });
});
