/** Caches with the heads as the first axis, compared with those of the other order. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type CacheShape, KeyValueCache } from "../../src/engine/cache.ts";

const [LAYERS, HEADS, SIZE] = [2, 3, 2];
const SHAPE: CacheShape = { layers: LAYERS, width: HEADS * SIZE, limit: 99 };
const APART: CacheShape = { ...SHAPE, headsFirst: HEADS };

let numbered = 0;
/** Rows of numbers that all differ. */
function newRows(rows: number, sequences: number): Float32Array {
  return Float32Array.from({ length: 2 * LAYERS * rows * sequences * HEADS * SIZE }, () => (numbered += 1));
}

/** The used rows of what the graph reads, in the order of `keys` and `values`. */
function used(cache: KeyValueCache, buffer: number): number[] {
  const past = cache.past(buffer);
  const heads = cache.sequences * HEADS;
  expect(past.length).toBe(cache.rows * heads * SIZE);
  return Array.from({ length: cache.length * heads * SIZE }, (_, i) => {
    const [row, head] = [Math.floor(i / (heads * SIZE)), Math.floor(i / SIZE) % heads];
    return past[(head * cache.rows + row) * SIZE + (i % SIZE)] ?? NaN;
  });
}

interface Pair {
  readonly apart: KeyValueCache;
  readonly together: KeyValueCache;
}

const kinds = ["append", "append", "append", "reserve", "fork", "rewind", "clear", "select"] as const;
const ACTION = fc.record({ kind: fc.constantFrom(...kinds), branch: fc.nat(), count: fc.nat() });

test("appends, forks, rewinds and selections keep the same rows as with the positions first", () => {
  fc.assert(
    fc.property(fc.array(ACTION, { maxLength: 30 }), (actions) => {
      const pairs: Pair[] = [{ apart: new KeyValueCache(APART), together: new KeyValueCache(SHAPE) }];
      for (const { kind, branch, count } of actions) {
        const { apart, together } = pairs[branch % pairs.length]!;
        const { position, sequences } = apart;
        const most = Math.min(40, 99 - position);
        if (kind === "append" && most > 0) {
          const added = newRows(1 + (count % most), sequences);
          for (const cache of [apart, together]) cache.append(added);
        } else if (kind === "reserve") apart.reserve(count % (100 - position));
        else if (kind === "fork") pairs.push({ apart: apart.fork(), together: together.fork() });
        else if (kind === "rewind")
          for (const cache of [apart, together]) cache.rewind(count % (position + 1));
        else if (kind === "clear") for (const cache of [apart, together]) cache.clear();
        else if (kind === "select") {
          const which = [count % sequences, 0].slice(count % 2);
          pairs.push({ apart: apart.select(which), together: together.select(which) });
        }
        for (const pair of pairs) {
          const { length } = pair.together;
          expect(pair.apart.length).toBe(length);
          if (length === 0) continue;
          for (let buffer = 0; buffer < 2 * LAYERS; buffer += 1) {
            const layer = Math.floor(buffer / 2);
            const rows = [...(buffer % 2 === 0 ? pair.together.keys(layer) : pair.together.values(layer))];
            expect(used(pair.apart, buffer)).toEqual(rows);
            expect([...pair.apart.newest(buffer, 1)]).toEqual([...pair.together.newest(buffer, 1)]);
          }
          expect(pair.apart.keys(1)).toEqual(pair.together.keys(1).slice());
        }
      }
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("an empty cache has one row, of zeros", () => {
  const cache = new KeyValueCache(APART);
  expect([cache.rows, ...cache.past(0)]).toEqual([1, 0, 0, 0, 0, 0, 0]);
});

test("few of the rows that the graph reads are unused, also in a prompt and after a clear", () => {
  const cache = new KeyValueCache({ ...APART, limit: 999 });
  const append = (rows: number): number => {
    cache.append(newRows(rows, 1));
    return cache.rows;
  };
  expect([1, 15, 1, 100, 12, 400, 100].map(append)).toEqual([16, 16, 32, 128, 160, 576, 640]);
  cache.clear();
  cache.reserve(300);
  expect([cache.rows, append(128), append(128), append(44)]).toEqual([1, 128, 256, 320]);
});

test("the rows of the largest cache fit the window", () => {
  const cache = new KeyValueCache(APART);
  cache.reserve(100);
  for (let row = 0; row < 100; row += 1) cache.append(newRows(1, 1));
  expect([cache.position, cache.length, cache.rows]).toEqual([100, 99, 100]);
});
