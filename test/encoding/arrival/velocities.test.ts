import { describe, expect, it } from "vitest";
import { type ArrivalNote, fillVelocities } from "../../../encoding/index.ts";

function note(onsetStep: number, velocity?: number, instrument = 0): ArrivalNote {
  return { kind: "note", onsetStep, durationSteps: 10, pitch: 60, instrument, isControl: false, velocity };
}

function filled(notes: readonly ArrivalNote[]): [velocity: number | undefined, source: string | undefined][] {
  const result = fillVelocities(notes);
  return result.notes.map(({ velocity }, index) => [velocity, result.sources[index]]);
}

describe("fillVelocities", () => {
  it("keeps known velocities and sets others to the mean of their nearest neighbors", () => {
    expect(filled([note(0, 20), note(10, 60), note(15), note(20, 91), note(30, 120)])).toEqual([
      [20, "given"],
      [60, "given"],
      [76, "neighbors"],
      [91, "given"],
      [120, "given"],
    ]);
  });

  it("uses the only neighbor at the start and the end, and a neighbor of the same onset", () => {
    expect(filled([note(0), note(10, 60), note(20)]).map(([velocity]) => velocity)).toEqual([60, 60, 60]);
    expect(filled([note(10, 60), note(10), note(20, 80)]).map(([velocity]) => velocity)).toEqual([
      60, 70, 80,
    ]);
  });

  it("prefers neighbors of the same instrument", () => {
    expect(filled([note(0, 100, 5), note(5, 30), note(10, undefined, 5), note(10, undefined, 9)])).toEqual([
      [100, "given"],
      [30, "given"],
      [100, "neighbors"],
      [30, "neighbors"],
    ]);
  });

  it("uses 72 where no velocity is known", () => {
    expect(filled([note(0), note(1)])).toEqual([
      [72, "default"],
      [72, "default"],
    ]);
    expect(filled([])).toEqual([]);
  });
});
