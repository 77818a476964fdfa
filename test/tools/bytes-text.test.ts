import { expect, it } from "vitest";
import { bytesText } from "../../src/tools/bytes-text.ts";

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [999_940, "999.9 kB"],
  [999_960, "1.0 MB"],
  [12_843_896, "12.8 MB"],
  [5e15, "5000.0 TB"],
])("of %d is %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
