import { expect, it } from "vitest";
import { pluralize } from "../../encoding/pluralize.ts";

it.each([
  [0, "0 notes"],
  [1, "1 note"],
  [2, "2 notes"],
])("counts %i", (count, text) => {
  expect(pluralize(count, "note")).toBe(text);
});
