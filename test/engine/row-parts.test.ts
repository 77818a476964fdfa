import { expect, test } from "vitest";
import { copyParts, moveParts, readRows, strideFor, writeRows } from "../../src/engine/row-parts.ts";

/** Three rows of two parts of two numbers: part 0 has 1 to 6, part 1 has 11 to 16. */
const ROWS = Float32Array.of(1, 2, 11, 12, 3, 4, 13, 14, 5, 6, 15, 16);
const LAYOUT = { parts: 2, size: 2, stride: 4 };

function written(): Float32Array {
  const buffer = new Float32Array(20);
  writeRows(buffer, LAYOUT, 0, ROWS);
  return buffer;
}

test("the rows of a part are contiguous", () => {
  expect([...written()]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0, 0, 0]);
});

test("reads rows as they were written", () => {
  expect([...readRows(written(), LAYOUT, 0, 3)]).toEqual([...ROWS]);
  expect([...readRows(written(), LAYOUT, 1, 1)]).toEqual([3, 4, 13, 14]);
  const buffer = written();
  writeRows(buffer, LAYOUT, 2, Float32Array.of(7, 8, 17, 18));
  expect([...readRows(buffer, LAYOUT, 1, 2)]).toEqual([3, 4, 13, 14, 7, 8, 17, 18]);
});

test.each([3, 5])("moves the parts within a buffer, to a stride of %i rows", (stride) => {
  const buffer = written();
  moveParts(buffer, LAYOUT, stride, 3);
  expect([...readRows(buffer, { ...LAYOUT, stride }, 0, 3)]).toEqual([...ROWS]);
});

test("copies the first rows of each part", () => {
  const copy = new Float32Array(8);
  copyParts(written(), LAYOUT, copy, 2, 2);
  expect([...copy]).toEqual([1, 2, 3, 4, 11, 12, 13, 14]);
});

test("the room for rows grows in larger steps for more rows", () => {
  const strides = [0, 1, 16, 17, 128, 129, 512, 513, 1000].map(strideFor);
  expect(strides).toEqual([0, 16, 16, 32, 128, 160, 512, 576, 1024]);
});
