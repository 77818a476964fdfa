import { expect, test } from "vitest";
import { EvictedRows } from "../../src/engine/evicted-rows.ts";

/** Blocks of one number: `first`, `first + 1`, …. */
function push(evicted: EvictedRows, first: number, blocks: number): void {
  for (let i = 0; i < blocks; i += 1) evicted.push(1)[0] = first + i;
}

const numbers = (blocks: readonly Float32Array[]): number[] => blocks.flatMap((block) => [...block]);

test("keeps the newest blocks, in the memory of the evicted ones", () => {
  const evicted = new EvictedRows(3);
  const arrays = Array.from({ length: 8 }, (_, i) => {
    const array = evicted.push(1);
    array[0] = i;
    return array;
  });
  expect(new Set(arrays).size).toBe(3);
  expect(evicted.count).toBe(3);
  expect(numbers(evicted.pop(2))).toEqual([6, 7]);
  expect(numbers(evicted.pop(0))).toEqual([]);
  expect(numbers(evicted.pop(1))).toEqual([5]);
  expect(evicted.count).toBe(0);
});

test("a fork keeps its blocks when the other drops or removes them", () => {
  const one = new EvictedRows(2);
  push(one, 0, 2);
  const two = one.fork();
  push(one, 10, 5);
  const three = two.fork();
  three.pop(1);
  push(three, 20, 2);
  expect([one, two, three].map((each) => numbers(each.pop(2)))).toEqual([
    [13, 14],
    [0, 1],
    [20, 21],
  ]);
});

test("maps the blocks", () => {
  const one = new EvictedRows(2);
  push(one, 1, 2);
  const doubled = one.map((rows) => rows.map((x) => 2 * x));
  one.clear();
  push(one, 7, 1);
  expect([numbers(doubled.pop(2)), one.count]).toEqual([[2, 4], 1]);
});
