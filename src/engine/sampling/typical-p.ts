import { softmax } from "./distribution.ts";
import { numberRule } from "./rule.ts";

/**
 * Locally typical sampling (Meister et al. 2023, "Locally Typical Sampling"): keeps the ids whose information content is nearest
 * to the entropy, until their probabilities reach this mass, the one that crosses it included.
 */
export const typicalP = numberRule({ option: "typicalP", off: 1, isWarper: true, process: keepTypical });

function keepTypical(scores: Float64Array, mass: number): void {
  const probabilities = softmax(scores);
  const candidates: number[] = [];
  for (const [id, p] of probabilities.entries()) if (p > 0) candidates.push(id);
  const information = (id: number): number => -Math.log(probabilities[id]!);
  const entropy = candidates.reduce((sum, id) => sum + probabilities[id]! * information(id), 0);
  const distance = (id: number): number => Math.abs(information(id) - entropy);
  candidates.sort((a, b) => distance(a) - distance(b));
  keepUntilMass(scores, candidates, probabilities, mass);
}

/** Keeps the first of `ids` whose probabilities add up to `mass`, at least one. */
function keepUntilMass(
  scores: Float64Array,
  ids: readonly number[],
  probabilities: Float64Array,
  mass: number,
): void {
  const before = scores.slice();
  scores.fill(-Infinity);
  let sum = 0;
  for (const id of ids) {
    scores[id] = before[id]!;
    sum += probabilities[id]!;
    if (sum >= mass) return;
  }
}
