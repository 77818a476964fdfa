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
  it("keeps known velocities and sets others to the mean of their neighbors", () => {
    expect(filled([note(0, 20), note(10, 60), note(15), note(20, 91), note(30, 120)])).toEqual([
      [20, "given"],
      [60, "given"],
      [73, "neighbors"],
      [91, "given"],
      [120, "given"],
    ]);
  });

  it("takes eight neighbors on each side", () => {
    const before = Array.from({ length: 20 }, (_, i) => note(i, i < 12 ? 1 : 40));
    const after = Array.from({ length: 20 }, (_, i) => note(30 + i, i < 8 ? 60 : 127));
    const velocities = filled([...before, note(25), ...after]).map(([velocity]) => velocity);
    expect(velocities[20]).toBe(50);
    expect(filled([...before, note(25)]).at(-1)).toEqual([40, "neighbors"]);
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
      [65, "neighbors"],
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
