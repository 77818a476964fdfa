import { expect, it } from "vitest";
import { elementAt } from "../../encoding/element-at.ts";

it("returns the element, also 0, and throws outside the array", () => {
  expect(elementAt([7, 0], 1)).toBe(0);
  expect(elementAt(Uint8Array.of(3), 0)).toBe(3);
  expect(() => elementAt([7, 0], 2)).toThrow(new RangeError("index 2 is outside a list of length 2"));
  expect(() => elementAt([7, 0], -1)).toThrow(RangeError);
  expect(() => elementAt([7, 0], 0.5)).toThrow(RangeError);
});
