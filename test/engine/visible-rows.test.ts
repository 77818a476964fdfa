import { expect, test } from "vitest";
import { evictedAt, rowsBeforeEviction, visibleLength, visibleSpan } from "../../src/engine/visible-rows.ts";

const SLIDING = { limit: 10 };
const WITH_SINK = { limit: 10, sink: { sinkRows: 4, evictionBlock: 3 } };

test("without a sink the last `limit` rows are visible, and nothing is evicted in blocks", () => {
  expect([0, 3, 10, 25].map((position) => visibleLength(SLIDING, position))).toEqual([0, 3, 10, 10]);
  expect([0, 3, 10, 25].map((position) => visibleSpan(SLIDING, position))).toEqual([1, 4, 11, 11]);
  expect([0, 10, 25].map((position) => evictedAt(SLIDING, position))).toEqual([0, 0, 0]);
  expect([0, 10, 25].map((position) => rowsBeforeEviction(SLIDING, position))).toEqual([
    Infinity,
    Infinity,
    Infinity,
  ]);
});

test("with a sink one block behind it is evicted when `limit` rows are visible", () => {
  const positions = [0, 9, 10, 12, 13, 16];
  expect(positions.map((position) => evictedAt(WITH_SINK, position))).toEqual([0, 0, 3, 3, 6, 9]);
  expect(positions.map((position) => visibleLength(WITH_SINK, position))).toEqual([0, 9, 7, 9, 7, 7]);
  expect(positions.map((position) => rowsBeforeEviction(WITH_SINK, position))).toEqual([10, 1, 3, 1, 3, 3]);
});

test("the visible span of a position counts no rows of the sink", () => {
  expect([9, 10, 12, 13].map((position) => visibleSpan(WITH_SINK, position))).toEqual([10, 4, 6, 4]);
});
