/**
 * Recall passages: passages of 64 notes in which repeats are likelier. Human repeats come in bursts, but the weights of the theme memory
 * are means over all music. With these weights alone, generated music begins too few repeats and ends them too soon. Recall passages are
 * chosen at random. In them the biases are stronger, shorter matches count, and the memory tracks one earlier occurrence and its onsets.
 * Some also allow recent repeats, which cannot become loops, since the passage ends. All numbers were chosen on the `dev` pieces
 * (docs/experiments/piano.md).
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
  /** The length bin of the tracked occurrence. */
  trackedBin: 2,
  /** The most notes of the tracked occurrence that are skipped at once. */
  maxSkipped: 2,
  /** The most notes in a row that the tracked occurrence does not have. */
  maxInserted: 2,
  /** Nats by which time shifts are less likely from the predicted onset until `lateSteps` after it. */
  shiftPenalty: 2,
  lateSteps: 2,
  /** Nats by which notes are less likely until `earlySteps` before the predicted onset. */
  notePenalty: 2,
  earlySteps: 3,
} as const;

/** The share of recall passages that also allow recent repeats. */
const RECENT_SHARE = 0.4;
/** The smallest lag of a recent repeat, in notes or chords. */
export const MIN_RECENT_LAG = { notes: 24, chords: 12 } as const;

/** Whether the recall passage after this many notes allows recent repeats or only distant ones; undefined outside such passages. */
export function recallAt(seed: number, notes: number): "recent" | "distant" | undefined {
  const [first, second] = randomNumbers(seed, "recall", Math.floor(notes / PASSAGE_NOTES));
  if (first >= SHARE) return undefined;
  return second < RECENT_SHARE ? "recent" : "distant";
}
