/** The warpers that exclude ids, compared with their definitions. */
import { expect, it } from "vitest";
import { GumbelNoise } from "../../../src/engine/random.ts";
import { RULES, softmax } from "../../../src/engine/sampling/index.ts";
import type { NumberOptionKey } from "../../../src/options.ts";

/** The ids that a rule keeps. */
function keptBy(option: NumberOptionKey, value: number, scores: Float64Array): number[] {
  const changed = scores.slice();
  for (const rule of RULES) {
    if (rule.name === option)
      rule.apply(changed, { options: { [option]: value }, context: {}, pitches: undefined });
  }
  return kept(changed);
}

/** Scores with ties and with excluded ids. */
function randomScores(seed: number, size: number): Float64Array {
  const noise = new GumbelNoise(seed);
  return Float64Array.from({ length: size }, (_, id) => {
    const score = noise.at(0, id);
    return id % 7 === 3 ? -Infinity : id % 3 === 0 ? Math.round(score) : score;
  });
}

function kept(scores: Float64Array): number[] {
  return [...scores.entries()].filter(([, score]) => score > -Infinity).map(([id]) => id);
}

/** Ids by descending probability until `mass` is reached, by a full sort. */
function literalUntil(scores: Float64Array, order: readonly number[], mass: number): number[] {
  const p = softmax(scores);
  let sum = 0;
  const ids: number[] = [];
  for (const id of order) {
    if (sum >= mass) break;
    sum += p[id] ?? 0;
    ids.push(id);
  }
  return ids.sort((a, b) => a - b);
}

it.each(Array.from({ length: 30 }, (_, seed) => seed))(
  "agree with their literal definitions (scores %i)",
  (seed) => {
    const size = 1 + ((seed * 37) % 200);
    const scores = randomScores(seed, size);
    const live = kept(scores);
    const byScore = live.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    for (const share of [0.1, 0.5, 0.9]) {
      const k = Math.max(1, Math.round(share * size));
      const last = scores[byScore[k - 1] ?? -1] ?? -Infinity;
      expect(keptBy("topK", k, scores)).toEqual(live.filter((id) => (scores[id] ?? 0) >= last));

      expect(keptBy("topP", share, scores)).toEqual(literalUntil(scores, byScore, share));

      const p = softmax(scores);
      const top = Math.max(...p);
      expect(keptBy("minP", share, scores)).toEqual(
        live.filter((id) => (p[id] ?? 0) >= share * top * (1 - 1e-12)),
      );

      const entropy = -live.reduce((sum, id) => sum + (p[id] ?? 0) * Math.log(p[id] ?? 0), 0);
      const distance = (id: number): number => Math.abs(-Math.log(p[id] ?? 0) - entropy);
      const byTypicality = live.toSorted((a, b) => distance(a) - distance(b));
      expect(keptBy("typicalP", share, scores)).toEqual(literalUntil(scores, byTypicality, share));
    }
  },
);
