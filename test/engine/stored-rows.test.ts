import { expect, test } from "vitest";
import { StoredRows } from "../../src/engine/stored-rows.ts";

const SHAPE = { buffers: 2, width: 1, most: 6, capacity: 9 };

/** Rows with the numbers `from`, `from + 1`, … in the first buffer, and 100 more in the second. */
function rows(from: number, count: number): Float32Array {
  return Float32Array.from({ length: 2 * count }, (_, i) => (i < count ? from + i : 100 + from + i - count));
}

function filled(count: number): StoredRows {
  const stored = new StoredRows(SHAPE);
  for (let row = 0; row < count; row += 1) stored.append(rows(row, 1));
  return stored;
}

const all = (stored: StoredRows): number[][] => [0, 1].map((i) => [...stored.newest(i, stored.count)]);

test("stores the newest rows, of one append or of many", () => {
  expect(all(filled(4))).toEqual([
    [0, 1, 2, 3],
    [100, 101, 102, 103],
  ]);
  const many = filled(100);
  many.append(rows(100, 3));
  expect(all(many)[0]).toEqual([97, 98, 99, 100, 101, 102]);
  many.append(rows(103, 20));
  expect(all(many)[0]).toEqual([117, 118, 119, 120, 121, 122]);
});

test("a buffer never holds more than `capacity` rows", () => {
  expect(filled(1000).newest(0, 1).buffer.byteLength).toBe(4 * 9);
});

test("reserved buffers grow in place", () => {
  const stored = new StoredRows({ buffers: 2, width: 1, most: 200, capacity: 200, isReserved: true });
  stored.append(rows(0, 1));
  const { buffer } = stored.newest(0, 1);
  expect(buffer.byteLength).toBe(4 * 64);
  stored.append(rows(1, 100));
  stored.append(rows(101, 99));
  expect(stored.newest(0, 1).buffer).toBe(buffer);
  expect(buffer.byteLength).toBe(4 * 200);
  expect(all(stored)[1]).toEqual(Array.from({ length: 200 }, (_, i) => 100 + i));
  const fork = stored.fork();
  fork.dropNewest(150);
  fork.append(rows(7, 1));
  expect(all(fork)[0]?.slice(-2)).toEqual([49, 7]);
  expect(all(stored)[0]?.slice(-2)).toEqual([198, 199]);
});

test("reserved buffers are freed with the last fork", () => {
  const stored = new StoredRows({ buffers: 2, width: 1, most: 200, capacity: 200, isReserved: true });
  stored.append(rows(0, 100));
  const { buffer } = stored.newest(1, 1);
  const fork = stored.fork();
  stored.free();
  expect(all(fork)[1]?.at(-1)).toBe(199);
  fork.free();
  expect(buffer.byteLength).toBe(0);
});

test("drops the newest rows", () => {
  const stored = filled(6);
  stored.dropNewest(4);
  stored.append(rows(50, 1));
  expect(all(stored)[0]).toEqual([0, 1, 50]);
  stored.clear();
  expect(stored.count).toBe(0);
  stored.append(rows(70, 2));
  expect(all(stored)[1]).toEqual([170, 171]);
});

test("cuts rows out, and inserts them again, in the same buffers", () => {
  const stored = filled(6);
  const { buffer } = stored.newest(0, 1);
  const [one, two] = [new Float32Array(4), new Float32Array(4)];
  stored.cut(1, one);
  stored.cut(1, two);
  expect([[...one], [...two]]).toEqual([
    [1, 2, 101, 102],
    [3, 4, 103, 104],
  ]);
  expect(all(stored)).toEqual([
    [0, 5],
    [100, 105],
  ]);
  stored.insert(1, 3, [one, two]);
  stored.append(rows(50, 1));
  expect(all(stored)).toEqual([
    [0, 1, 2, 3, 5, 50],
    [100, 101, 102, 103, 105, 150],
  ]);
  expect(stored.newest(0, 1).buffer).toBe(buffer);
});

test("neither changes a fork", () => {
  const [one, cut] = [filled(5), new Float32Array(4)];
  const two = one.fork();
  two.cut(0, cut);
  const three = two.fork();
  three.insert(3, 2, [cut]);
  expect([all(one)[0], all(two)[0], all(three)[1]]).toEqual([
    [0, 1, 2, 3, 4],
    [2, 3, 4],
    [102, 103, 104, 100, 101],
  ]);
  for (const [i, each] of [one, two, three].entries()) each.append(rows(50 + i, 1));
  expect([all(one)[0]?.slice(-2), all(two)[0]?.slice(-2), all(three)[0]?.slice(-2)]).toEqual([
    [4, 50],
    [4, 51],
    [1, 52],
  ]);
});

test("inserts where the buffers have no room", () => {
  const stored = filled(4).map(1, (numbers) => numbers.slice());
  stored.insert(2, 2, [Float32Array.of(7, 8, 107, 108)]);
  expect(all(stored)).toEqual([
    [0, 1, 7, 8, 2, 3],
    [100, 101, 107, 108, 102, 103],
  ]);
});

test("forks share their buffers until both have appended", () => {
  const one = filled(3);
  const two = one.fork();
  const buffer = one.newest(0, 1).buffer;
  two.append(rows(20, 1));
  expect(two.newest(0, 1).buffer).toBe(buffer);
  one.append(rows(30, 1));
  expect(one.newest(0, 1).buffer).not.toBe(buffer);
  expect([all(one)[0], all(two)[0]]).toEqual([
    [0, 1, 2, 30],
    [0, 1, 2, 20],
  ]);
});

test("a fork that is cleared leaves the rows of the other", () => {
  const one = filled(3);
  const two = one.fork();
  one.clear();
  one.append(rows(40, 1));
  expect([all(one)[0], all(two)[0]]).toEqual([[40], [0, 1, 2]]);
});

test("maps the stored rows to rows of another width", () => {
  const twice = filled(3).map(2, (numbers) => Float32Array.from([...numbers].flatMap((x) => [x, -x])));
  expect(all(twice)[0]).toEqual([0, -0, 1, -1, 2, -2]);
  twice.append(Float32Array.of(8, 9, 108, 109));
  expect([...twice.newest(1, 2)]).toEqual([102, -102, 108, 109]);
});

test("room for many rows is allocated once; without it, buffers of 64, 128, 256 and 512 rows are", () => {
  const buffersOf = (reserved: number): number[] => {
    const stored = new StoredRows({ buffers: 2, width: 1, most: 1000, capacity: 1500 });
    stored.reserve(reserved);
    const sizes = new Set<number>();
    for (let row = 0; row < 300; row += 10) {
      stored.append(rows(row, 10));
      sizes.add(stored.newest(0, 1).buffer.byteLength / 4);
    }
    expect([...stored.newest(1, 2)]).toEqual([398, 399]);
    return [...sizes];
  };
  expect(buffersOf(300)).toEqual([512]);
  expect(buffersOf(0)).toEqual([64, 128, 256, 512]);
});

test("room that is already there, or beyond the rows that are kept, changes nothing", () => {
  const stored = filled(3);
  const before = stored.newest(0, 3).buffer;
  stored.reserve(2);
  stored.reserve(7);
  expect(stored.newest(0, 3).buffer).toBe(before);
  expect(all(stored)[0]).toEqual([0, 1, 2]);
});

test("rows in two parts: forks share them until both have appended, and each keeps its own", () => {
  const one = new StoredRows({ buffers: 1, width: 2, most: 50, capacity: 50, parts: 2 });
  const ofBuffer = (stored: StoredRows): number[] => [...stored.newest(0, stored.count)];
  for (let row = 0; row < 15; row += 1) one.append(Float32Array.of(row, -row));
  const two = one.fork();
  two.append(Float32Array.of(20, -20));
  expect([one.stride, two.stride, two.whole(0).buffer === one.whole(0).buffer]).toEqual([16, 16, true]);
  two.append(Float32Array.of(21, -21)); // more room: the parts move apart, in buffers of its own
  expect([one.stride, two.stride, two.whole(0).buffer === one.whole(0).buffer]).toEqual([16, 32, false]);
  one.append(Float32Array.of(30, -30));
  expect(ofBuffer(one).slice(-4)).toEqual([14, -14, 30, -30]);
  expect(ofBuffer(two).slice(-6)).toEqual([14, -14, 20, -20, 21, -21]);
});
