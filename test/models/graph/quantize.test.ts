import { expect, test } from "vitest";
import { quantizeColumns, quantizeRows, transposed } from "../../../models/graph/quantize.ts";
import { centredNumbers } from "../reference.ts";

/** [4, 6] with columns and rows of very different size, zeros among them. */
const VALUES = Float32Array.from(centredNumbers(24, 5), (value, i) =>
  i % 6 === 2 ? 0 : value * 10 ** (i % 6),
);

test("quantizeColumns is within half a step of the column's scale, and exact for the largest magnitude", () => {
  const { numbers, scales } = quantizeColumns(VALUES, 6);
  expect(scales).toHaveLength(6);
  for (const [i, value] of VALUES.entries()) {
    const scale = scales[i % 6] ?? NaN;
    expect(Math.abs((numbers[i] ?? NaN) * scale - value)).toBeLessThanOrEqual(scale * 0.50001);
  }
  for (let column = 0; column < 6; column += 1) {
    const largest = Math.max(...[0, 1, 2, 3].map((row) => Math.abs(numbers[row * 6 + column] ?? NaN)));
    expect(largest).toBe(column === 2 ? 0 : 127);
  }
});

test("quantizeRows stores zero as 128, with one scale per block", () => {
  const { numbers, scales } = quantizeRows(VALUES, 3);
  expect(scales).toHaveLength(8);
  for (const [i, value] of VALUES.entries()) {
    const scale = scales[Math.floor(i / 3)] ?? NaN;
    expect(Math.abs(((numbers[i] ?? NaN) - 128) * scale - value)).toBeLessThanOrEqual(scale * 0.50001);
    if (value === 0) expect(numbers[i]).toBe(128);
  }
});

test("a second quantization does not change the values", () => {
  const once = quantizeRows(VALUES, 3);
  const restored = Float32Array.from(
    once.numbers,
    (n, i) => (n - 128) * (once.scales[Math.floor(i / 3)] ?? NaN),
  );
  const twice = quantizeRows(restored, 3);
  expect(twice.numbers).toEqual(once.numbers);
  for (const [i, scale] of twice.scales.entries()) expect(scale / (once.scales[i] ?? NaN)).toBeCloseTo(1, 6);
});

test.each([0, 1e-45, 1e-38, 1e-30, 1e30, 3.4e38])("blocks of %d neither overflow nor wrap", (size) => {
  const values = Float32Array.of(size, -size, size / 2, 0);
  const { numbers, scales } = quantizeRows(values, 4);
  expect(scales[0]).toBeGreaterThan(0);
  for (const [i, value] of values.entries()) {
    const restored = ((numbers[i] ?? NaN) - 128) * (scales[0] ?? NaN);
    expect(Math.abs(restored - value)).toBeLessThanOrEqual(Math.max(1e-30, size / 200));
  }
  const columns = quantizeColumns(values, 1);
  for (const [i, value] of values.entries()) {
    const restored = (columns.numbers[i] ?? NaN) * (columns.scales[0] ?? NaN);
    expect(Math.abs(restored - value)).toBeLessThanOrEqual(Math.max(1e-30, size / 200));
  }
});

test.each([
  [1, 1],
  [3, 5],
  [32, 32],
  [33, 70],
])("transposed: %d × %d", (rows, columns) => {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const expected = Array.from(
    { length: rows * columns },
    (_, i) => (i % rows) * columns + Math.floor(i / rows),
  );
  expect([...transposed(values, rows, columns)]).toEqual(expected);
});
