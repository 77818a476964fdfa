/**
 * The Gumbel-max trick (Gumbel 1954; Maddison et al. 2014, "A* Sampling"): the id with the largest `score + Gumbel noise` is a
 * sample of the distribution of the scores.
 *
 * @param noise of each id. Default: none, which takes the likeliest id.
 * @returns the lowest of equal ids.
 */
export function argmax(scores: Float64Array, noise?: (id: number) => number): number {
  let best = 0;
  let bestScore = -Infinity;
  for (let id = 0; id < scores.length; id += 1) {
    const score = scores[id]!;
    if (score === -Infinity) continue;
    const noisy = noise ? score + noise(id) : score;
    if (noisy > bestScore) {
      best = id;
      bestScore = noisy;
    }
  }
  return best;
}
