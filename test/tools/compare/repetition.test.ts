import { describe, expect, it } from "vitest";
import { repetitionShare } from "../../../src/tools/compare/repetition.ts";
import { grid, windowOf } from "./notes.ts";

describe("repetitionShare", () => {
  it("counts runs that occur earlier, transposed or not", () => {
    const motif = [0, 4, 7, 3];
    const once = motif.map((pitch, i) => [60 + pitch, 25 * i] as const);
    // The motif again, a fifth higher and after a rest: of the 5 runs of 4 notes, the last one equals the first.
    const again = motif.map((pitch, i) => [67 + pitch, 400 + 25 * i] as const);
    expect(repetitionShare(windowOf(grid(...once, ...again)), 4)).toBeCloseTo(1 / 5, 12);
    expect(repetitionShare(windowOf(grid(...once)), 4)).toBe(0);
  });

  it("is near 1 for one repeated note and 0 with too few notes", () => {
    const same = windowOf(grid(...Array.from({ length: 103 }, (_, i) => [60, 25 * i] as const)));
    expect(repetitionShare(same, 4)).toBeCloseTo(99 / 100, 12);
    expect(repetitionShare(windowOf(grid([60, 0], [60, 25])), 4)).toBe(0);
    expect(repetitionShare(windowOf([]), 4)).toBe(0);
  });

  it("distinguishes rhythms", () => {
    const even = [0, 25, 50, 75].map((step, i) => [60 + i, step] as const);
    const dotted = [500, 560, 585, 645].map((step, i) => [60 + i, step] as const);
    expect(repetitionShare(windowOf(grid(...even, ...dotted)), 4)).toBe(0);
  });
});
