import { expect, test } from "vitest";
import type { CheckpointFile } from "../../../models/index.ts";
import { SpareMemory } from "../../../models/checkpoint/spare-memory.ts";
import { stridedFile, WINDOW_BYTES } from "../../../models/checkpoint/strided-file.ts";

const SPARE = new SpareMemory(WINDOW_BYTES);

/** A file of uint16 that count up, and the largest part of it that was read at once. */
function countingFile(size: number) {
  const numbers = Uint16Array.from({ length: size }, (_, i) => i);
  const all = new Uint8Array(numbers.buffer);
  const read = { largest: 0, total: 0 };
  const file: CheckpointFile = {
    bytes: all.length,
    read: async (begin, end) => {
      if (begin < 0 || end > all.length) throw new RangeError(`${begin} to ${end}`);
      read.largest = Math.max(read.largest, end - begin);
      read.total += end - begin;
      return all.slice(begin, end);
    },
    close: async () => {},
  };
  return { file, read };
}

async function numbersOf(file: CheckpointFile, from: number, to: number): Promise<number[]> {
  const bytes = await file.read(2 * from, 2 * to);
  return [...new Uint16Array(bytes.slice().buffer)];
}

test.each([
  { shape: [2, 3], strides: [1, 2], expected: [5, 7, 9, 6, 8, 10] },
  { shape: [4], strides: [3], expected: [5, 8, 11, 14] },
  { shape: [2, 1, 2, 2], strides: [1, 99, 10, 4], expected: [5, 9, 15, 19, 6, 10, 16, 20] },
  { shape: [1, 1], strides: [7, 7], expected: [5] },
  { shape: [3, 0], strides: [1, 3], expected: [] },
])(
  "returns the elements of $shape with strides $strides in row-major order",
  async ({ shape, strides, expected }) => {
    const { file } = countingFile(64);
    const strided = stridedFile(file, { begin: 10, end: 128, bytesEach: 2, shape, strides }, SPARE);
    expect(strided.bytes).toBe(2 * expected.length);
    for (let from = 0; from <= expected.length; from += 1) {
      for (let to = from; to <= expected.length; to += 1) {
        expect(await numbersOf(strided, from, to)).toEqual(expected.slice(from, to));
      }
    }
  },
);

test("reads ranges that begin and end within an element", async () => {
  const { file } = countingFile(64);
  const strided = stridedFile(
    file,
    { begin: 0, end: 128, bytesEach: 2, shape: [2, 2], strides: [1, 16] },
    SPARE,
  );
  expect([...(await strided.read(1, 5))]).toEqual([0, 16, 0, 1]);
});

test("reads a large matrix once, in reads of 1 MiB", async () => {
  const [rows, columns] = [1000, 1500];
  const { file, read } = countingFile(rows * columns);
  const layout = {
    begin: 0,
    end: 2 * rows * columns,
    bytesEach: 2,
    shape: [rows, columns],
    strides: [1, rows],
  };
  const found = await numbersOf(stridedFile(file, layout, SPARE), 0, rows * columns);
  const isRight = found.every(
    (value, i) => value === (((i % columns) * rows + Math.floor(i / columns)) & 0xffff),
  );
  expect(isRight).toBe(true);
  expect(read).toEqual({ largest: 2 ** 20, total: 2 * rows * columns });
});
