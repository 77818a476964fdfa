import { afterEach, expect, it, vi } from "vitest";
import { debounced } from "../../web/debounced.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("runs once after the last of several calls", () => {
  vi.useFakeTimers();
  let count = 0;
  const run = debounced(() => (count += 1), 150);
  run();
  vi.advanceTimersByTime(100);
  run();
  vi.advanceTimersByTime(149);
  expect(count).toBe(0);
  vi.advanceTimersByTime(1);
  expect(count).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(count).toBe(1);
});
