import { expect, it } from "vitest";
import { elementAt, entryOf } from "../../models/element-at.ts";

it("returns the element, also an empty string, and throws for an index out of range", () => {
  expect(elementAt(["a", ""], 1)).toBe("");
  expect(() => elementAt(["a"], 1)).toThrow(new RangeError("index 1 is outside a list of length 1"));
  expect(() => elementAt(["a"], -1)).toThrow(RangeError);
});

it("returns the value of a key, and throws for a missing key", () => {
  const map = new Map([["ids", "turn/0"]]);
  expect(entryOf(map, "ids")).toBe("turn/0");
  expect(() => entryOf(map, "keys.0")).toThrow(new RangeError("there is no entry keys.0"));
});
