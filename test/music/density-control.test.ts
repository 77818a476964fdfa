import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState } from "../../encoding/index.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import type { DensityName } from "../../src/index.ts";
import {
  densityBounds,
  HUMAN_DENSITY,
  DensityControl,
  type DensityBounds,
  primerDensityProcessor,
} from "../../src/music/density-control.ts";
import { tinyPiano } from "./tiny-piano.ts";

/** The state after some seconds of evenly dense music. */
function controlAfter(bounds: DensityBounds, notesPerSecond: number, seconds: number): DensityControl {
  const control = new DensityControl(bounds);
  for (let second = 0; second < seconds; second += 1) {
    for (let note = 0; note < notesPerSecond; note += 1) control.noteOn();
    control.advance(100);
  }
  return control;
}

describe("density classes", () => {
  it.each([
    ["sparse", 3],
    ["medium", 8],
    ["dense", 12],
    ["busy", 30],
  ] as const)("makes no adjustment while %s music has %i notes per second", (density, notes) => {
    expect(controlAfter(densityBounds(density), notes, 20).shiftBiases(100)).toBeUndefined();
  });

  it("weights shifts by a power of their length: the logarithm of density / nearest bound", () => {
    const slower = controlAfter(densityBounds("sparse"), 14, 20).shiftBiases(100) ?? []; // twice 7
    const quicker = controlAfter(densityBounds("busy"), 8, 20).shiftBiases(100) ?? []; // half of 16
    for (let steps = 1; steps <= 100; steps += 1) {
      expect(slower[steps - 1]).toBeCloseTo(Math.log(2) * Math.log(steps / 10), 1);
      expect(quicker[steps - 1]).toBeCloseTo(-Math.log(2) * Math.log(steps / 10), 1);
    }
  });

  it("counts the last ten seconds and makes no adjustment in the first two", () => {
    const control = controlAfter(densityBounds("sparse"), 30, 1);
    expect(control.shiftBiases(100)).toBeUndefined();
    control.advance(100);
    expect(control.shiftBiases(100)?.[99]).toBeGreaterThan(0);
    for (let second = 0; second < 10; second += 1) {
      control.noteOn();
      control.advance(100);
    }
    expect(control.shiftBiases(100)).toBeUndefined();
  });

  it("caps the exponent at 2, also in silence", () => {
    expect(controlAfter(densityBounds("busy"), 0, 20).shiftBiases(100)?.[99]).toBeCloseTo(
      -2 * Math.log(10),
      12,
    );
    expect(controlAfter(densityBounds("sparse"), 99, 20).shiftBiases(100)?.[99]).toBeCloseTo(
      2 * Math.log(10),
      12,
    );
  });

  it("changes the number of generated notes", async () => {
    const piano = await tinyPiano();
    const notes = async (density: DensityName): Promise<number> => {
      const pieces = await piano.variations(4, { seed: 1, seconds: 30, density });
      return pieces.reduce((sum, piece) => sum + piece.notes / 30 / 4, 0);
    };
    const [sparse, busy] = [await notes("sparse"), await notes("busy")];
    await piano.dispose();
    // Without adjustment this model with random weights plays 3 to 4 notes per second, which is sparse.
    expect(sparse).toBeLessThan(5);
    expect(busy).toBeGreaterThan(1.5 * sparse);
  });
});

describe("human density", () => {
  it("makes no adjustment in the first minute and within the range of human music", () => {
    expect(controlAfter(HUMAN_DENSITY, 30, 59).shiftBiases(100)).toBeUndefined();
    for (const notes of [4, 8, 12])
      expect(controlAfter(HUMAN_DENSITY, notes, 200).shiftBiases(100)).toBeUndefined();
  });

  it("adjusts too dense and too sparse music by the density of the last minute", () => {
    const rush = controlAfter(HUMAN_DENSITY, 24, 60);
    expect(rush.shiftBiases(100)?.[99]).toBeCloseTo(Math.log(2) * Math.log(10), 1);
    for (let second = 0; second < 60; second += 1) {
      for (let note = 0; note < 8; note += 1) rush.noteOn();
      rush.advance(100);
    }
    expect(rush.shiftBiases(100)).toBeUndefined();
    expect(controlAfter(HUMAN_DENSITY, 1, 60).shiftBiases(100)?.[99]).toBeLessThan(-1);
  });

  it("changes the sampling distribution unless drift control is off", async () => {
    const piano = await tinyPiano();
    const of = (...event: Parameters<typeof PERFORMANCE_416.id>): number => PERFORMANCE_416.id(...event);
    // 25 notes a second for 64 s: with the start of the piece a multiple of the period.
    const rush = [of("VELOCITY", 20), of("TIME_SHIFT", 100), of("TIME_SHIFT", 100)];
    for (let i = 0; i < 1596; i += 1) {
      const key = 30 + ((i * 7) % 50);
      rush.push(of("NOTE_ON", key), of("TIME_SHIFT", 4), of("NOTE_OFF", key));
    }
    const odds = async (driftControl: boolean): Promise<number> => {
      const { candidates } = await piano.explain(rush, rush.length, {
        candidates: 416,
        driftControl,
        rhythmTemperature: 1,
        themes: 0,
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

describe("density near the primer's", () => {
  const steady = (notesPerSecond: number, seconds: number): number[] =>
    Array.from({ length: notesPerSecond * seconds }, (_, note) => [
      ...(note === 0 ? [PERFORMANCE_416.id("VELOCITY", 20)] : []),
      PERFORMANCE_416.id("NOTE_ON", 30 + (note % 50)),
      PERFORMANCE_416.id("TIME_SHIFT", 100 / notesPerSecond),
      PERFORMANCE_416.id("NOTE_OFF", 30 + (note % 50)),
    ]).flat();

  /** The biases of the ids after a primer and generated music. */
  function biasesAfter(primer: readonly number[], generated: readonly number[]): Float64Array {
    const state = new PerformanceState(PERFORMANCE_416);
    const processor = primerDensityProcessor(state, primer.length);
    for (const id of [...primer, ...generated]) {
      state.push(id);
      processor.push(id);
    }
    const sums = new Float64Array(PERFORMANCE_416.size);
    for (const { first, biases } of processor.adjustment?.().biases ?? [])
      for (const [index, bias] of Array.from(biases).entries()) sums[first + index]! += bias;
    return sums;
  }

  /** The bias of the longest shift, beyond the one that it always has after a primer. Undefined without any. */
  function adjustmentAfter(primer: readonly number[], generated: readonly number[]): number | undefined {
    const found = biasesAfter(primer, generated);
    if (found.every((bias) => bias === 0)) return undefined;
    return found[PERFORMANCE_416.id("TIME_SHIFT", 100)]! - 0.06 * Math.log(10);
  }

  const rise = (ratio: number): unknown => expect.closeTo(Math.log(ratio) * Math.log(10), 1);
  const none: unknown = expect.closeTo(0, 6);

  it("weights shifts by length^0.06 and makes notes less likely by 0.15 nats within 0.55 to 1.75 times the density of the primer", () => {
    for (const generated of [[], steady(4, 20), steady(5, 20), steady(5, 59)]) {
      const found = biasesAfter(steady(5, 20), generated);
      for (const steps of [1, 10, 40, 100])
        expect(found[PERFORMANCE_416.id("TIME_SHIFT", steps)]).toBeCloseTo(0.06 * Math.log(steps / 10), 6);
      for (const kind of ["NOTE_ON", "VELOCITY"] as const) {
        const { first, count } = PERFORMANCE_416.range(kind)!;
        for (const bias of found.subarray(first, first + count)) expect(bias).toBeCloseTo(-0.15, 6);
      }
      const others = PERFORMANCE_416.range("NOTE_OFF")!;
      for (const bias of found.subarray(others.first, others.first + others.count)) expect(bias).toBe(0);
    }
  });

  it("adjusts denser and sparser music by the last ten seconds, from the fifth second on", () => {
    const primer = steady(5, 20);
    expect(adjustmentAfter(primer, steady(20, 4))).toEqual(none);
    expect(adjustmentAfter(primer, steady(20, 6))).toEqual(rise(20 / (5 * 1.75)));
    expect(adjustmentAfter(primer, steady(2, 20))).toEqual(rise(2 / (5 * 0.55)));
    expect(adjustmentAfter(primer, [...steady(20, 20), ...steady(5, 11)])).toEqual(none);
  });

  it("takes the density of the last 20 s of the primer", () => {
    expect(adjustmentAfter([...steady(20, 30), ...steady(5, 20)], steady(20, 10))).toEqual(
      rise(20 / (5 * 1.75)),
    );
  });

  it("ends after a minute of new music", () => {
    expect(adjustmentAfter(steady(5, 20), steady(20, 59))).toEqual(rise(20 / (5 * 1.75)));
    expect(adjustmentAfter(steady(5, 20), steady(20, 60))).toBeUndefined();
  });

  it("is off without a primer, and after one of under 5 s or under 10 notes", () => {
    for (const primer of [[], steady(4, 4), steady(1, 9)])
      expect(adjustmentAfter(primer, steady(20, 20))).toBeUndefined();
  });
});

describe("a logit bias", () => {
  it("changes the logits of its ids only", () => {
    const logits = Float32Array.of(0.5, -1, 2, 0, 1);
    const found = new Sampler({ seed: 1 }).probabilities(logits, { biases: [{ first: 1, biases: [1, -2] }] });
    const odds = [0.5, 0, 0, 0, 1].map(Math.exp);
    const total = odds.reduce((sum, each) => sum + each, 0);
    expect([...found]).toEqual(odds.map((each) => expect.closeTo(each / total, 12)));
  });
});
