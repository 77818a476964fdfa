import { expect, it } from "vitest";
import { isTemporary, reasonOfCut, Retries } from "../../src/platform/retries.ts";

it("gives up after five tries without progress", async () => {
  const retries = new Retries({ retryDelay: 0 });
  const goesOn: boolean[] = [];
  for (const hasProgress of [false, true, false, false, false, false, false]) {
    goesOn.push(await retries.next(hasProgress));
  }
  expect(goesOn).toEqual([true, true, true, true, true, true, false]);
});

it("throws the signal's reason during the wait, and when aborted before", async () => {
  const abort = new AbortController();
  const waiting = new Retries({ retryDelay: 1_000_000, signal: abort.signal }).next(true);
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(new Retries({ retryDelay: 0, signal: abort.signal }).next(true)).rejects.toThrow("enough");
});

it.each([
  [404, false],
  [416, false],
  [429, true],
  [503, true],
])("treats HTTP %d as temporary: %s", (status, expected) => {
  expect(isTemporary(status)).toBe(expected);
});

it("finds the reason at the end of the causes", () => {
  const cut = new TypeError("terminated", { cause: new Error("other side closed") });
  expect(reasonOfCut(cut)).toBe(": other side closed");
  expect(reasonOfCut(undefined)).toBe("");
});
