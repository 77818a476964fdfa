import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cacheShapeOf, KeyValueCache } from "../../src/engine/cache.ts";
import { EngineError } from "../../src/engine/errors.ts";
import { attentionMask } from "../../src/engine/mask.ts";

const WIDTH = 2;

/** The rows of the positions from `first` on: 10·position + buffer, twice. */
function rowsOf(first: number, rows: number, buffer: number): Float32Array {
  return Float32Array.from({ length: rows * WIDTH }, (_, i) => 10 * (first + Math.floor(i / WIDTH)) + buffer);
}

/** Rows of all buffers, as `append` takes them. */
function packed(...buffers: readonly Float32Array[]): Float32Array {
  const size = buffers[0]?.length ?? 0;
  const all = new Float32Array(buffers.reduce((sum, { length }) => sum + length, 0));
  for (const [i, rows] of buffers.entries()) all.set(rows, i * size);
  return all;
}

test("an empty cache has one row of zeros", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 4 });
  expect(cache.length).toBe(0);
  expect(cache.rows).toBe(1);
  expect([...cache.keys(0), ...cache.values(0)]).toEqual([0, 0, 0, 0]);
});

test("only the native backend reserves memory for all learned positions", () => {
  const config = {
    vocabularySize: 11,
    layers: 3,
    width: WIDTH,
    heads: 1,
    feedForward: 4,
    window: 100,
    normEpsilon: 1e-5,
    tiedHead: true,
  };
  const learned = { ...config, position: { kind: "learned" } } as const;
  const relative = { ...config, position: { kind: "relative", maxDistance: 6, sharedHeads: false } } as const;
  expect(cacheShapeOf(learned, "node")).toEqual({ layers: 3, width: WIDTH, limit: 99, positions: 100 });
  expect(cacheShapeOf(learned, "wasm").positions).toBeUndefined();
  expect(cacheShapeOf(relative, "node").positions).toBeUndefined();
  const cache = new KeyValueCache(cacheShapeOf(learned, "node"));
  const append = (rows: number): void =>
    cache.append(packed(...Array.from({ length: 6 }, (_, buffer) => rowsOf(cache.position, rows, buffer))));
  append(1);
  const { buffer } = cache.values(2);
  append(98);
  append(1);
  expect(cache.values(2).buffer).toBe(buffer);
  expect([...cache.values(2).slice(0, 2), ...cache.values(2).slice(-2)]).toEqual([15, 15, 995, 995]);
});

test("stores the last rows in order, for appends of any size", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 12 }),
      (limit, pieces) => {
        const cache = new KeyValueCache({ layers: 2, width: WIDTH, limit });
        let position = 0;
        for (const rows of pieces) {
          cache.append(packed(...[0, 1, 2, 3].map((buffer) => rowsOf(position, rows, buffer))));
          position += rows;
          const length = Math.min(position, limit);
          expect(cache.position).toBe(position);
          expect(cache.length).toBe(length);
          if (length === 0) continue;
          for (const layer of [0, 1]) {
            expect(cache.keys(layer)).toEqual(rowsOf(position - length, length, 2 * layer));
            expect(cache.values(layer)).toEqual(rowsOf(position - length, length, 2 * layer + 1));
          }
        }
      },
    ),
  );
});

test("memory is bounded by 2¼ times the limit, and steps return views, not copies", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 100 });
  for (let position = 0; position < 1000; position += 1)
    cache.append(packed(rowsOf(position, 1, 0), rowsOf(position, 1, 1)));
  expect(cache.keys(0).buffer.byteLength).toBe(4 * WIDTH * 225);
  const { buffer, byteOffset } = cache.keys(0);
  cache.append(packed(rowsOf(1000, 1, 0), rowsOf(1000, 1, 1)));
  expect(cache.keys(0).buffer).toBe(buffer);
  expect(cache.keys(0).byteOffset).not.toBe(byteOffset);
  for (let position = 1001; position < 3000; position += 1)
    cache.append(packed(rowsOf(position, 1, 0), rowsOf(position, 1, 1)));
  expect(cache.keys(0).buffer).toBe(buffer);
});

test("clear removes all rows", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 4 });
  cache.append(packed(rowsOf(0, 3, 0), rowsOf(0, 3, 1)));
  cache.clear();
  expect([cache.position, cache.length, ...cache.keys(0)]).toEqual([0, 0, 0, 0]);
});

test("throws for arrays that do not fit", () => {
  const cache = new KeyValueCache({ layers: 1, width: WIDTH, limit: 4 });
  expect(() => cache.append(packed(rowsOf(0, 1, 0)))).toThrow(EngineError);
  expect(() => cache.append(packed(rowsOf(0, 1, 0), rowsOf(0, 2, 0)))).toThrow(EngineError);
  expect(cache.length).toBe(0);
});

/** 1 for visible positions, by row. */
function seen(rows: number, held: number, past: number, window: number): string[] {
  const mask = attentionMask(rows, held, past, window);
  return Array.from({ length: rows }, (_, row) =>
    [...mask.subarray(row * (past + rows), (row + 1) * (past + rows))]
      .map((value) => (value === 0 ? "1" : value === -Infinity ? "." : "?"))
      .join(""),
  );
}

test("the mask hides later positions, the row of an empty cache, and positions outside the window", () => {
  expect(seen(3, 0, 1, 8)).toEqual([".1..", ".11.", ".111"]);
  expect(seen(1, 4, 4, 8)).toEqual(["11111"]);
  expect(seen(3, 3, 3, 4)).toEqual(["1111..", ".1111.", "..1111"]);
  expect(seen(4, 0, 1, 2)).toEqual([".1...", ".11..", "..11.", "...11"]);
  expect(seen(2, 0, 1, 1)).toEqual([".1.", "..1"]);
});
