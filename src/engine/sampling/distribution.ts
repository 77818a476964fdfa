/** Operations on scores, which are logits of which some are −∞: excluded ids. */

/** ln Σ exp(score); −∞ for an empty list. */
export function logSumExp(scores: ArrayLike<number>): number {
  const top = highest(scores);
  if (top === -Infinity) return top;
  let sum = 0;
  for (let id = 0; id < scores.length; id += 1) sum += Math.exp(scores[id]! - top);
  return top + Math.log(sum);
}

/** Scores to probabilities; −∞ becomes 0. */
export function softmax(scores: Float64Array): Float64Array {
  const top = highest(scores);
  const weights = new Float64Array(scores.length);
  let sum = 0;
  for (let id = 0; id < scores.length; id += 1) {
    const weight = Math.exp(scores[id]! - top);
    weights[id] = weight;
    sum += weight;
  }
  for (let id = 0; id < weights.length; id += 1) weights[id]! /= sum;
  return weights;
}

/** A distribution in float32. */
export interface RoundedDistribution {
  readonly scores: Float32Array; // [vocabulary]
  readonly probabilities: Float32Array; // [vocabulary]
  /** The highest score. */
  readonly top: number;
  /** Σ exp(score − top). */
  readonly sum: number;
}

/** Scores to probabilities, rounded to float32 after each operation as by PyTorch: where a sum is compared with a bound, rounding decides. */
export function roundedSoftmax(exact: Float64Array): RoundedDistribution {
  const scores = Float32Array.from(exact);
  const probabilities = new Float32Array(scores.length); // first the weights, exp(score − top)
  const top = highest(scores);
  let sum = 0;
  for (let id = 0; id < scores.length; id += 1) {
    const weight = Math.fround(Math.exp(Math.fround(scores[id]! - top)));
    probabilities[id] = weight;
    sum += weight;
  }
  sum = Math.fround(sum);
  for (let id = 0; id < scores.length; id += 1) probabilities[id]! /= sum;
  return { scores, probabilities, top, sum };
}

/** The probability of a score. */
export function roundedProbability({ top, sum }: RoundedDistribution, score: number): number {
  return Math.fround(Math.fround(Math.exp(Math.fround(score - top))) / sum);
}

/** The highest score; −∞ for an empty list. */
export function highest(scores: ArrayLike<number>): number {
  let best = -Infinity;
  for (let id = 0; id < scores.length; id += 1) best = Math.max(best, scores[id] ?? -Infinity);
  return best;
}

/** Excludes the ids whose score is below a threshold. */
export function excludeBelow(scores: Float64Array, threshold: number): void {
  for (let id = 0; id < scores.length; id += 1) if (scores[id]! < threshold) scores[id] = -Infinity;
}
