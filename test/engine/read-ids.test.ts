import { expect, test } from "vitest";
import { ReadIds } from "../../src/engine/read-ids.ts";
import { randomIds } from "../models/reference.ts";

function readIds(room: number, ids: readonly number[]): ReadIds {
  const read = new ReadIds(room);
  for (const id of ids) read.push(id);
  return read;
}

test("counts all ids, and keeps no more of them than twice its room", () => {
  const ids = randomIds(10_000, 416, 1);
  const read = new ReadIds(64);
  let most = 0;
  for (const [i, id] of ids.entries()) {
    read.push(id);
    most = Math.max(most, read.kept);
    if (read.length !== i + 1 || read.kept < Math.min(i + 1, 64)) expect.fail(`${read.length}, ${read.kept}`);
  }
  expect(most).toBe(128);
  expect(read.last(64)).toEqual(ids.slice(-64));
  expect(read.last(0)).toEqual([]);
});

test("knows how much of another sequence it has read, as long as that begins with all that is forgotten", () => {
  const ids = randomIds(1000, 416, 2);
  const read = readIds(100, ids);
  const forgotten = read.length - read.kept;
  expect(forgotten).toBeGreaterThan(700);
  for (const length of [forgotten, forgotten + 1, 950, 1000]) {
    expect(read.shared(ids.slice(0, length))).toBe(length);
    expect(read.shared([...ids.slice(0, length), 500, 501])).toBe(length);
  }
  expect(read.shared(ids.slice(0, forgotten - 1))).toBe(0);
  for (const place of [0, 1, 350, forgotten - 1]) {
    expect(read.shared(ids.with(place, 500)), `another id at ${place}`).toBe(0);
  }
  const swapped = ids.with(10, ids[11] ?? 0).with(11, ids[10] ?? 0);
  expect(read.shared(swapped), "the same ids in another order").toBe(0);
  expect(read.shared(ids.with(forgotten + 3, 500))).toBe(forgotten + 3);
});

test("is cut within what is kept, and not within what is forgotten", () => {
  const ids = randomIds(1000, 416, 3);
  const read = readIds(100, ids);
  read.cut(930);
  expect([read.length, read.shared(ids)]).toEqual([930, 930]);
  for (const id of ids.slice(930)) read.push(id);
  expect(read.shared(ids)).toBe(1000);
  expect(() => read.cut(10)).toThrow(RangeError);
  read.clear();
  expect([read.length, read.kept, read.shared(ids)]).toEqual([0, 0, 0]);
});
