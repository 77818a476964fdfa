/**
 * The logit biases of the theme memory, in nats, for the option `themes` at 1. They raise the probability of the events after an earlier
 * occurrence of the last notes or of the upper voice. `node themes/fit.mjs dev` in `bench/` fitted them to the `dev` pieces, with a version
 * of `models/piano` that was trained further. Biases of recent repeats, fitted with them, gained 0.001 nats and are omitted.
 */

/** The viewpoint (Conklin and Witten 1995) in which a match is sought: the pitches of notes, or the highest pitches of chords. */
export type Viewpoint = "notes" | "chords";

/** The shortest match of each length bin, in notes or chords. Shorter matches are mostly coincidences; the last bin has no upper bound. */
export const LENGTH_BINS = { notes: [4, 5, 6, 9, 16], chords: [3, 4, 5, 8, 12] } as const;

/**
 * The smallest lag of a distant repeat. A lag is the distance from the earlier occurrence, in notes or chords. The model predicts recent
 * repeats without a bias, and a bias would prolong loops.
 */
export const MIN_DISTANT_LAG = { notes: 100, chords: 50 } as const;

/** What is predicted: the pitch, velocity or time shift of the next note, a velocity bin or step next to these, or a pitch of the next chord. */
export type ThemeFeature = keyof typeof THEME_WEIGHTS;

/** The biases by length bin. */
export const THEME_WEIGHTS = {
  pitch: [1.2, 1.6, 2.2, 3, 4.8],
  velocity: [1, 1.4, 1.9, 2.7, 5],
  adjacentVelocity: [0.2, 0.4, 0.5, 0.7, 1.3],
  shift: [0.8, 1, 1, 1.1, 1.3],
  adjacentShift: [0.5, 0.7, 0.5, 0.7, 0.5],
  chord: [1.1, 1.5, 2.2, 2.8, 3.3],
} as const;

/** The bin of a match length: an index of `LENGTH_BINS`. Matches shorter than the first bin are in it. */
export function lengthBin(viewpoint: Viewpoint, length: number): number {
  return Math.max(
    0,
    LENGTH_BINS[viewpoint].findLastIndex((shortest) => length >= shortest),
  );
}
