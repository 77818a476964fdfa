/**
 * By how much a repeat of notes or of the upper voice makes what followed it likelier: in nats, of the option `themes` at 1. Fitted to
 * the `dev` pieces with weights of `models/piano` trained further, by `node themes/fit.mjs dev` in `bench/`, together with
 * weights of nearer repeats, which gained 0.001 nats and are omitted.
 */

/** By what a repeat is found: equal notes, or chords with equal upper voices. */
export type Line = "notes" | "chords";

/** The first length of each class of repeats. Shorter ones are chance; longer than the last are not told apart. */
export const LENGTHS = { notes: [4, 5, 6, 9, 16], chords: [3, 4, 5, 8, 12] } as const;

/** Repeats count from this many notes or chords ago on. The model itself predicts nearer ones, and loops would hold. */
export const FAR = { notes: 100, chords: 50 } as const;

/** What is likelier: the next note's key, its velocity and time, exactly and beside them; the keys of the next chord. */
export type ThemeFeature = keyof typeof THEME_WEIGHTS;

/** By the class of the length, see `lengthClass`. */
export const THEME_WEIGHTS = {
  key: [1.2, 1.6, 2.2, 3, 4.8],
  velocity: [1, 1.4, 1.9, 2.7, 5],
  velocityBeside: [0.2, 0.4, 0.5, 0.7, 1.3],
  shift: [0.8, 1, 1, 1.1, 1.3],
  shiftBeside: [0.5, 0.7, 0.5, 0.7, 0.5],
  chord: [1.1, 1.5, 2.2, 2.8, 3.3],
} as const;

/** The class of a repeat of this length: an index of `LENGTHS`; shorter ones are in the first. */
export function lengthClass(line: Line, length: number): number {
  return Math.max(
    0,
    LENGTHS[line].findLastIndex((least) => length >= least),
  );
}
