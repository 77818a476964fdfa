import { expect, test } from "vitest";
import { quantizeNibbles } from "../../../models/graph/quantize-int4.ts";
import { centredNumbers } from "../reference.ts";

/** The numbers, without the 8 that is added to them. */
function unpacked(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [(byte & 15) - 8, (byte >> 4) - 8]);
}

test("weights that are multiples of a scale stay exact, the largest magnitude as −8, of either sign", () => {
  const weights = [-8, 7, 0, 1, -1, 3, -5, 2];
  const { numbers, scales } = quantizeNibbles(
    Float32Array.from([...weights.map((each) => each / 4), ...weights.map((each) => each * -2)]),
    8,
  );
  expect(unpacked(numbers)).toEqual([...weights, ...weights]);
  expect([...scales]).toEqual([0.25, -2]);
  expect(numbers[0]).toBe(0 + 16 * 15);
});

test("a block of zeros has a scale that a kernel can divide by", () => {
  const { numbers, scales } = quantizeNibbles(new Float32Array(8), 8);
  expect(unpacked(numbers)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect([...scales]).toEqual([1]);
});

test("the scale of a block loses less than rounding to the nearest sixteenth of its range", () => {
  const block = 32;
  const values = Float32Array.from(centredNumbers(64 * block, 5), (value) => value ** 3);
  const { numbers, scales } = quantizeNibbles(values, block);
  const own = unpacked(numbers).map((number, i) => number * (scales[Math.floor(i / block)] ?? NaN));
  const nearest = [...values].map((value, i) => {
    const begin = i - (i % block);
    const scale = Math.max(...values.subarray(begin, begin + block).map(Math.abs)) / 7;
    return Math.round(value / scale) * scale;
  });
  const error = (found: readonly number[]): number =>
    found.reduce((sum, each, i) => sum + (each - (values[i] ?? NaN)) ** 2, 0);
  expect(error(own) / error(nearest)).toBeLessThan(0.8);
});
