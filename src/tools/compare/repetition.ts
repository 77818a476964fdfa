/** Repetition within a window. */
import { stepKeys } from "./match-criterion.ts";
import type { Window } from "./windows.ts";

/** Lengths of runs, in notes: a motif, a longer motif, a phrase. */
export const RUN_LENGTHS: readonly number[] = [4, 8, 16];

/**
 * The share of a window's runs of `length` notes that occur earlier in the window, by `MATCH_CRITERION`: transposed runs count.
 *
 * @returns 0 to 1; 0 for a window that is shorter than the run.
 */
export function repetitionShare(window: Window, length: number): number {
  const keys = stepKeys(window.notes);
  const width = length - 1;
  const seen = new Set<string>();
  let repeated = 0;
  const runs = keys.length - width + 1;
  for (let start = 0; start < runs; start += 1) {
    const run = String.fromCharCode(...keys.subarray(start, start + width));
    if (seen.has(run)) repeated += 1;
    else seen.add(run);
  }
  return runs > 0 ? repeated / runs : 0;
}
