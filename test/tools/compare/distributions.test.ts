import { describe, expect, it } from "vitest";
import { BAND_DISTRIBUTIONS, DISTRIBUTIONS } from "../../../src/tools/compare/distributions.ts";
import type { GridNote, Window } from "../../../src/tools/compare/windows.ts";
import { grid, windowOf } from "./notes.ts";

/** The non-empty bins of a distribution, by label. */
function count(name: string, window: Window, distributions = DISTRIBUTIONS): Record<string, number> {
  const distribution = distributions.find((candidate) => candidate.name === name);
  if (!distribution) throw new Error(`no distribution ${name}`);
  const counts = [...distribution.count(window)];
  expect(counts).toHaveLength(distribution.bins.length);
  return Object.fromEntries(
    distribution.bins
      .map((label, bin) => [label, counts[bin] ?? 0] as const)
      .filter(([, value]) => value > 0),
  );
}

const note = (startStep: number, endStep: number, velocity = 64): GridNote => ({
  pitch: 60,
  velocity,
  program: 0,
  startStep,
  endStep,
});

describe("distributions", () => {
  it("count pitch classes", () => {
    expect(count("pitch class", windowOf(grid([60, 0], [72, 5], [61, 9], [59, 9])))).toEqual({
      C: 2,
      "C♯": 1,
      B: 1,
    });
  });

  it("count intervals between consecutive notes, large ones in the end bins", () => {
    const window = windowOf(grid([60, 0], [64, 0], [62, 10], [62, 20], [100, 30], [20, 40]));
    expect(count("interval", window)).toEqual({ "+4": 1, "−2": 1, "0": 1, "≥ +24": 1, "≤ −24": 1 });
  });

  it("count velocities in the encoding's bins", () => {
    const window = windowOf([note(0, 9, 1), note(1, 9, 4), note(2, 9, 5), note(3, 9, 127)]);
    expect(count("velocity", window)).toEqual({ "1–4": 2, "5–8": 1, "125–128": 1 });
  });

  it("count durations; the edges belong to the longer bin", () => {
    const window = windowOf([note(0, 1), note(0, 2), note(0, 3), note(0, 899), note(0, 1000), note(0, 2999)]);
    expect(count("duration", window)).toEqual({ "0.01–0.02": 2, "0.03–0.04": 1, "6.75–9.99": 1, "≥ 10": 2 });
  });

  it("count times between onsets", () => {
    const window = windowOf(grid([60, 0], [62, 0], [64, 1], [65, 3], [67, 503]));
    expect(count("inter-onset", window)).toEqual({ "0": 1, "0.01": 1, "0.02": 1, "≥ 3": 1 });
  });

  it("count steps by the number of sounding notes", () => {
    const chord = Array.from({ length: 20 }, () => note(50, 60));
    const window = windowOf([note(0, 10), note(5, 20), ...chord], 100);
    expect(count("polyphony", window)).toEqual({ "0": 30 + 40, "1": 15, "2": 5, "≥ 16": 10 });
  });

  it("count windows by their notes per second", () => {
    expect(count("notes per second", windowOf(grid([60, 0], [60, 20], [60, 40]), 100))).toEqual({
      "2 to < 4": 1,
    });
    expect(
      count("notes per second", windowOf(grid(...Array.from({ length: 60 }, () => [60, 0] as const)), 200)),
    ).toEqual({ "≥ 24": 1 });
  });

  it("count the families of instruments of a band, and not its velocities, which no model of bands generates", () => {
    const notes = [0, 7, 8, 33, 127].map((program) => ({ ...note(0, 9), program }));
    expect(count("instrument", windowOf(notes), BAND_DISTRIBUTIONS)).toEqual({
      piano: 2,
      "chromatic percussion": 1,
      bass: 1,
      "sound effects": 1,
    });
    const names = (all: typeof DISTRIBUTIONS): string[] => all.map(({ name }) => name);
    expect(names(BAND_DISTRIBUTIONS)).toEqual([
      "instrument",
      ...names(DISTRIBUTIONS).filter((name) => name !== "velocity"),
    ]);
  });

  it("count only silence in an empty window", () => {
    for (const { name, count: ofWindow } of DISTRIBUTIONS) {
      const total = ofWindow(windowOf([], 100)).reduce((a, b) => a + b, 0);
      expect(total, name).toBe({ polyphony: 100, "notes per second": 1 }[name] ?? 0);
    }
  });
});
