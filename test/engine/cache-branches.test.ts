/** Forks and rewinds of the cache, compared with a model that copies all rows. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CacheShape, KeyValueCache } from "../../src/engine/cache.ts";
import { EngineError } from "../../src/engine/errors.ts";

const SHAPE: CacheShape = { layers: 2, width: 2, limit: 5 };

/** Rows of the values `label`, `label + 1`, …, with their buffer and column in the fraction. */
function rowsOf(label: number, rows: number, { layers, width }: CacheShape = SHAPE): Float32Array {
  const size = rows * width;
  return Float32Array.from({ length: 2 * layers * size }, (_, i) => {
    const [buffer, at] = [Math.floor(i / size), i % size];
    return label + Math.floor(at / width) + buffer / 8 + (at % width) / 64;
  });
}

/** The labels of the visible rows; checks that all buffers agree. */
function labels(cache: KeyValueCache): number[] {
  const { layers, width } = cache.shape;
  if (cache.length === 0) return [];
  const found = Array.from({ length: cache.length }, (_, row) =>
    Math.floor(cache.keys(0)[row * width] ?? NaN),
  );
  for (let layer = 0; layer < layers; layer += 1) {
    for (const [which, view] of [cache.keys(layer), cache.values(layer)].entries()) {
      const expected = found.flatMap((label) =>
        Array.from({ length: width }, (_, i) => label + (2 * layer + which) / 8 + i / 64),
      );
      expect([...view]).toEqual(expected);
    }
  }
  return found;
}

function filled(count: number, shape: CacheShape = SHAPE): KeyValueCache {
  const cache = new KeyValueCache(shape);
  for (let position = 0; position < count; position += 1) cache.append(rowsOf(position, 1, shape));
  return cache;
}

/** A reference cache without sharing: all labels, and the earliest position of `rewind`. */
interface Naive {
  read: number[];
  furthest: number;
}

type Action =
  | { readonly kind: "append"; readonly branch: number; readonly rows: number }
  | { readonly kind: "fork"; readonly branch: number }
  | { readonly kind: "clear"; readonly branch: number }
  | { readonly kind: "rewind"; readonly branch: number; readonly back: number };

const branch = fc.nat();
const ACTION: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      branch,
      rows: fc.integer({ min: 1, max: 14 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fork" as const), branch }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rewind" as const),
      branch,
      back: fc.integer({ min: -1, max: 16 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const), branch }) },
);

test("forks, rewinds, appends and clears in any order give the rows of a cache that copies", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(ACTION, { maxLength: 60 }), (limit, actions) => {
      const shape = { ...SHAPE, limit };
      const branches: { cache: KeyValueCache; naive: Naive }[] = [
        { cache: new KeyValueCache(shape), naive: { read: [], furthest: 0 } },
      ];
      let label = 0;
      for (const action of actions) {
        const chosen = branches[action.branch % branches.length];
        if (!chosen) throw new Error("there is always one branch");
        const { cache, naive } = chosen;
        if (action.kind === "append") {
          cache.append(rowsOf(label, action.rows, shape));
          for (let row = 0; row < action.rows; row += 1) naive.read.push(label + row);
          naive.furthest = Math.max(naive.furthest, naive.read.length);
          label += action.rows;
        } else if (action.kind === "fork") {
          branches.push({ cache: cache.fork(), naive: { ...naive, read: [...naive.read] } });
        } else if (action.kind === "clear") {
          cache.clear();
          chosen.naive = { read: [], furthest: 0 };
        } else {
          const to = naive.read.length - action.back;
          const evicts = naive.furthest > 2 * limit; // the first rows are evicted
          if (action.back < 0 || to < (evicts ? naive.furthest - limit : 0)) {
            expect(() => cache.rewind(to)).toThrow(EngineError);
          } else {
            cache.rewind(to);
            naive.read.length = to;
          }
        }
        for (const { cache: each, naive: model } of branches) {
          expect(each.position).toBe(model.read.length);
          expect(labels(each)).toEqual(limit === 0 ? [] : model.read.slice(-limit));
          expect(each.earliest).toBe(model.furthest > 2 * limit ? model.furthest - limit : 0);
        }
      }
    }),
    { numRuns: 100 },
  );
});

describe("forks", () => {
  test("share the memory until the second of them appends", () => {
    const cache = filled(3);
    const { buffer } = cache.keys(0);
    const [one, two] = [cache.fork(), cache.fork()];
    expect(one.keys(0)).toEqual(cache.keys(0));
    expect([one.keys(0).buffer, two.values(1).buffer]).toEqual([buffer, cache.values(1).buffer]);

    one.append(rowsOf(10, 1));
    expect(one.keys(0).buffer).toBe(buffer);
    two.append(rowsOf(20, 1));
    expect(two.keys(0).buffer).not.toBe(buffer);
    expect(cache.keys(0).buffer).toBe(buffer);
    expect([labels(cache), labels(one), labels(two)]).toEqual([
      [0, 1, 2],
      [0, 1, 2, 10],
      [0, 1, 2, 20],
    ]);
  });

  test("stay independent over alternating appends for many windows", () => {
    const one = filled(4);
    const two = one.fork();
    const read: [number[], number[]] = [labels(one), labels(two)];
    for (let position = 0; position < 200; position += 1) {
      for (const [which, cache] of [one, two].entries()) {
        const label = 1000 * (which + 1) + position;
        cache.append(rowsOf(label, 1));
        read[which]?.push(label);
        expect(labels(cache)).toEqual(read[which]?.slice(-5));
      }
    }
  });

  test("each have buffers of constant size", () => {
    const one = filled(20);
    const two = one.fork();
    for (let position = 0; position < 40; position += 1) {
      for (const cache of [one, two]) cache.append(rowsOf(position, 1));
    }
    const buffers = [one.keys(0).buffer, two.keys(0).buffer];
    expect(buffers[0]).not.toBe(buffers[1]);
    for (let position = 40; position < 400; position += 1) {
      for (const cache of [one, two]) cache.append(rowsOf(position, 1));
    }
    expect([one.keys(0).buffer, two.keys(0).buffer]).toEqual(buffers);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([4 * 2 * 12, 4 * 2 * 12]);
    expect(one.keys(0).buffer).toBe(buffers[0]);
  });

  test("do not change when the original cache reuses its buffers", () => {
    const cache = filled(7);
    const fork = cache.fork();
    for (let position = 7; position < 100; position += 1) cache.append(rowsOf(position, 1));
    expect(labels(fork)).toEqual([2, 3, 4, 5, 6]);
    fork.rewind(4);
    expect(labels(fork)).toEqual([0, 1, 2, 3]);
  });

  test("release the shared buffers when they are cleared", () => {
    const cache = filled(3);
    const fork = cache.fork();
    fork.clear();
    expect([fork.position, fork.length, ...fork.keys(0)]).toEqual([0, 0, 0, 0]);
    expect(labels(cache)).toEqual([0, 1, 2]);
    const { buffer } = cache.keys(0);
    cache.rewind(1);
    cache.append(rowsOf(5, 1));
    expect(cache.keys(0).buffer).toBe(buffer);
  });
});

describe("rewind", () => {
  test("followed by append overwrites rows in the same buffers", () => {
    const cache = filled(4);
    const { buffer } = cache.keys(0);
    cache.rewind(2);
    cache.append(rowsOf(50, 2));
    expect(labels(cache)).toEqual([0, 1, 50, 51]);
    expect(cache.keys(0).buffer).toBe(buffer);
  });

  test("does not change a fork", () => {
    const cache = filled(4);
    const fork = cache.fork();
    cache.rewind(2);
    cache.append(rowsOf(50, 1));
    expect([labels(cache), labels(fork)]).toEqual([
      [0, 1, 50],
      [0, 1, 2, 3],
    ]);
  });

  test("reaches one window back, and restores a full window", () => {
    const cache = filled(1000);
    expect(cache.earliest).toBe(995);
    cache.rewind(995);
    expect(labels(cache)).toEqual([990, 991, 992, 993, 994]);
    expect(cache.earliest).toBe(995);
  });

  test.each([
    [1001, "cannot rewind to position 1001 from 1000"],
    [-1, "cannot rewind to position -1 from"],
    [999.5, "cannot rewind to position 999.5 from"],
    [NaN, "cannot rewind to position NaN from"],
    [994, "position 994 is evicted"],
  ])("throws for position %d, and does not change the cache", (position, message) => {
    const cache = filled(1000);
    expect(() => cache.rewind(position)).toThrow(
      expect.objectContaining({
        name: "EngineError",
        code: "bad-position",
        message: expect.stringContaining(message),
      }),
    );
    expect([cache.position, ...labels(cache)]).toEqual([1000, 995, 996, 997, 998, 999]);
  });
});
