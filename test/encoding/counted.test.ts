import { expect, it } from "vitest";
import { counted } from "../../encoding/counted.ts";

it.each([
  [0, "0 notes"],
  [1, "1 note"],
  [2, "2 notes"],
])("counts %i", (count, text) => {
  expect(counted(count, "note")).toBe(text);
});
