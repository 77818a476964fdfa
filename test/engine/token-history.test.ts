import { expect, test } from "vitest";
import { TokenHistory } from "../../src/engine/token-history.ts";
import { randomIds } from "../models/reference.ts";

function historyOf(capacity: number, ids: readonly number[]): TokenHistory {
  const history = new TokenHistory(capacity);
  for (const id of ids) history.append(id);
  return history;
}

test("counts all ids, and stores at most twice its capacity", () => {
  const ids = randomIds(10_000, 416, 1);
  const history = new TokenHistory(64);
  let most = 0;
  for (const [i, id] of ids.entries()) {
    history.append(id);
    most = Math.max(most, history.kept);
    if (history.length !== i + 1 || history.kept < Math.min(i + 1, 64))
      expect.fail(`${history.length}, ${history.kept}`);
  }
  expect(most).toBe(128);
  expect(history.last(64)).toEqual(ids.slice(-64));
  expect(history.last(0)).toEqual([]);
});

test("finds the common prefix with another sequence, if that is as long as the evicted part", () => {
  const ids = randomIds(1000, 416, 2);
  const history = historyOf(100, ids);
  const evicted = history.length - history.kept;
  expect(evicted).toBeGreaterThan(700);
  for (const length of [evicted, evicted + 1, 950, 1000]) {
    expect(history.commonPrefixLength(ids.slice(0, length))).toBe(length);
    expect(history.commonPrefixLength([...ids.slice(0, length), 500, 501])).toBe(length);
  }
  expect(history.commonPrefixLength(ids.slice(0, evicted - 1))).toBe(0);
  for (const place of [0, 1, 350, evicted - 1]) {
    expect(history.commonPrefixLength(ids.with(place, 500)), `another id at ${place}`).toBe(0);
  }
  const swapped = ids.with(10, ids[11] ?? 0).with(11, ids[10] ?? 0);
  expect(history.commonPrefixLength(swapped), "the same ids in another order").toBe(0);
  expect(history.commonPrefixLength(ids.with(evicted + 3, 500))).toBe(evicted + 3);
});

test("truncates within the stored ids; throws within the evicted ids", () => {
  const ids = randomIds(1000, 416, 3);
  const history = historyOf(100, ids);
  history.truncate(930);
  expect([history.length, history.commonPrefixLength(ids)]).toEqual([930, 930]);
  for (const id of ids.slice(930)) history.append(id);
  expect(history.commonPrefixLength(ids)).toBe(1000);
  expect(() => history.truncate(10)).toThrow(RangeError);
  history.clear();
  expect([history.length, history.kept, history.commonPrefixLength(ids)]).toEqual([0, 0, 0]);
});
