/**
 * Passages in which themes return. People's repeats come in bursts: a passage is taken from before, or it is new. The weights of the theme
 * memory are means over both, and a model that continues its own music begins a repeat too rarely and leaves it too soon. So in some
 * passages, at random, the memory is stronger, begins with shorter matches, follows one earlier place and keeps its time; in some of
 * these also a near one, which cannot become a loop, since the passage ends. All numbers were chosen on the `dev` pieces (docs/experiments/piano.md).
 */
import { randomNumbers } from "./random-numbers.ts";

/** Notes of a passage. */
const PASSAGE_NOTES = 64;
/** The share of the passages in which themes return. */
const SHARE = 0.35;

/** The theme memory in such passages. */
export const RECALL = {
  /** Factor of the biases. */
  strength: 4,
  shortest: { notes: 2, chords: 1 },
  /** The class of the length of a repeat that is being followed. */
  followedLength: 2,
  /** The most notes of the earlier place that are skipped at once. */
  mostSkipped: 2,
  /** The most notes in a row that the earlier place does not have. */
  mostAdded: 2,
  /** Nats by which time shifts are less likely from when the next note is due until `lateSteps` after. */
  shiftPenalty: 2,
  lateSteps: 2,
  /** Nats by which notes are less likely until `earlySteps` before the next one is due. */
  notePenalty: 2,
  earlySteps: 3,
} as const;

/** The share of these passages in which near themes may return. */
const NEAR_SHARE = 0.4;
/** Near repeats count from this many notes or chords ago on. */
export const NEAR = { notes: 24, chords: 12 } as const;

/** Whether themes return after this many notes of music with this seed, and whether near ones do. */
export function recallAt(seed: number, notes: number): "near" | "far" | undefined {
  const [number, place] = randomNumbers(seed, "recall", Math.floor(notes / PASSAGE_NOTES));
  if (number >= SHARE) return undefined;
  return place < NEAR_SHARE ? "near" : "far";
}
