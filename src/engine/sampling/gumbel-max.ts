/** The choice of an id, after all rules. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { highest, INT32 } from "./graph-nodes.ts";

/**
 * The Gumbel-max trick (Gumbel 1954; Maddison et al. 2014, "A* Sampling"): the id with the largest `score + Gumbel noise` is a
 * sample of the distribution of the scores.
 *
 * @param noise returns the noise of an id, below `MAX_NOISE`; or −∞ where it is below `least`, so that it need not be computed. Default: no
 * noise, which selects the likeliest id.
 * @returns the lowest of equal ids.
 */
export function argmax(scores: Float64Array, noise?: (id: number, least: number) => number): number {
  const likeliest = highestOf(scores);
  if (!noise) return likeliest;
  // With a score below this, no noise raises an id above the likeliest one.
  const least = scores[likeliest]! + noise(likeliest, -Infinity) - MAX_NOISE;
  let best = 0;
  let bestScore = -Infinity;
  for (let id = 0; id < scores.length; id += 1) {
    const score = scores[id]!;
    if (score === -Infinity || score < least) continue;
    const noisy = score + noise(id, bestScore - score);
    if (noisy > bestScore) {
      best = id;
      bestScore = noisy;
    }
  }
  return best;
}

/** An upper bound of the noise: see `GumbelNoise.at`. */
const MAX_NOISE = 23;

/** The lowest id of the highest score. */
function highestOf(scores: Float64Array): number {
  let best = 0;
  for (let id = 1; id < scores.length; id += 1) if (scores[id]! > scores[best]!) best = id;
  return best;
}

/**
 * The same as nodes of the graph.
 *
 * @param noise `[sequences, vocabulary]`, or one number for all ids of a sequence.
 * @returns the ids, int32 `[sequences]`; and whether there is one, bool `[sequences, 1]`.
 */
export function argmaxNodes(
  graph: GraphBuilder,
  scores: Value,
  noise: Value,
): { readonly id: Value; readonly isSampled: Value } {
  const noisy = graph.node("Add", [scores, noise]);
  const isSampled = graph.node("Greater", [highest(graph, noisy), graph.floats([-Infinity])]);
  const best = graph.node("ArgMax", [noisy], { axis: integer(1), keepdims: integer(0) });
  return { id: graph.node("Cast", [best], { to: integer(INT32) }), isSampled };
}
