import { expect, test } from "vitest";
import { isPrecision, STORED_PRECISIONS } from "../../../models/index.ts";

const bytesOf = (words: ArrayLike<number>): Uint8Array => new Uint8Array(Uint16Array.from(words).buffer);

/** IEEE 754 binary16, from its definition. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

test("F16: all 65,536 of them, subnormals, infinities and NaN included", () => {
  const halves = Array.from({ length: 65536 }, (_, half) => half);
  const values = STORED_PRECISIONS.F16.expand(bytesOf(halves));
  const wrong = halves.filter((half) => !Object.is(values[half], halfValue(half)));
  expect(wrong).toEqual([]);
});

test("BF16 is the upper half of a float32", () => {
  const values = STORED_PRECISIONS.BF16.expand(
    bytesOf([0x3f80, 0xbf80, 0x4049, 0x0001, 0x7f80, 0x7fc0, 0x8000]),
  );
  expect([...values]).toEqual([1, -1, 3.140625, 2 ** -133, Infinity, NaN, -0]);
});

test("F32 is a view if aligned, otherwise a copy", () => {
  const file = new Uint8Array(16);
  new DataView(file.buffer).setFloat32(4, 1.5, true);
  const view = STORED_PRECISIONS.F32.expand(file.subarray(4, 8));
  expect([...view]).toEqual([1.5]);
  expect(view.buffer).toBe(file.buffer);
  new DataView(file.buffer).setFloat32(9, -2.5, true);
  const copy = STORED_PRECISIONS.F32.expand(file.subarray(9, 13));
  expect([...copy]).toEqual([-2.5]);
  expect(copy.buffer).not.toBe(file.buffer);
});

test("F64 is rounded to float32, aligned or not", () => {
  const file = new Uint8Array(25);
  const view = new DataView(file.buffer);
  for (const [i, value] of [0.1, -2.5, 1e300].entries()) view.setFloat64(1 + 8 * i, value, true);
  const expected = [Math.fround(0.1), -2.5, Infinity];
  expect([...STORED_PRECISIONS.F64.expand(file.subarray(1))]).toEqual(expected);
  expect([...STORED_PRECISIONS.F64.expand(file.slice(1), new Float32Array(3))]).toEqual(expected);
});

test("isPrecision accepts only the keys of the table", () => {
  expect(["F64", "F32", "F16", "BF16"].every(isPrecision)).toBe(true);
  expect(["I64", "I8", "toString", ""].some(isPrecision)).toBe(false);
});
