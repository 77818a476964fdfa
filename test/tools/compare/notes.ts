import type { GridNote, Window } from "../../../src/tools/compare/windows.ts";

/** Notes of 10 steps each from [pitch, start step] pairs. */
export function grid(...pairs: readonly (readonly [pitch: number, startStep: number])[]): GridNote[] {
  return pairs.map(([pitch, startStep]) => ({
    pitch,
    velocity: 64,
    program: 0,
    startStep,
    endStep: startStep + 10,
  }));
}

export function windowOf(notes: readonly GridNote[], steps = 3000): Window {
  return { source: "test", fromStep: 0, steps, notes };
}
