import { expect, it } from "vitest";
import { numberRows, weightedSum } from "../../../web/text/head-numbers.ts";

const TABLE = {
  from: 1,
  rows: [Float32Array.of(0.2, 0.8), Float32Array.of(0.5, 0.25, 0.25)],
  values: Float32Array.of(1, 10, 2, 20, 4, 40),
  headSize: 2,
};

it("has scores below the row's highest, a mask, and weights that sum to one", () => {
  const [first, last] = numberRows(TABLE);
  expect(first?.position).toBe(1);
  expect(first?.scores).toEqual([0, undefined]);
  expect(first?.weights[1]).toBe(0);
  expect(last?.scores.map((score) => score?.toFixed(3))).toEqual(["-0.693", "-0.693"]);
  for (const row of [first, last]) {
    expect((row?.earlier ?? 0) + (row?.weights ?? []).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(
      1,
      5,
    );
  }
});

it("sums the values by weight", () => {
  expect(weightedSum(TABLE)).toEqual([2, 20]);
});
