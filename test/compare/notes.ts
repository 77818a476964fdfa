import type { GridNote, Window } from "../../src/compare/windows.ts";

/** Notes of 10 steps each from [pitch, start step] pairs. */
export function grid(...pairs: readonly (readonly [pitch: number, startStep: number])[]): GridNote[] {
  return pairs.map(([pitch, startStep]) => ({ pitch, velocity: 64, startStep, endStep: startStep + 10 }));
}

export function windowOf(notes: readonly GridNote[], steps = 3000): Window {
  return { source: "test", fromStep: 0, steps, notes };
}

/** Seeded numbers from 0 up to below `count`: a linear congruential generator, good enough to vary tests. */
export function randomNumbers(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * count);
  };
}
