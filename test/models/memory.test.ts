import { expect, test } from "vitest";
import { isOutOfMemory } from "../../models/index.ts";

test.each([
  "std::bad_alloc",
  "Array buffer allocation failed",
  "Invalid typed array length: 1152921504606846976",
  "WebAssembly.Memory(): could not allocate memory",
  "Out of memory",
  "Aborted(OOM). Build with -sASSERTIONS for more info.",
  "Non-zero status code returned while running MatMul node. Failed to allocate memory for requested buffer of size 8589934592",
  "Can't create a session. failed to allocate a buffer of size 5368709120.",
])("memory ran out: %s", (message) => {
  expect(isOutOfMemory(new RangeError(message))).toBe(true);
});

test.each([
  new Error("the room is gloomy"),
  new Error("Invalid rank for input: ids"),
  "Out of memory",
  undefined,
])("another fault: %s", (fault) => {
  expect(isOutOfMemory(fault)).toBe(false);
});
