import { expect, test } from "vitest";
import { stepsPerRun } from "../../src/engine/in-graph.ts";
import { RELATIVE as SMALL } from "./in-graph-decoder.ts";

test("a run has fewer steps for larger models and for more sequences, and more with 8 bits", () => {
  const gpt2 = {
    ...SMALL,
    position: { kind: "learned" } as const,
    vocabularySize: 50257,
    layers: 12,
    width: 768,
    heads: 12,
    feedForward: 3072,
    window: 1024,
  };
  expect(stepsPerRun(SMALL)).toBe(16);
  expect(stepsPerRun(gpt2)).toBe(2);
  expect(stepsPerRun(gpt2, 4)).toBe(2);
  const position = { kind: "relative", maxDistance: 1024, sharedHeads: false } as const;
  const piano = { ...SMALL, layers: 6, width: 256, feedForward: 1024, window: 1024, position };
  expect([1, 2, 4, 8, 64].map((sequences) => stepsPerRun(piano, sequences))).toEqual([16, 16, 11, 6, 4]);
  expect(stepsPerRun({ ...gpt2, layers: 48, width: 1600 })).toBe(1);
  const isQuantized = true;
  expect(stepsPerRun(gpt2, 1, isQuantized)).toBe(4);
  expect(stepsPerRun(piano, 1, isQuantized)).toBe(16);
});
