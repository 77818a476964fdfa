import { describe, expect, it } from "vitest";
import { type Note, scoreFromNotes } from "../../../encoding/index.ts";
import { cutWindows, gridNotes } from "../../../src/tools/compare/windows.ts";
import { grid } from "./notes.ts";

const note = (pitch: number, startSeconds: number, endSeconds: number): Note => ({
  pitch,
  velocity: 70,
  startSeconds,
  endSeconds,
});

describe("gridNotes", () => {
  it("returns steps from the first note, in order of start, then of pitch", () => {
    const notes = gridNotes(scoreFromNotes([note(64, 2, 3), note(60, 2, 2.5), note(72, 2.5, 2.5)]));
    expect(notes).toEqual([
      { pitch: 60, velocity: 70, program: 0, startStep: 0, endStep: 50 },
      { pitch: 64, velocity: 70, program: 0, startStep: 0, endStep: 100 },
      { pitch: 72, velocity: 70, program: 0, startStep: 50, endStep: 51 },
    ]);
  });
});

describe("cutWindows", () => {
  it("assigns notes by their start, ends them with their window and drops the remainder", () => {
    const long = { pitch: 60, velocity: 64, program: 0, startStep: 950, endStep: 2100 };
    const windows = cutWindows("piece", [...grid([50, 0]), long, ...grid([61, 1000], [62, 2050])], 10);
    expect(windows).toEqual([
      { source: "piece", fromStep: 0, steps: 1000, notes: [grid([50, 0])[0], { ...long, endStep: 1000 }] },
      { source: "piece", fromStep: 1000, steps: 1000, notes: grid([61, 0]) },
    ]);
  });

  it("keeps a piece shorter than a window and returns no window without notes", () => {
    const notes = grid([60, 0], [62, 100]);
    expect(cutWindows("piece", notes, 10)).toEqual([{ source: "piece", fromStep: 0, steps: 110, notes }]);
    expect(cutWindows("piece", [], 10)).toEqual([]);
  });
});
