/** The warpers that exclude ids, compared with transformers and with their definitions. */
import { expect, it } from "vitest";
import { GumbelNoise } from "../../../src/engine/random.ts";
import { RULES, softmax } from "../../../src/engine/sampling/index.ts";
import type { NumberOptionKey } from "../../../src/options.ts";
import { readGolden } from "../../encoding/arrival/golden.ts";
import { keptIds, TRUNCATION, type Truncation } from "./truncation.ts";

/** The ids that a rule keeps. */
function keptBy(option: NumberOptionKey, value: number, scores: Float64Array): number[] {
  const changed = scores.slice();
  for (const rule of RULES) {
    if (rule.name === option)
      rule.apply(changed, { options: { [option]: value }, context: {}, pitches: undefined });
  }
  return keptIds(changed);
}

it.each(RULES.filter(({ name }) => TRUNCATION.some(({ rule }) => rule === name)))(
  "$name keeps the ids that transformers keeps, equal ones included",
  ({ name }) => {
    for (const { rule, value, scores, kept } of TRUNCATION) {
      if (rule !== name) continue;
      expect(keptBy(rule, value, Float64Array.from(scores)), `${value} of ${scores}`).toEqual(kept);
    }
  },
);

it("top-p keeps the ids that the authors of the Anticipatory Music Transformer keep, but for equal ones", () => {
  interface Nucleus extends Pick<Truncation, "kept"> {
    readonly logits: readonly (number | null)[];
    readonly topP: number;
  }
  const { nucleus } = readGolden<{ nucleus: Nucleus[] }>("generate.json");
  const others: object[] = [];
  for (const { logits, topP, kept } of nucleus) {
    const ids = keptBy(
      "topP",
      topP,
      Float64Array.from(logits, (logit) => logit ?? -Infinity),
    );
    if (ids.join() !== kept.join()) others.push({ logits, topP, kept, ids });
  }
  expect(nucleus).toHaveLength(30);
  // Their code keeps while the sum is at most p, in the order of torch's sort; transformers removes while the sum is at most 1 − p.
  expect(others).toEqual([
    { logits: [0, 0, 0, 0], topP: 0.1, kept: [0], ids: [3] },
    { logits: [0, 0, 0, 0], topP: 0.5, kept: [0, 1, 2], ids: [2, 3] },
  ]);
});

it("typical-p 0.5 of four equal scores keeps all; top-p 0.7 of 300 keeps 210", () => {
  expect(keptBy("typicalP", 0.5, new Float64Array(4))).toEqual([0, 1, 2, 3]);
  expect(keptBy("topP", 0.7, new Float64Array(300))).toHaveLength(210);
});

/** Scores with ties and with excluded ids. */
function randomScores(seed: number, size: number): Float64Array {
  const noise = new GumbelNoise(seed);
  return Float64Array.from({ length: size }, (_, id) => {
    const score = noise.at(0, id);
    return id % 7 === 3 ? -Infinity : id % 3 === 0 ? Math.round(score) : score;
  });
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
    const live = keptIds(scores);
    const byScore = live.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || b - a);
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
      const nearest = literalUntil(scores, byTypicality, share);
      const furthest = Math.max(...nearest.map(distance)) + 1e-9;
      expect(keptBy("typicalP", share, scores)).toEqual(live.filter((id) => distance(id) <= furthest));
    }
  },
);
