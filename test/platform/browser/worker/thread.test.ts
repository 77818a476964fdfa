import { afterEach, expect, it, vi } from "vitest";
import { isRuntimeThread, threadCount } from "../../../../src/platform/browser/worker/thread.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  { cores: 1, threads: 1 },
  { cores: 2, threads: 1 },
  { cores: 5, threads: 2 },
  { cores: 8, threads: 4 },
  { cores: 64, threads: 4 },
])("uses $threads threads of $cores cores", ({ cores, threads }) => {
  vi.stubGlobal("crossOriginIsolated", true);
  vi.stubGlobal("navigator", { hardwareConcurrency: cores });
  expect(threadCount()).toBe(threads);
  expect(threadCount(6)).toBe(6);
});

it("uses one thread without shared memory", () => {
  vi.stubGlobal("crossOriginIsolated", false);
  vi.stubGlobal("navigator", { hardwareConcurrency: 8 });
  expect(threadCount()).toBe(1);
  expect(threadCount(6)).toBe(1);
});

it("detects the threads of the runtime by their name", () => {
  vi.stubGlobal("self", { name: "em-pthread-3" });
  expect(isRuntimeThread()).toBe(true);
  vi.stubGlobal("self", { name: "music" });
  expect(isRuntimeThread()).toBe(false);
});
