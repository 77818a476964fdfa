import { describe, expect, it } from "vitest";
import { GumbelNoise, philox } from "../../src/engine/random.ts";
import { argmax } from "../../src/engine/sampling/index.ts";

describe("philox", () => {
  // The known-answer vectors of Random123 (kat_vectors, philox4x32 with 10 rounds).
  it.each([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ] as const)("returns the published words for counter $counter", ({ counter, key, words }) => {
    const out = new Uint32Array(4);
    philox(counter, key, out);
    expect([...out]).toEqual(words);
  });
});

describe("GumbelNoise", () => {
  it("depends on seed, step and id only", () => {
    const noise = new GumbelNoise(7);
    const first = noise.at(3, 5);
    noise.at(4, 100);
    expect(noise.at(3, 5)).toBe(first);
    expect(new GumbelNoise(7).at(3, 5)).toBe(first);
    const others = [
      noise.at(3, 6),
      noise.at(4, 5),
      new GumbelNoise(8).at(3, 5),
      new GumbelNoise(7 + 2 ** 32).at(3, 5),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });

  it("has the mean and variance of the Gumbel distribution", () => {
    const noise = new GumbelNoise(1);
    const samples = Array.from({ length: 100_000 }, (_, i) => noise.at(Math.floor(i / 400), i % 400));
    const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
    const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / samples.length;
    // Euler's constant and pi^2/6; the bounds are five standard errors of 100,000 samples.
    expect(Math.abs(mean - 0.5772156649)).toBeLessThan(
      (5 * Math.sqrt(Math.PI ** 2 / 6)) / Math.sqrt(samples.length),
    );
    expect(Math.abs(variance - Math.PI ** 2 / 6)).toBeLessThan(0.06);
  });
});

it("uses both words of seed and step, and the middle of each interval", () => {
  const words = new Uint32Array(4);
  for (const [seedHigh, seedLow, stepHigh, stepLow] of [
    [0, 7, 0, 3],
    [5, 7, 0, 3],
    [5, 0, 2, 0xffffffff],
  ] as const) {
    const noise = new GumbelNoise(seedHigh * 2 ** 32 + seedLow);
    for (const id of [0, 3, 4, 415]) {
      philox([Math.floor(id / 4), stepLow, stepHigh, 0], [seedLow, seedHigh], words);
      const uniform = ((words[id % 4] ?? 0) + 0.5) / 2 ** 32;
      expect(noise.at(stepHigh * 2 ** 32 + stepLow, id)).toBe(-Math.log(-Math.log(uniform)));
    }
  }
});

it("leaves out only noise that is below a bound", () => {
  const noise = new GumbelNoise(11);
  const all = new GumbelNoise(11);
  let leftOut = 0;
  for (let id = 0; id < 20_000; id += 1) {
    const least = (id % 9) - 1;
    const full = all.at(2, id);
    const found = noise.at(2, id, least);
    if (found === full) continue;
    leftOut += 1;
    expect(found).toBe(-Infinity);
    expect(full).toBeLessThan(least);
  }
  expect(leftOut).toBeGreaterThan(8000);
});

it("samples the ids that all noise would give", () => {
  const noise = new GumbelNoise(3);
  const scores = Float64Array.from({ length: 5000 }, (_, id) => 4 * Math.sin(id * 12.9898));
  for (let step = 0; step < 50; step += 1) {
    const full = Array.from(scores, (score, id) => score + noise.at(step, id));
    const found = argmax(scores, (id, least) => noise.at(step, id, least));
    expect(found).toBe(full.indexOf(Math.max(...full)));
  }
});
