import { expect, test } from "vitest";
import { freeMemory } from "../../src/engine/free-memory.ts";

const LARGE = 2 ** 18; // numbers in a mebibyte

test("a large array is empty afterwards", () => {
  const numbers = new Float32Array(LARGE);
  freeMemory(numbers);
  expect(numbers).toHaveLength(0);
});

test.each([
  ["a small array", new Float32Array(LARGE - 1)],
  ["a part of a buffer", new Float32Array(LARGE + 1).subarray(1)],
  ["a shared buffer", new Float32Array(new SharedArrayBuffer(4 * LARGE))],
])("%s is left as it is", (_, numbers) => {
  const { length } = numbers;
  freeMemory(numbers);
  expect(numbers).toHaveLength(length);
});
