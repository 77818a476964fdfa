import { describe, expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import type { DensityName } from "../../src/index.ts";
import { densityBounds, LONG_RUN, Pace, type PaceBounds } from "../../src/music/pace.ts";
import { tinyPiano } from "./tiny-piano.ts";

/** After so many notes in a second, for some seconds. */
function paceOf(bounds: PaceBounds, notesPerSecond: number, seconds: number): Pace {
  const pace = new Pace(bounds);
  for (let second = 0; second < seconds; second += 1) {
    for (let note = 0; note < notesPerSecond; note += 1) pace.begin();
    pace.pass(100);
  }
  return pace;
}

describe("the pace of a density", () => {
  it.each([
    ["sparse", 3],
    ["medium", 8],
    ["dense", 12],
    ["busy", 30],
  ] as const)("leaves the model alone while %s music has %i notes a second", (density, notes) => {
    expect(paceOf(densityBounds(density), notes, 20).shiftBiases(100)).toBeUndefined();
  });

  it("weighs shifts by a power of their length: the logarithm of how far off the nearest bound is", () => {
    const slower = paceOf(densityBounds("sparse"), 14, 20).shiftBiases(100) ?? []; // twice 7
    const quicker = paceOf(densityBounds("busy"), 8, 20).shiftBiases(100) ?? []; // half of 16
    for (let steps = 1; steps <= 100; steps += 1) {
      expect(slower[steps - 1]).toBeCloseTo(Math.log(2) * Math.log(steps / 10), 1);
      expect(quicker[steps - 1]).toBeCloseTo(-Math.log(2) * Math.log(steps / 10), 1);
    }
  });

  it("forgets what is more than ten seconds ago, and says nothing of two seconds", () => {
    const pace = paceOf(densityBounds("sparse"), 30, 1);
    expect(pace.shiftBiases(100)).toBeUndefined();
    pace.pass(100);
    expect(pace.shiftBiases(100)?.[99]).toBeGreaterThan(0);
    for (let second = 0; second < 10; second += 1) {
      pace.begin();
      pace.pass(100);
    }
    expect(pace.shiftBiases(100)).toBeUndefined();
  });

  it("never goes further than the square of the length, not in silence either", () => {
    expect(paceOf(densityBounds("busy"), 0, 20).shiftBiases(100)?.[99]).toBeCloseTo(-2 * Math.log(10), 12);
    expect(paceOf(densityBounds("sparse"), 99, 20).shiftBiases(100)?.[99]).toBeCloseTo(2 * Math.log(10), 12);
  });

  it("changes how many notes a model writes", async () => {
    const piano = await tinyPiano();
    const notes = async (density: DensityName): Promise<number> => {
      const pieces = await piano.variations(4, { seed: 1, seconds: 30, density });
      return pieces.reduce((sum, piece) => sum + piece.notes / 30 / 4, 0);
    };
    const [sparse, busy] = [await notes("sparse"), await notes("busy")];
    await piano.dispose();
    // By itself this model, of random weights, plays 3 to 4 notes a second, which is sparse.
    expect(sparse).toBeLessThan(5);
    expect(busy).toBeGreaterThan(1.5 * sparse);
  });
});

describe("the pace of the long run", () => {
  it("says nothing in the first minute, and none of music as people play it", () => {
    expect(paceOf(LONG_RUN, 30, 59).shiftBiases(100)).toBeUndefined();
    for (const notes of [4, 8, 12]) expect(paceOf(LONG_RUN, notes, 200).shiftBiases(100)).toBeUndefined();
  });

  it("slows a rush down and hurries a standstill, by the minute that is past", () => {
    const rush = paceOf(LONG_RUN, 24, 60);
    expect(rush.shiftBiases(100)?.[99]).toBeCloseTo(Math.log(2) * Math.log(10), 1);
    for (let second = 0; second < 60; second += 1) {
      for (let note = 0; note < 8; note += 1) rush.begin();
      rush.pass(100);
    }
    expect(rush.shiftBiases(100)).toBeUndefined();
    expect(paceOf(LONG_RUN, 1, 60).shiftBiases(100)?.[99]).toBeLessThan(-1);
  });

  it("is in what a model draws from, unless it is told not to be", async () => {
    const piano = await tinyPiano();
    const of = (...event: Parameters<typeof PERFORMANCE_416.id>): number => PERFORMANCE_416.id(...event);
    // 25 notes a second for 64 s: with the start of the piece a multiple of the period.
    const rush = [of("VELOCITY", 20), of("TIME_SHIFT", 100), of("TIME_SHIFT", 100)];
    for (let i = 0; i < 1596; i += 1) {
      const key = 30 + ((i * 7) % 50);
      rush.push(of("NOTE_ON", key), of("TIME_SHIFT", 4), of("NOTE_OFF", key));
    }
    const odds = async (steady: boolean): Promise<number> => {
      const { candidates } = await piano.explain(rush, rush.length, {
        candidates: 416,
        steady,
        generatedFrom: 0,
      });
      const probability = (id: number): number =>
        candidates.find((each) => each.id === id)?.probability ?? NaN;
      return Math.log(probability(of("TIME_SHIFT", 100)) / probability(of("TIME_SHIFT", 10)));
    };
    expect((await odds(true)) - (await odds(false))).toBeCloseTo(Math.log(25 / 12) * Math.log(10), 1);
    await piano.dispose();
  });
});

describe("a bias of one draw", () => {
  it("is added to the logits of its ids, and to no others", () => {
    const logits = Float32Array.of(0.5, -1, 2, 0, 1);
    const found = new Sampler({ seed: 1 }).probabilities(logits, { biases: [{ first: 1, biases: [1, -2] }] });
    const odds = [0.5, 0, 0, 0, 1].map(Math.exp);
    const total = odds.reduce((sum, each) => sum + each, 0);
    expect([...found]).toEqual(odds.map((each) => expect.closeTo(each / total, 12)));
  });
});
