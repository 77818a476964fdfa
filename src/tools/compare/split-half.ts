/** Split-half baseline: the agreement of the reference with itself. */
import { GumbelNoise } from "../../engine/index.ts";
import { addCounts, type Counts, divergence, overlap } from "./histogram.ts";

/** Number of random splits; results are means over them. */
export const SPLITS = 20;

export interface SplitHalfResult {
  readonly overlap: number;
  readonly divergence: number;
}

/**
 * Overlap and divergence of two random halves of a set of pieces, mean over `SPLITS` seeded splits. All windows of a piece go to the same
 * half: they are similar, and would make the halves more similar than two sets of pieces.
 *
 * @param pieces counts of one distribution, one entry per piece; at least two.
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

/** Shuffles by seeded random sort keys: every order is equally likely. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const noise = new GumbelNoise(seed);
  return items
    .map((item, index) => ({ item, key: noise.at(0, index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
