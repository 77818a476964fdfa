import { expect, it } from "vitest";
import { ladderSentence, type Rung } from "../../../web/why/ladder.ts";

const words = ({ id }: { readonly id: number }): string => ["C5", "E5", "A4"][id] ?? "?";

function rung(layer: number | null, ...shares: readonly number[]): Rung<{ id: number; probability: number }> {
  const candidates = shares.map((probability, id) => ({ id, probability }));
  if (layer === null) return { layer, candidates, attention: undefined, feedForward: undefined };
  return {
    layer,
    candidates,
    attention: { norm: 2, relative: 0.39 },
    feedForward: { norm: 9, relative: 0.1 },
  };
}

it("says what the model thought of before its first layer", () => {
  expect(ladderSentence(rung(null, 0.05, 0.04, 0.01), words, 1)).toBe(
    "Before layer 1 it slightly favored C5 (5.0 %), then E5 (4.0 %), A4 (1.0 %).",
  );
});

it.each([
  [0.47, "favored C5 (47 %)"],
  [0.91, "was sure of C5 (91 %)"],
])("says how sure it was at %d, whether it is what comes out, and what moved it", (share, how) => {
  expect(ladderSentence(rung(1, share, 0.03), words, 0)).toBe(
    `After layer 2 it already ${how}, then E5 (3.0 %). Attention moved it by 39 %, the network by 10 %.`,
  );
  expect(ladderSentence(rung(5, share), words, undefined)).toBe(
    `After layer 6 it ${how}. Attention moved it by 39 %, the network by 10 %.`,
  );
});

it("leaves out what it hardly thought of, and says many times for a large move", () => {
  const first = { ...rung(0, 0.999, 0.0004), feedForward: { norm: 9, relative: 31.4 } };
  expect(ladderSentence(first, words, 1)).toBe(
    "After layer 1 it was sure of C5 (100 %). Attention moved it by 39 %, the network by 31 times its length.",
  );
});
