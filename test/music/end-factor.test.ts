import { describe, expect, it } from "vitest";
import type { NoteState } from "../../encoding/index.ts";
import { EndFactors } from "../../src/music/end-factor.ts";
import { endRate, expectedEnds, registerOf } from "../../src/music/end-rates.ts";

const MINUTE = 6000;
const PITCH = 60;

/** Notes of a length, one every 50 steps up to step 2,000. */
function notes(steps: number): NoteState[] {
  return Array.from({ length: 40 }, (_, onset) => {
    const startStep = 50 * onset;
    const endStep = startStep + steps > 2000 ? undefined : startStep + steps;
    return { pitch: PITCH, velocity: 80, startStep, endStep, onset };
  });
}

function factors(music: readonly NoteState[], step: number, count = 4000): number[] {
  return Array.from({ length: count }, (_, seed) => new EndFactors(seed, music, step).at(step));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

describe("expectedEnds", () => {
  it.each([40, 60, 90])("adds the rates of all ages, at pitch %i", (pitch) => {
    const register = registerOf(pitch);
    let sum = 0;
    for (let age = 150; age < 1234; age += 1) sum += endRate(register, age) / 100;
    expect(expectedEnds(register, 150, 1234)).toBeCloseTo(sum, 9);
    expect(expectedEnds(register, 0, 100)).toBe(0);
  });
});

describe("EndFactors", () => {
  it("has the prior's mean and standard deviation without music before", () => {
    const [prior, ends] = [1.8, 1.84];
    const all = factors([], 0);
    const spread = Math.sqrt(mean(all.map((each) => (each - prior) ** 2)));
    expect(Math.abs(mean(all) - prior)).toBeLessThan(0.06);
    expect(Math.abs(spread - Math.sqrt(prior / ends))).toBeLessThan(0.06);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
  });

  it("is the posterior's mean: small after long notes, large after notes that end early", () => {
    const [prior, weight] = [1.84, 0.17];
    for (const [length, low, high] of [
      [600, 0.2, 1],
      [160, 2.2, 4],
    ] as const) {
      const music = notes(length);
      const old = music.map(({ startStep, endStep = 2000 }) => endStep - startStep);
      const expected = old.reduce((sum, age) => sum + expectedEnds(registerOf(PITCH), 150, age), 0);
      const ends = music.filter(({ endStep }) => endStep !== undefined).length;
      const posterior = (prior * 1.8 + weight * ends) / (prior + weight * expected);
      const found = mean(factors(music, 2000));
      expect(Math.abs(found - posterior)).toBeLessThan(0.03 * posterior);
      expect(found).toBeGreaterThan(low);
      expect(found).toBeLessThan(high);
    }
  });

  it("counts notes of at least 1.5 s", () => {
    const after = (music: readonly NoteState[]): number => new EndFactors(1, music, 2000).at(0);
    expect(after(notes(149))).toBe(after([]));
    expect(after(notes(600))).not.toBe(after([]));
  });

  it("stays the same for 60 s", () => {
    const of = new EndFactors(7, [], 0);
    expect(of.at(MINUTE - 1)).toBe(of.at(0));
    const minutes = Array.from({ length: 20 }, (_, minute) => of.at(minute * MINUTE));
    expect(new Set(minutes).size).toBe(20);
    expect(of.at(3 * MINUTE + 5)).toBe(minutes[3]);
  });
});
