/**
 * Recall passages: passages of 64 notes in which the theme memory makes repeats more likely. Repeats in human music are clustered, but the
 * weights of the theme memory are means over all music. With these weights alone, generated music has too few and too short repeats.
 * Recall passages are chosen at random. In them the biases are stronger, shorter matches are used, and the memory tracks one earlier
 * occurrence and its onsets. Some also allow recent repeats, which cannot become loops, since the passage ends. All numbers were chosen on
 * the `dev` pieces (docs/experiments/piano.md).
 */
import { randomNumbers } from "./random-numbers.ts";

/** The length of a passage, in notes. */
const PASSAGE_NOTES = 64;
/** The share of recall passages among all passages. */
const SHARE = 0.42;

/** The settings of the theme memory in recall passages. Times are in steps of 10 ms. */
export const RECALL = {
  /** Factor of the biases. */
  strength: 4,
  /** The shortest match. */
  minLength: { notes: 2, chords: 1 },
  /** The length bin that the tracked occurrence is assigned to: see `lengthBin`. */
  trackedBin: 2,
  /** The most consecutive notes of the tracked occurrence that a repeat may omit. */
  maxSkipped: 2,
  /** The most consecutive notes that a repeat may add to the tracked occurrence. */
  maxInserted: 2,
  /** Penalty on time shifts, in nats, from the predicted onset until `lateSteps` after it. */
  shiftPenalty: 2,
  lateSteps: 2,
  /** Penalty on notes, in nats, until `earlySteps` before the predicted onset. */
  notePenalty: 2,
  earlySteps: 3,
} as const;

/** The share of recall passages that also allow recent repeats. */
const RECENT_SHARE = 0.4;
/** The smallest lag of a recent repeat, in notes or chords. */
export const MIN_RECENT_LAG = { notes: 24, chords: 12 } as const;

/** The repeats that the passage after this many notes allows: also recent ones, or distant ones only; undefined outside recall passages. */
export function recallAt(seed: number, notes: number): "recent" | "distant" | undefined {
  const [first, second] = randomNumbers(seed, "recall", Math.floor(notes / PASSAGE_NOTES));
  if (first >= SHARE) return undefined;
  return second < RECENT_SHARE ? "recent" : "distant";
}
