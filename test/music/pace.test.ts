import { describe, expect, it } from "vitest";
import { Sampler } from "../../src/engine/sampler.ts";
import type { DensityName } from "../../src/index.ts";
import { Pace } from "../../src/music/pace.ts";
import { tinyPiano } from "./tiny-piano.ts";

/** After so many notes in a second, for some seconds. */
function paceOf(density: DensityName, notesPerSecond: number, seconds: number): Pace {
  const pace = new Pace(density);
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
    for (const bias of paceOf(density, notes, 20).shiftBiases(100)) expect(bias).toBeCloseTo(0, 12);
  });

  it("weighs shifts by a power of their length: the logarithm of how far off the nearest bound is", () => {
    const slower = paceOf("sparse", 14, 20).shiftBiases(100); // twice 7
    const quicker = paceOf("busy", 8, 20).shiftBiases(100); // half of 16
    for (let steps = 1; steps <= 100; steps += 1) {
      expect(slower[steps - 1]).toBeCloseTo(Math.log(2) * Math.log(steps / 10), 1);
      expect(quicker[steps - 1]).toBeCloseTo(-Math.log(2) * Math.log(steps / 10), 1);
    }
  });

  it("forgets what is more than ten seconds ago, and says nothing of two seconds", () => {
    const pace = paceOf("sparse", 30, 1);
    expect(pace.shiftBiases(100)[99]).toBeCloseTo(0, 12);
    pace.pass(100);
    expect(pace.shiftBiases(100)[99]).toBeGreaterThan(0);
    for (let second = 0; second < 10; second += 1) {
      pace.begin();
      pace.pass(100);
    }
    expect(pace.shiftBiases(100)[99]).toBeCloseTo(0, 12);
  });

  it("never goes further than the square of the length, not in silence either", () => {
    expect(paceOf("busy", 0, 20).shiftBiases(100)[99]).toBeCloseTo(-2 * Math.log(10), 12);
    expect(paceOf("sparse", 99, 20).shiftBiases(100)[99]).toBeCloseTo(2 * Math.log(10), 12);
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

describe("a bias of one draw", () => {
  it("is added to the logits of its ids, and to no others", () => {
    const logits = Float32Array.of(0.5, -1, 2, 0, 1);
    const found = new Sampler({ seed: 1 }).probabilities(logits, { bias: { first: 1, biases: [1, -2] } });
    const odds = [0.5, 0, 0, 0, 1].map(Math.exp);
    const total = odds.reduce((sum, each) => sum + each, 0);
    expect([...found]).toEqual(odds.map((each) => expect.closeTo(each / total, 12)));
  });
});
