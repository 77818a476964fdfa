import { expect, test } from "vitest";
import { shuffle, Unshuffle } from "../../../web/weights/byte-shuffle.ts";

const LENGTH_5 = [5, 0, 0, 0, 0, 0, 0, 0];

function restored(shuffled: Uint8Array, partBytes: number): Uint8Array {
  const file = new Unshuffle();
  for (let at = 0; at < shuffled.length; at += partBytes) file.add(shuffled.subarray(at, at + partBytes));
  return file.whole();
}

test("puts the first bytes of all pairs before the second ones, after the length", () => {
  expect([...shuffle(Uint8Array.of(10, 11, 20, 21, 30))]).toEqual([...LENGTH_5, 10, 20, 30, 11, 21]);
});

test.each([0, 1, 2, 7, 100])("restores %i bytes, in parts of any length", (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
  const shuffled = shuffle(bytes);
  for (let part = 1; part <= shuffled.length; part += 1)
    expect(Buffer.from(restored(shuffled, part)).equals(bytes)).toBe(true);
});

test.each([
  ["nothing", [], "0 bytes, not even their number"],
  ["a part of the length", [5, 0, 0], "0 bytes, not even their number"],
  ["a byte too few", [...LENGTH_5, 1, 2, 3, 4], "4 bytes, not 5"],
  ["a byte too many", [...LENGTH_5, 1, 2, 3, 4, 5, 6], "6 bytes, not 5"],
])("refuses %s", (_, bytes, message) => {
  expect(() => restored(Uint8Array.from(bytes), 3)).toThrow(new RangeError(message));
});
