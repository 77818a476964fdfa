import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Anchor } from "../../src/engine/anchor.ts";
import { KeyValueCache } from "../../src/engine/cache.ts";
import { EngineError } from "../../src/engine/errors.ts";
import { attentionMask } from "../../src/engine/mask.ts";

const WIDTH = 2;

/** The rows for the times from `first` on: 10·time + buffer, twice. */
function rowsOf(first: number, rows: number, buffer: number): Float32Array {
  return Float32Array.from({ length: rows * WIDTH }, (_, i) => 10 * (first + Math.floor(i / WIDTH)) + buffer);
}

test("an empty cache gives one row of zeros", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 4 });
  expect(cache.length).toBe(0);
  expect(cache.rows).toBe(1);
  expect([...cache.keys(0), ...cache.values(0)]).toEqual([0, 0, 0, 0]);
});

test("holds the last rows in order, whatever the pieces they come in", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 12 }),
      (limit, pieces) => {
        const cache = new KeyValueCache({ layers: 2, width: WIDTH, limit });
        let time = 0;
        for (const rows of pieces) {
          const added = [0, 1, 2, 3].map((buffer) => rowsOf(time, rows, buffer));
          cache.append(added, rows);
          time += rows;
          const length = Math.min(time, limit);
          expect(cache.position).toBe(time);
          expect(cache.length).toBe(length);
          if (length === 0) continue;
          for (const layer of [0, 1]) {
            expect(cache.keys(layer)).toEqual(rowsOf(time - length, length, 2 * layer));
            expect(cache.values(layer)).toEqual(rowsOf(time - length, length, 2 * layer + 1));
          }
        }
      },
    ),
  );
});

test("memory is bounded by three times the limit, and steps give views, not copies", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 100 });
  for (let time = 0; time < 1000; time += 1) cache.append([rowsOf(time, 1, 0), rowsOf(time, 1, 1)], 1);
  expect(cache.keys(0).buffer.byteLength).toBe(4 * WIDTH * 3 * 100);
  const { buffer, byteOffset } = cache.keys(0);
  cache.append([rowsOf(1000, 1, 0), rowsOf(1000, 1, 1)], 1);
  expect(cache.keys(0).buffer).toBe(buffer);
  expect(cache.keys(0).byteOffset).not.toBe(byteOffset);
  for (let time = 1001; time < 3000; time += 1) cache.append([rowsOf(time, 1, 0), rowsOf(time, 1, 1)], 1);
  expect(cache.keys(0).buffer).toBe(buffer);
});

test("clear begins anew", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 4 });
  cache.append([rowsOf(0, 3, 0), rowsOf(0, 3, 1)], 3);
  cache.clear();
  expect([cache.position, cache.length, ...cache.keys(0)]).toEqual([0, 0, 0, 0]);
});

test("arrays that do not fit are refused", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 4 });
  expect(() => cache.append([rowsOf(0, 1, 0)], 1)).toThrow(EngineError);
  expect(() => cache.append([rowsOf(0, 1, 0), rowsOf(0, 2, 0)], 1)).toThrow(EngineError);
  expect(cache.length).toBe(0);
});

/** 1 where seen, row by row. */
function seen(rows: number, held: number, past: number, window: number): string[] {
  const mask = attentionMask(rows, held, past, window);
  return Array.from({ length: rows }, (_, row) =>
    [...mask.subarray(row * (past + rows), (row + 1) * (past + rows))]
      .map((value) => (value === 0 ? "1" : value === -Infinity ? "." : "?"))
      .join(""),
  );
}

test("the mask hides times to come, the row that stands for nothing, and what is out of the window", () => {
  expect(seen(3, 0, 1, 8)).toEqual([".1..", ".11.", ".111"]);
  expect(seen(1, 4, 4, 8)).toEqual(["11111"]);
  expect(seen(3, 3, 3, 4)).toEqual(["1111..", ".1111.", "..1111"]);
  expect(seen(4, 0, 1, 2)).toEqual([".1...", ".11..", "..11.", "...11"]);
  expect(seen(2, 0, 1, 1)).toEqual([".1.", "..1"]);
});

/** By the definition: the anchor, then what is left of the rest when whole blocks of it have been left out. */
function seenWithAnchor(position: number, limit: number, { rows, block }: Anchor): number[] {
  const times = Array.from({ length: position }, (_, time) => time);
  while (times.length >= limit) times.splice(rows, block);
  return times;
}

function timesOf(view: Float32Array): number[] {
  return Array.from({ length: view.length / WIDTH }, (_, row) => Math.floor((view[row * WIDTH] ?? 0) / 10));
}

test("with an anchor the middle is left out, whatever is read, gone back over, forked and selected", () => {
  const anchored = fc.record({ rows: fc.integer({ min: 0, max: 9 }), block: fc.integer({ min: 1, max: 7 }) });
  const action = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 4, arbitrary: fc.record({ back: fc.integer({ min: 0, max: 60 }) }) },
    { weight: 4, arbitrary: fc.constantFrom("fork" as const, "select" as const) },
    // What is shown is laid out when it is looked at: not after each of the others.
    { weight: 6, arbitrary: fc.constant("look" as const) },
    { weight: 1, arbitrary: fc.constant("clear" as const) },
  );
  fc.assert(
    fc.property(
      anchored,
      fc.integer({ min: 0, max: 30 }),
      fc.array(action, { maxLength: 60 }),
      (anchor, more, actions) => {
        const limit = anchor.rows + anchor.block + more;
        /** Each with the ids it should hold: a time's row says by which reading it was written. */
        let caches = [
          { cache: new KeyValueCache({ layers: 1, width: WIDTH, limit, anchor }), marks: [] as number[] },
        ];
        let mark = 0;
        const check = (): void => {
          for (const { cache, marks } of caches) {
            const expected = seenWithAnchor(marks.length, limit, anchor);
            expect(cache.position).toBe(marks.length);
            expect(cache.length).toBe(expected.length);
            if (expected.length === 0) continue;
            for (const [view, part] of [
              [cache.keys(0), 0],
              [cache.values(0), 1],
            ] as const) {
              const width = view.length / expected.length;
              expect(expected.map((_, row) => view[row * width])).toEqual(
                expected.map((time) => 2 * (marks[time] ?? NaN) + part),
              );
            }
          }
        };
        for (const act of actions) {
          const [current] = caches;
          if (!current) break;
          const { cache, marks } = current;
          if (typeof act === "number") {
            for (let left = act; left > 0;) {
              const rows = Math.min(left, cache.room);
              mark += 1;
              const width = WIDTH * cache.sequences;
              cache.append(
                [0, 1].map((part) => new Float32Array(rows * width).fill(2 * mark + part)),
                rows,
              );
              for (let row = 0; row < rows; row += 1) marks.push(mark);
              left -= rows;
              if (act % 3 === 0) check();
            }
          } else if (typeof act === "object") {
            const position = Math.max(cache.earliest, marks.length - act.back);
            cache.rewind(position);
            marks.length = position;
          } else if (act === "fork") {
            caches = [...caches.slice(1), { cache: cache.fork(), marks: [...marks] }, current];
          } else if (act === "select") {
            caches = [{ cache: cache.select([0, 0]), marks: [...marks] }, ...caches.slice(1)];
          } else if (act === "clear") {
            cache.clear();
            marks.length = 0;
          } else {
            check();
          }
        }
        check();
      },
    ),
    { numRuns: 300 },
  );
});

test("with an anchor a run that would cross a block is refused, and what is seen lies in memory of one size", () => {
  const anchor = { rows: 20, block: 10 };
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 100, anchor });
  expect(cache.room).toBe(100);
  const append = (rows: number): void => {
    cache.append([rowsOf(cache.position, rows, 0), rowsOf(cache.position, rows, 1)], rows);
  };
  expect(() => append(101)).toThrow(RangeError);
  append(100);
  expect(timesOf(cache.keys(0))).toEqual(seenWithAnchor(100, 100, anchor));
  expect(cache.room).toBe(10);
  append(4);
  expect(cache.room).toBe(6);
  expect(() => append(7)).toThrow(RangeError);
  for (let time = 104; time < 2000; time += 1) append(1);
  expect(timesOf(cache.keys(0))).toEqual(seenWithAnchor(2000, 100, anchor));
  const { buffer } = cache.keys(0);
  expect(buffer.byteLength).toBe(4 * WIDTH * 100);
  append(10);
  expect(cache.keys(0).buffer).toBe(buffer);
});

test.each([
  { rows: 5, block: 6 },
  { rows: -1, block: 2 },
  { rows: 1, block: 0 },
  { rows: 1.5, block: 1 },
])("an anchor that leaves no room is refused: $rows and $block of 10", (anchor) => {
  const shape = { layers: 1, width: WIDTH, limit: 10, anchor };
  expect(() => new KeyValueCache(shape)).toThrow("together at most 10 are needed");
});
