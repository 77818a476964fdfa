/** The cache with an attention sink, compared with an array of all rows. */
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type AttentionSink, restorableBlocks } from "../../src/engine/attention-sink.ts";
import { KeyValueCache } from "../../src/engine/cache.ts";
import { EngineError } from "../../src/engine/errors.ts";
import { evictedAt } from "../../src/engine/visible-rows.ts";

const LAYERS = 2;
const WIDTH = 2;

/** By the definition: the sink, then the rest without the evicted blocks. */
function visiblePositions(
  position: number,
  limit: number,
  { sinkRows, evictionBlock }: AttentionSink,
): number[] {
  const positions = Array.from({ length: position }, (_, index) => index);
  while (positions.length >= limit) positions.splice(sinkRows, evictionBlock);
  return positions;
}

/** What a sequence has in the rows of a buffer. */
function numbersOf(label: number, sequence: number, buffer: number): number[] {
  return Array.from({ length: WIDTH }, (_, i) => label + (4 * sequence + buffer) / 64 + i / 1024);
}

/** The rows of some labels, as `append` takes them. @param labels of each position, those of the sequences. */
function packed(labels: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(
    Array.from({ length: 2 * LAYERS }, (_, buffer) =>
      labels.flatMap((row) => row.flatMap((label, sequence) => numbersOf(label, sequence, buffer))),
    ).flat(),
  );
}

/** A cache that stores all rows, and limits only how far back it may rewind. */
class Reference {
  readonly limit: number;
  readonly sink: AttentionSink;
  /** Of each position, the numbers of each sequence in each buffer. */
  rows: (readonly (readonly number[])[])[] = [];
  /** Evicted rows that cannot be restored. */
  lost = 0;

  constructor(limit: number, sink: AttentionSink) {
    this.limit = limit;
    this.sink = sink;
  }

  append(row: readonly (readonly number[])[]): void {
    this.rows.push(row);
    const restorable = restorableBlocks(this.sink, this.limit) * this.sink.evictionBlock;
    this.lost = Math.max(this.lost, evictedAt(this, this.rows.length) - restorable);
  }

  get earliest(): number {
    let position = 0;
    while (evictedAt(this, position) < this.lost) position += 1;
    return position;
  }

  past(buffer: number): number[] {
    const visible = visiblePositions(this.rows.length, this.limit, this.sink);
    return visible.flatMap((position) => this.rows[position]![buffer]!);
  }

  copy(): Reference {
    const copy = new Reference(this.limit, this.sink);
    copy.rows = [...this.rows];
    copy.lost = this.lost;
    return copy;
  }

  select(which: readonly number[]): Reference {
    const selected = this.copy();
    const ofBuffer = (numbers: readonly number[]): number[] =>
      which.flatMap((sequence) => numbers.slice(sequence * WIDTH, (sequence + 1) * WIDTH));
    selected.rows = this.rows.map((row) => row.map(ofBuffer));
    return selected;
  }
}

function check(cache: KeyValueCache, reference: Reference): void {
  expect(cache.position).toBe(reference.rows.length);
  expect(cache.earliest).toBe(reference.earliest);
  for (let buffer = 0; buffer < 2 * LAYERS; buffer += 1) {
    const expected = reference.past(buffer);
    if (expected.length === 0) expected.push(...new Float32Array(cache.sequences * WIDTH));
    else expect(cache.length).toBe(expected.length / (cache.sequences * WIDTH));
    expect([...cache.past(buffer)]).toEqual([...Float32Array.from(expected)]);
  }
}

const BRANCH = fc.nat();
const ACTION = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      branch: BRANCH,
      rows: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("rewind" as const),
      branch: BRANCH,
      back: fc.integer({ min: -1, max: 50 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fork" as const), branch: BRANCH }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("select" as const),
      branch: BRANCH,
      which: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const), branch: BRANCH }) },
);

const SIZES = fc.record({
  sink: fc.record({
    sinkRows: fc.integer({ min: 0, max: 12 }),
    evictionBlock: fc.integer({ min: 1, max: 9 }),
  }),
  more: fc.integer({ min: 0, max: 100 }),
});

test("appends, rewinds, forks, selections and clears in any order give the rows of an array of all rows", () => {
  fc.assert(
    fc.property(SIZES, fc.array(ACTION, { maxLength: 50 }), ({ sink, more }, actions) => {
      const limit = sink.sinkRows + sink.evictionBlock + more;
      const shape = { layers: LAYERS, width: WIDTH, limit, sink };
      const branches = [{ cache: new KeyValueCache(shape), reference: new Reference(limit, sink) }];
      let label = 0;
      for (const action of actions) {
        const at = action.branch % branches.length;
        const { cache, reference } = branches[at]!;
        if (action.kind === "append") {
          for (let left = action.rows; left > 0;) {
            const rows = Math.min(left, cache.rowsBeforeEviction);
            const labels = Array.from({ length: rows }, () =>
              Array.from({ length: cache.sequences }, () => (label += 1)),
            );
            cache.append(packed(labels));
            for (const row of labels)
              reference.append(
                Array.from({ length: 2 * LAYERS }, (_, buffer) =>
                  row.flatMap((each, sequence) => numbersOf(each, sequence, buffer)),
                ),
              );
            left -= rows;
          }
        } else if (action.kind === "rewind") {
          const to = cache.position - action.back;
          if (action.back < 0 || to < reference.earliest) {
            expect(() => cache.rewind(to)).toThrow(EngineError);
          } else {
            cache.rewind(to);
            reference.rows.length = to;
          }
        } else if (action.kind === "fork") {
          branches.push({ cache: cache.fork(), reference: reference.copy() });
        } else if (action.kind === "select") {
          const which = action.which.map((sequence) => sequence % cache.sequences);
          branches.push({ cache: cache.select(which), reference: reference.select(which) });
          if (branches.length > 4) branches.shift();
        } else {
          cache.clear();
          [reference.rows, reference.lost] = [[], 0];
        }
        for (const each of branches) check(each.cache, each.reference);
      }
    }),
    { numRuns: 150 },
  );
});

const SINK = { sinkRows: 25, evictionBlock: 6 };
const SHAPE = { layers: LAYERS, width: WIDTH, limit: 100, sink: SINK };
/** 5/16 of `limit`, in whole blocks. */
const RESTORABLE = 36;

/** A cache with rows whose label is their position. */
function filled(count: number): KeyValueCache {
  const cache = new KeyValueCache(SHAPE);
  while (cache.position < count) cache.append(packed([[cache.position]]));
  return cache;
}

function labelsOf(cache: KeyValueCache): number[] {
  const keys = cache.keys(0);
  return Array.from({ length: cache.length }, (_, row) => keys[row * cache.sequences * WIDTH]!);
}

test("a run across an eviction throws", () => {
  const cache = filled(0);
  const rows = (count: number): Float32Array => packed(Array.from({ length: count }, () => [1]));
  expect(() => cache.append(rows(101))).toThrow(RangeError);
  cache.append(rows(100));
  expect([cache.length, cache.rowsBeforeEviction]).toEqual([94, 6]);
  cache.append(rows(2));
  expect(() => cache.append(rows(5))).toThrow(RangeError);
  cache.append(rows(4));
  expect([cache.length, cache.rowsBeforeEviction]).toEqual([94, 6]);
});

describe("memory", () => {
  /** Counts the numbers of the arrays that are made. */
  function counting<T>(run: () => T): { result: T; numbers: number } {
    let numbers = 0;
    const counted = new Proxy(Float32Array, {
      construct(target, args: unknown[]): Float32Array {
        const [size] = args;
        if (typeof size === "number") numbers += size;
        return Reflect.construct(target, args) as Float32Array;
      },
    });
    vi.stubGlobal("Float32Array", counted);
    try {
      return { result: run(), numbers };
    } finally {
      vi.unstubAllGlobals();
    }
  }

  test("an endless sequence takes 1.3 times the limit, of which nothing is ever allocated twice", () => {
    const row = packed([[1]]);
    const cache = new KeyValueCache(SHAPE);
    const { numbers } = counting(() => {
      cache.reserve(1000);
      for (let i = 0; i < 5000; i += 1) cache.append(row);
    });
    expect(numbers).toBe(2 * LAYERS * WIDTH * (100 + RESTORABLE));
  });

  test("the graph always reads the same buffers; they have `limit` rows", () => {
    const cache = filled(90);
    const { buffer } = cache.keys(0);
    while (cache.position < 2000) cache.append(packed([[cache.position]]));
    expect(labelsOf(cache)).toEqual(visiblePositions(2000, 100, SINK));
    expect(cache.keys(0).buffer).toBe(buffer);
    expect(buffer.byteLength).toBe(4 * WIDTH * 100);
    cache.rewind(cache.earliest);
    expect(cache.keys(0).buffer).toBe(buffer);
  });

  test("a fork copies nothing until both have appended, or one evicts", () => {
    const cache = filled(136);
    const { result, numbers } = counting(() => cache.fork());
    expect(numbers).toBe(WIDTH); // the row of an empty cache
    expect(result.keys(0).buffer).toBe(cache.keys(0).buffer);
    result.append(packed([[1000]]));
    expect(result.keys(0).buffer).toBe(cache.keys(0).buffer);
    for (let i = 0; i < 6; i += 1) result.append(packed([[2000]]));
    expect(result.keys(0).buffer).not.toBe(cache.keys(0).buffer);
    expect(labelsOf(cache)).toEqual(visiblePositions(136, 100, SINK));
    result.rewind(136);
    expect(labelsOf(result)).toEqual(labelsOf(cache));
  });
});

describe("rewind", () => {
  test("reaches the beginning until more is evicted than is stored", () => {
    expect(filled(100 + RESTORABLE - 1).earliest).toBe(0);
    const cache = filled(100 + RESTORABLE);
    expect(cache.earliest).toBe(100);
    expect(() => cache.rewind(99)).toThrow(
      expect.objectContaining({ code: "bad-position", message: "position 99 is evicted" }),
    );
    cache.rewind(100);
    expect(labelsOf(cache)).toEqual(visiblePositions(100, 100, SINK));
  });

  test.each([0, 1, 20, 25, 26, 90, 99, 100, 110, 128])("restores the rows of position %i", (position) => {
    const cache = filled(129);
    cache.rewind(position);
    expect(labelsOf(cache)).toEqual(visiblePositions(position, 100, SINK));
    while (cache.position < 300) cache.append(packed([[cache.position]]));
    expect(labelsOf(cache)).toEqual(visiblePositions(300, 100, SINK));
  });

  test("goes back at least as many positions as there are stored evicted rows, again and again", () => {
    const cache = filled(1000);
    const { earliest } = cache;
    expect(1000 - earliest).toBeGreaterThanOrEqual(RESTORABLE);
    for (const position of [995, earliest, earliest]) {
      cache.rewind(position);
      expect(labelsOf(cache)).toEqual(visiblePositions(position, 100, SINK));
      expect(cache.earliest).toBe(earliest);
      while (cache.position < 1000) cache.append(packed([[cache.position]]));
      expect(labelsOf(cache)).toEqual(visiblePositions(1000, 100, SINK));
    }
  });

  test("restores at least 16 rows of a small window: a draft is not longer", () => {
    const sink = { sinkRows: 4, evictionBlock: 1 };
    const cache = new KeyValueCache({ ...SHAPE, limit: 15, sink });
    while (cache.position < 200) cache.append(packed([[cache.position]]));
    cache.rewind(200 - 16);
    expect(labelsOf(cache)).toEqual(visiblePositions(200 - 16, 15, sink));
  });
});

test.each([
  { sinkRows: 5, evictionBlock: 6 },
  { sinkRows: -1, evictionBlock: 2 },
  { sinkRows: 1, evictionBlock: 0 },
  { sinkRows: 1.5, evictionBlock: 1 },
])("throws for a sink that does not fit 10 rows: $sinkRows, and blocks of $evictionBlock", (sink) => {
  const shape = { layers: 1, width: WIDTH, limit: 10, sink };
  expect(() => new KeyValueCache(shape)).toThrow("together at most 10");
});
