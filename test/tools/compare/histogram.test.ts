import { describe, expect, it } from "vitest";
import {
  addCounts,
  binOf,
  divergence,
  overlap,
  quantile,
  shares,
} from "../../../src/tools/compare/histogram.ts";

const counts = (...values: number[]): Float64Array => Float64Array.from(values);

describe("overlap", () => {
  it("is the common area of two distributions of any size", () => {
    expect(overlap(counts(1, 1, 2), counts(10, 10, 20))).toBeCloseTo(1, 12);
    expect(overlap(counts(1, 0), counts(0, 5))).toBe(0);
    expect(overlap(counts(3, 1), counts(1, 1))).toBeCloseTo(0.5 + 0.25, 12);
    expect(overlap(counts(0, 0), counts(1, 1))).toBeNaN();
  });
});

describe("divergence", () => {
  it("is 0 for equal shares and grows with what the model lacks", () => {
    expect(divergence(counts(100, 300), counts(100, 300))).toBeCloseTo(0, 12);
    // Shares with half a count more in each bin: (1.5, 3.5) / 5 against (2.5, 2.5) / 5.
    const expected = 0.3 * Math.log(0.3 / 0.5) + 0.7 * Math.log(0.7 / 0.5);
    expect(divergence(counts(1, 3), counts(2, 2))).toBeCloseTo(expected, 12);
    expect(divergence(counts(5, 5), counts(10, 0))).toBeGreaterThan(0.5);
  });
});

describe("quantile", () => {
  it("interpolates between neighbors", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 0], 0.95)).toBeCloseTo(9.5, 12);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

it("assigns bins by lower edges; values outside belong to the end bins", () => {
  expect([-3, 0, 2.9, 3, 7, 8, 900].map((value) => binOf(value, [0, 3, 8]))).toEqual([0, 0, 0, 1, 1, 2, 2]);
});

it("adds and divides counts", () => {
  expect([...addCounts([counts(1, 2), counts(3, 4)], 2)]).toEqual([4, 6]);
  expect([...shares(counts(1, 3))]).toEqual([0.25, 0.75]);
});
