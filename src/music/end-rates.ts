/**
 * The rate of note ends in human music (a hazard rate), by register and age (the time since the onset), pedal included. Measured on the
 * 1,560 training pieces by
 * `node twin/end-rates.mjs train --exclude dev.txt` in `bench/`.
 */
import { STEPS_PER_SECOND } from "../../encoding/index.ts";

/** The first age of each column, in seconds. */
const AGES = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8] as const;

/** For each register the lowest pitch, and by age the ends per second of a sounding note. */
const END_RATES = [
  { lowest: 0, rates: [0.85, 0.95, 0.87, 0.77, 0.68, 0.49, 0.48, 0.36, 0.25] },
  { lowest: 36, rates: [0.91, 1.42, 0.99, 0.84, 0.8, 0.42, 0.3, 0.27, 0.16] },
  { lowest: 48, rates: [1.36, 1.29, 0.99, 0.8, 0.66, 0.43, 0.34, 0.3, 0.18] },
  { lowest: 60, rates: [1.39, 1.25, 0.96, 0.82, 0.59, 0.45, 0.33, 0.24, 0.15] },
  { lowest: 72, rates: [1.31, 1.16, 0.89, 0.69, 0.52, 0.33, 0.23, 0.18, 0.1] },
  { lowest: 84, rates: [1.23, 1.02, 0.81, 0.71, 0.59, 0.38, 0.27, 0.22, 0.12] },
] as const;

/** The number of registers. */
export const REGISTERS = END_RATES.length;

/** The register of a pitch, from 0. */
export function registerOf(pitch: number): number {
  return END_RATES.findLastIndex(({ lowest }) => pitch >= lowest);
}

/** Ends per second of a note, by its age in steps; 0 before the first age of the table. */
export function endRate(register: number, age: number): number {
  const column = AGES.findLastIndex((first) => age >= first * STEPS_PER_SECOND);
  return END_RATES[register]?.rates[column] ?? 0;
}

/** The integral of the rate over an interval of ages, in steps: the expected number of ends (cumulative hazard). */
export function expectedEnds(register: number, from: number, to: number): number {
  return AGES.reduce((sum, age, column) => {
    const begin = Math.max(from, age * STEPS_PER_SECOND);
    const end = Math.min(to, (AGES[column + 1] ?? Infinity) * STEPS_PER_SECOND);
    return sum + (Math.max(0, end - begin) / STEPS_PER_SECOND) * (END_RATES[register]?.rates[column] ?? 0);
  }, 0);
}
