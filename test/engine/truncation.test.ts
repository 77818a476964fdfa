import { expect, it } from "vitest";
import { GumbelNoise } from "../../src/engine/random.ts";
import { keepMinP, keepTopK, keepTopP, keepTypical, softmax } from "../../src/engine/truncation.ts";

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
      const topK = scores.slice();
      keepTopK(topK, k);
      const last = scores[byScore[k - 1] ?? -1] ?? -Infinity;
      expect(kept(topK)).toEqual(live.filter((id) => (scores[id] ?? 0) >= last));

      const topP = scores.slice();
      keepTopP(topP, share);
      expect(kept(topP)).toEqual(literalUntil(scores, byScore, share));

      const minP = scores.slice();
      keepMinP(minP, share);
      const p = softmax(scores);
      const top = Math.max(...p);
      expect(kept(minP)).toEqual(live.filter((id) => (p[id] ?? 0) >= share * top * (1 - 1e-12)));

      const typical = scores.slice();
      keepTypical(typical, share);
      const entropy = -live.reduce((sum, id) => sum + (p[id] ?? 0) * Math.log(p[id] ?? 0), 0);
      const distance = (id: number): number => Math.abs(-Math.log(p[id] ?? 0) - entropy);
      const byTypicality = live.toSorted((a, b) => distance(a) - distance(b));
      expect(kept(typical)).toEqual(literalUntil(scores, byTypicality, share));
    }
  },
);

it("leave at least one id, and all ids when disabled", () => {
  const scores = Float64Array.of(0, 1, 2, -Infinity);
  for (const [keep, strict, off] of [
    [keepTopK, 1, 4],
    [keepTopP, 0, 1],
    [keepMinP, 1, 0],
    [keepTypical, 0, 1],
  ] as const) {
    const few = scores.slice();
    keep(few, strict);
    expect(kept(few)).toHaveLength(1);
    const all = scores.slice();
    keep(all, off);
    expect([...all]).toEqual([...scores]);
  }
});

it("keep all ids at 1, also those whose probability rounds to 0", () => {
  for (const keep of [keepTopP, keepTypical]) {
    const scores = Float64Array.of(0, -100);
    keep(scores, 1);
    expect([...scores]).toEqual([0, -100]);
  }
});

it("top-p and typical end with the id that reaches the mass, if necessary with the last id", () => {
  const reached = Float64Array.of(Math.LN2, 0, 0); // 0.5, 0.25, 0.25
  keepTopP(reached, 0.5);
  expect([...reached]).toEqual([Math.LN2, -Infinity, -Infinity]);
  const typical = Float64Array.of(0, 0);
  keepTypical(typical, 0.5);
  expect([...typical]).toEqual([0, -Infinity]);
  const halves = Float64Array.of(0, 0);
  keepTopP(halves, 0.9);
  expect([...halves]).toEqual([0, 0]);
});
