import { describe, expect, test } from "vitest";
import { ContextMixer, type SymbolContext } from "../../../src/music/arrival/context-mixer.ts";

const context = (kind: number, hash: number, base = 0): SymbolContext => ({
  kind,
  hash: kind + 10 * hash,
  base,
});

describe("ContextMixer", () => {
  test("predicts nothing in contexts that it has not seen", () => {
    const mixer = new ContextMixer(2, 1);
    expect(mixer.isEmpty).toBe(true);
    expect(mixer.predict([context(0, 1), context(1, 1)], 0)).toBeUndefined();
  });

  test("predicts what followed a context most often", () => {
    const mixer = new ContextMixer(1, 1);
    for (const symbol of [7, 8, 7, 7, 9]) mixer.learn([context(0, 1)], 0, symbol);
    expect(mixer.predict([context(0, 1)], 0)?.symbol).toBe(7);
    expect(mixer.isEmpty).toBe(false);
    expect(mixer.predict([context(0, 2)], 0)).toBeUndefined();
  });

  test("predicts a distance from the base of a context", () => {
    const mixer = new ContextMixer(1, 1);
    for (const base of [60, 62, 64]) mixer.learn([context(0, 1, base)], 0, base + 5);
    expect(mixer.predict([context(0, 1, 70)], 0)?.symbol).toBe(75);
  });

  test("gives chances that are as high as its predictions come true", () => {
    // The symbol follows the first context always, and the second one in one of four times.
    const mixer = new ContextMixer(2, 1);
    const chances = { sure: [] as number[], unsure: [] as number[] };
    for (let i = 0; i < 400; i += 1) {
      const sure = [context(0, 1)];
      const unsure = [context(1, 2)];
      chances.sure.push(mixer.predict(sure, 0)?.probability ?? 0);
      mixer.learn(sure, 0, 5);
      chances.unsure.push(mixer.predict(unsure, 0)?.probability ?? 0);
      mixer.learn(unsure, 0, i % 4);
    }
    expect(chances.sure.at(-1)).toBeGreaterThan(0.9);
    expect(chances.unsure.at(-1)).toBeLessThan(0.4);
    for (const chance of [...chances.sure, ...chances.unsure]) {
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThan(1);
    }
  });

  test("trusts the kind of context whose predictions come true", () => {
    const mixer = new ContextMixer(2, 1);
    // The first kind predicts the symbol; the second has one context, with another symbol most of the time.
    for (let i = 0; i < 200; i += 1) {
      const symbol = i % 10 === 0 ? 3 : 4;
      mixer.learn([context(0, symbol), context(1, 1)], 0, symbol);
    }
    expect(mixer.predict([context(0, 3), context(1, 1)], 0)?.symbol).toBe(3);
  });

  test("discards all contexts when there are too many", () => {
    const mixer = new ContextMixer(1, 1);
    for (let hash = 0; hash <= 40_000; hash += 1) mixer.learn([context(0, hash)], 0, 1);
    expect(mixer.predict([context(0, 5)], 0)?.symbol).toBe(1);
    mixer.learn([context(0, 50_000)], 0, 1);
    expect(mixer.predict([context(0, 5)], 0)).toBeUndefined();
    expect(mixer.predict([context(0, 50_000)], 0)?.symbol).toBe(1);
  });
});
