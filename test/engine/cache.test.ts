import * as fc from "fast-check";
import { expect, test } from "vitest";
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
