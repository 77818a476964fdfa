import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ascendingOrder } from "../../encoding/sort.ts";

it("sorts whole numbers stably", () => {
  const key = fc.oneof(fc.nat(5), fc.nat(5000), fc.nat(0x7fffffff));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
      const slow = keys.map((_, index) => index).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
      expect([...ascendingOrder(Int32Array.from(keys))]).toEqual(slow);
    }),
  );
});

it("sorts many nearly sorted keys", () => {
  const keys = Int32Array.from({ length: 5000 }, (_, index) => 10 * index + 37 * (index % 7));
  const ordered = [...ascendingOrder(keys)].map((index) => keys[index]!);
  expect(ordered).toEqual([...keys].toSorted((a, b) => a - b));
});
