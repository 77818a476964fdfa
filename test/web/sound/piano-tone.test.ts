import { describe, expect, it } from "vitest";
import { pianoTone, toneRate } from "../../../web/sound/piano-tone.ts";

const RATE = 32_000;

/** Strength of one frequency (Goertzel 1958), over the first half second. */
function strength(samples: Float32Array, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let [last, beforeLast] = [0, 0];
  for (const sample of samples.subarray(0, RATE / 2)) {
    [last, beforeLast] = [sample + coefficient * last - beforeLast, last];
  }
  return Math.sqrt(last ** 2 + beforeLast ** 2 - coefficient * last * beforeLast);
}

describe("pianoTone", () => {
  it.each([27.5, 110, 440, 1760])("has more power at %d Hz than a semitone away", (frequency) => {
    const samples = pianoTone(frequency, RATE);
    const own = strength(samples, frequency);
    expect(own).toBeGreaterThan(3 * strength(samples, frequency * 2 ** (1 / 12)));
    expect(own).toBeGreaterThan(3 * strength(samples, frequency / 2 ** (1 / 12)));
  });

  it.each([27.5, 440, 4186])("starts and ends in silence at %d Hz, within the peak", (frequency) => {
    const samples = pianoTone(frequency, RATE);
    expect(samples[0]).toBeCloseTo(0, 9);
    expect(samples.at(-1)).toBeCloseTo(0, 9);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeCloseTo(0.8, 5);
    const tail = samples.subarray(-RATE / 10).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(tail).toBeLessThan(0.01);
  });

  it("is the same at a lower sample rate", () => {
    for (const [frequency, rate] of [
      [27.5, 8_000],
      [110, 15_993],
      [440, 32_000],
      [4186, 32_000],
    ] as const)
      expect(toneRate(frequency)).toBe(rate);
    const samples = pianoTone(110, RATE);
    const fewer = pianoTone(110, RATE / 2);
    const farthest = fewer.reduce(
      (most, sample, i) => Math.max(most, Math.abs(sample - (samples[2 * i] ?? 0))),
      0,
    );
    expect(farthest).toBeLessThan(0.01);
  });

  it("lasts longer on low strings", () => {
    expect(pianoTone(27.5, RATE)).toHaveLength(8 * RATE);
    expect(pianoTone(4186, RATE)).toHaveLength(RATE);
  });
});
