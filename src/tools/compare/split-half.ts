/** The control of every comparison: how far the reference agrees with itself. */
import { GumbelNoise } from "../../engine/index.ts";
import { addCounts, type Counts, divergence, overlap } from "./histogram.ts";

/** How many times the reference is halved; the figures are means over them. */
export const SPLITS = 20;

export interface SplitHalfResult {
  readonly overlap: number;
  readonly divergence: number;
}

/**
 * Overlap and divergence of two random halves of a set of pieces, mean over `SPLITS` seeded splits. Whole pieces go to one
 * half: windows of one piece are alike, and would make halves look more alike than two sets of pieces are.
 *
 * @param pieces counts of one distribution, one entry a piece; at least two.
 */
export function splitHalfBaseline(pieces: readonly Counts[], bins: number): SplitHalfResult {
  let overlaps = 0;
  let divergences = 0;
  for (let split = 0; split < SPLITS; split += 1) {
    const shuffled = shuffle(pieces, split);
    const half = Math.ceil(pieces.length / 2);
    const one = addCounts(shuffled.slice(0, half), bins);
    const two = addCounts(shuffled.slice(half), bins);
    overlaps += overlap(one, two);
    divergences += divergence(one, two);
  }
  return { overlap: overlaps / SPLITS, divergence: divergences / SPLITS };
}

/** In the order of seeded random numbers: every order is equally likely. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const noise = new GumbelNoise(seed);
  return items
    .map((item, index) => ({ item, key: noise.at(0, index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
