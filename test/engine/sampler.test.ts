import { describe, expect, it } from "vitest";
import { EngineError } from "../../src/engine/errors.ts";
import { samplingTensors } from "../../src/engine/graph-sampling.ts";
import { GumbelNoise } from "../../src/engine/random.ts";
import { likeliest, Sampler } from "../../src/engine/sampler.ts";
import { OptionError, SAMPLING_OPTIONS, type SamplingOptions } from "../../src/options.ts";

const PROBABILITIES = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04];
const LOGITS = Float32Array.from(PROBABILITIES, (p) => Math.log(p) + 3);
const SAMPLES = 20_000;

/** Ids 1 to 3 stand for note-ons. */
const PITCHES = { first: 1, count: 3 };

/** Ids 0 to 3 stand for time shifts, where that matters. */
const TIMES = { first: 0, count: 4 };

/** Counts of the ids among many samples. */
function countsOf(options: SamplingOptions, logits = LOGITS, allowed?: Uint8Array): number[] {
  const sampler = new Sampler({ seed: 11, ...options }, PITCHES);
  const counts = Array.from({ length: logits.length }, () => 0);
  for (let step = 0; step < SAMPLES; step += 1) {
    const id = sampler.sample(logits, step, { allowed });
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

/** Pearson's statistic of counts against exact probabilities; ids of probability 0 must not occur. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  let sum = 0;
  for (const [id, count] of counts.entries()) {
    const expected = (probabilities[id] ?? 0) * SAMPLES;
    if (expected === 0) expect(count, `id ${id} must not be sampled`).toBe(0);
    else sum += (count - expected) ** 2 / expected;
  }
  return sum;
}

function normalized(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Exceeded once in a million by chi-square with five degrees of freedom; fewer degrees exceed it less often. */
const CHI_SQUARE_LIMIT = 35.9;

describe("Sampler", () => {
  it.each<{ options: SamplingOptions; expected: number[] }>([
    { options: {}, expected: PROBABILITIES },
    { options: { temperature: 2 }, expected: PROBABILITIES.map(Math.sqrt) },
    { options: { temperature: 0.5 }, expected: PROBABILITIES.map((p) => p * p) },
    { options: { topK: 3 }, expected: [0.4, 0.25, 0.15, 0, 0, 0] },
    // 0.4 + 0.25 = 0.65 is below 0.7, so the id that crosses it is included.
    { options: { topP: 0.7 }, expected: [0.4, 0.25, 0.15, 0, 0, 0] },
    { options: { topP: 0 }, expected: [1, 0, 0, 0, 0, 0] },
    { options: { minP: 0.2 }, expected: [0.4, 0.25, 0.15, 0.1, 0, 0] },
    { options: { topK: 5, topP: 0.9 }, expected: [0.4, 0.25, 0.15, 0.1, 0, 0] },
    // Entropy 1.52 nats; information 0.92, 1.39, 1.90, 2.30 …: the nearest are the second, the third, the first.
    { options: { typicalP: 0.3 }, expected: [0, 0.25, 0.15, 0, 0, 0] },
    { options: { typicalP: 0.5 }, expected: [0.4, 0.25, 0.15, 0, 0, 0] },
    { options: { logitBias: new Map([[5, Math.log(10)]]) }, expected: [0.4, 0.25, 0.15, 0.1, 0.06, 0.4] },
    { options: { logitBias: new Map([[0, -Infinity]]) }, expected: [0, 0.25, 0.15, 0.1, 0.06, 0.04] },
    { options: { temperature: 2, minP: 0.55 }, expected: [0.4, 0.25, 0.15, 0, 0, 0].map(Math.sqrt) },
  ])("samples from the exact distribution with $options", ({ options, expected }) => {
    expect(chiSquare(countsOf(options), normalized(expected))).toBeLessThan(CHI_SQUARE_LIMIT);
  });

  it("applies the pitch temperature among the pitches, and preserves their total probability", () => {
    // Ids 1 to 3 have probability 0.5 in total.
    const squares = [0.25, 0.15, 0.1].map((p) => p * p);
    const scale = 0.5 / squares.reduce((sum, p) => sum + p, 0);
    const expected = [0.4, ...squares.map((p) => p * scale), 0.06, 0.04];
    const sampler = new Sampler({ pitchTemperature: 0.5 }, PITCHES);
    for (const [id, p] of sampler.probabilities(LOGITS).entries())
      expect(p).toBeCloseTo(expected[id] ?? 0, 6);
    expect(chiSquare(countsOf({ pitchTemperature: 0.5 }), expected)).toBeLessThan(CHI_SQUARE_LIMIT);
    // Applied before the temperature of all ids, and to allowed ids only.
    const allowed = Uint8Array.of(1, 0, 1, 1, 1, 1);
    const both = new Sampler({ pitchTemperature: 2, temperature: 0.5 }, PITCHES).probabilities(LOGITS, {
      allowed,
    });
    const roots = [0.15, 0.1].map(Math.sqrt);
    const rootScale = 0.25 / roots.reduce((sum, p) => sum + p, 0);
    const warmed = [0.4, 0, ...roots.map((p) => p * rootScale), 0.06, 0.04].map((p) => p * p);
    for (const [id, p] of normalized(warmed).entries()) expect(both[id]).toBeCloseTo(p, 6);
    const none = new Sampler({ pitchTemperature: 2 }, PITCHES).probabilities(LOGITS, {
      allowed: Uint8Array.of(1, 0, 0, 0, 1, 0),
    });
    expect([...none]).toEqual([expect.closeTo(0.4 / 0.46, 6), 0, 0, 0, expect.closeTo(0.06 / 0.46, 6), 0]);
    expect(() => new Sampler({ pitchTemperature: 0.5 })).toThrow(OptionError);
  });

  it("applies the rhythm temperature among the time shifts, and preserves their probability and their mean", () => {
    // A beat of 25 steps with jitter, on an exponential decay.
    const shifts = Array.from(
      { length: 100 },
      (_, step) => -step / 40 - 3 * Math.sin((Math.PI * step) / 25) ** 2,
    );
    const logits = Float32Array.from([...shifts, 2]);
    const times = { first: 0, count: 100 };
    const statistics = (rhythmTemperature: number) => {
      const all = [...new Sampler({ rhythmTemperature }, undefined, undefined, times).probabilities(logits)];
      const total = all.slice(0, 100).reduce((sum, p) => sum + p, 0);
      const mean = all.slice(0, 100).reduce((sum, p, step) => sum + (p / total) * step, 0);
      return {
        total,
        mean,
        longest: all[99],
        onBeat: [0, 25, 50, 75].reduce((sum, step) => sum + (all[step] ?? 0), 0) / total,
      };
    };
    const [plain, sharp] = [statistics(1), statistics(0.5)];
    expect(sharp.total).toBeCloseTo(plain.total, 6);
    expect(sharp.mean).toBeCloseTo(plain.mean, 2);
    expect(sharp.longest).toBeCloseTo(plain.longest!, 10);
    expect(sharp.onBeat).toBeGreaterThan(1.2 * plain.onBeat);
    expect(() => new Sampler({ rhythmTemperature: 0.5 })).toThrow(OptionError);
    expect(() => new Sampler({ themes: 1 })).toThrow("themes requires a model that generates time shifts");
    expect(() => new Sampler({ themes: 0 })).not.toThrow();
  });

  it("includes ties with the last id of top-k", () => {
    const logits = Float32Array.of(1, 0, 0, -1);
    const e = Math.E;
    expect(chiSquare(countsOf({ topK: 2 }, logits), normalized([e, 1, 1, 0]))).toBeLessThan(CHI_SQUARE_LIMIT);
  });

  it("samples allowed ids only, and truncates after the mask", () => {
    const allowed = Uint8Array.of(0, 1, 1, 1, 0, 1);
    const expected = normalized([0, 0.25, 0.15, 0, 0, 0]);
    expect(chiSquare(countsOf({ topK: 2 }, LOGITS, allowed), expected)).toBeLessThan(CHI_SQUARE_LIMIT);
    expect(() => new Sampler().sample(LOGITS, 0, { allowed: new Uint8Array(6) })).toThrow(EngineError);
  });

  it("penalizes each recent id once, positive logits by division and negative ones by multiplication", () => {
    const logits = Float32Array.of(2, 1, -1, 0);
    const sampler = new Sampler({ repetitionPenalty: 2, seed: 1 });
    expect(sampler.hasGraphForm({})).toBe(false);
    const { candidates } = sampler.sampleWithCandidates(logits, 0, { recent: [0, 0, 2, 1] }, 4);
    const shares = [1, 0.5, -2, 0].map(Math.exp);
    const sum = shares.reduce((total, share) => total + share, 0);
    for (const { id, probability } of candidates)
      expect(probability).toBeCloseTo((shares[id] ?? 0) / sum, 12);
    expect(new Sampler().hasGraphForm({})).toBe(true);
  });

  it("returns the candidates and the log-probability of the distribution, and the same id as `sample`", () => {
    const sampler = new Sampler({ topK: 3, seed: 5 });
    for (let step = 0; step < 20; step += 1) {
      const { id, logProbability, candidates } = sampler.sampleWithCandidates(LOGITS, step, {}, 10);
      expect(id).toBe(sampler.sample(LOGITS, step));
      expect(candidates.map((candidate) => candidate.id)).toEqual([0, 1, 2]);
      expect(candidates.map((candidate) => candidate.probability)).toEqual([
        expect.closeTo(0.5, 6),
        expect.closeTo(0.3125, 6),
        expect.closeTo(0.1875, 6),
      ]);
      expect(Math.exp(logProbability)).toBeCloseTo(candidates[id]?.probability ?? 0, 12);
    }
    expect(sampler.sampleWithCandidates(LOGITS, 0, {}, 2).candidates).toHaveLength(2);
  });

  it("throws for a bias of an id outside the vocabulary, and for a bias that is not a number", () => {
    const biased = new Sampler({ logitBias: new Map([[9, 1]]) });
    expect(() => biased.sample(LOGITS, 0)).toThrow(OptionError);
    expect(() => biased.sample(LOGITS, 0)).toThrow("logitBias names id 9, but the model's ids end at 5");
    expect(() => new Sampler({ logitBias: new Map([[0, Number.NaN]]) })).toThrow(OptionError);
  });

  it("returns at temperature 0 the probabilities of temperature 1 without truncation", () => {
    const greedy = new Sampler({
      temperature: 0,
      topK: 2,
      topP: 0.1,
      minP: 0.9,
      typicalP: 0.1,
    }).sampleWithCandidates(LOGITS, 0, {}, 6);
    const { candidates } = new Sampler({ temperature: 1, seed: 1 }).sampleWithCandidates(LOGITS, 0, {}, 6);
    expect(greedy).toEqual({ id: 0, candidates, logProbability: Math.log(candidates[0]?.probability ?? 0) });
    expect(candidates.length).toBeGreaterThan(3);
    const allowed = Uint8Array.of(0, 1, 1, 1, 0, 1);
    expect(
      new Sampler({ temperature: 0 })
        .sampleWithCandidates(LOGITS, 0, { allowed }, 6)
        .candidates.map(({ id }) => id),
    ).toEqual(
      new Sampler({ seed: 1 }).sampleWithCandidates(LOGITS, 0, { allowed }, 6).candidates.map(({ id }) => id),
    );
  });

  it("samples the likeliest id at temperature 0", () => {
    expect(new Sampler({ temperature: 0 }).sample(Float32Array.of(1, 3, 2), 0)).toBe(1);
    expect(
      new Sampler({ temperature: 0 }).sample(Float32Array.of(1, 3, 3), 0),
      "the lowest of equal ids",
    ).toBe(1);
    expect(
      new Sampler({ temperature: 0 }).sample(Float32Array.of(1, 3, 2), 0, {
        allowed: Uint8Array.of(1, 0, 1),
      }),
    ).toBe(2);
  });

  it("samples the same ids for the same seed, and others for another seed", () => {
    const ids = (seed: number): number[] => {
      const sampler = new Sampler({ seed });
      return Array.from({ length: 50 }, (_, step) => sampler.sample(LOGITS, step));
    };
    expect(ids(3)).toEqual(ids(3));
    expect(ids(3)).not.toEqual(ids(4));
  });

  /** The values of the sampling inputs of a graph, by name without the prefix. */
  function inputsOf(sampler: Sampler, step: number, steps: number, size: number): Record<string, number[]> {
    const tensors = samplingTensors([sampler.graphInputs(step, steps, size)], size);
    return Object.fromEntries(
      Object.entries(tensors).map(([name, { data }]) => [
        name.replace("sampling.", ""),
        Array.from(data, (each) => Math.fround(Number(each))),
      ]),
    );
  }

  const OFF = {
    logitBias: [0],
    isMasked: [0],
    pitchTemperature: [1],
    temperature: [1],
    topK: [0],
    topP: [0],
    minP: [0],
    typicalP: [1],
  };

  it("returns graph inputs with its own noise, bias and options", () => {
    const options = { seed: 5, temperature: 0.8, topK: 3, topP: 0.9, minP: 0.1, typicalP: 0.7 };
    const sampler = new Sampler({ ...options, logitBias: new Map([[2, 1.5]]) });
    expect(inputsOf(sampler, 7, 2, 4)).toMatchObject({
      logitBias: [0, 0, 1.5, 0],
      temperature: [Math.fround(0.8)],
      topK: [3],
      topP: [Math.fround(1 - 0.9)],
      minP: [Math.fround(0.1)],
      typicalP: [Math.fround(0.7)],
    });
    const noise = new GumbelNoise(5);
    const rows = [7, 8].flatMap((step) => [0, 1, 2, 3].map((id) => noise.at(step, id)));
    expect(samplingTensors([sampler.graphInputs(7, 2, 4)], 4)).toMatchObject({
      "sampling.noise": { data: Float32Array.from(rows), shape: [2, 1, 4] },
    });
    const warmed = new Sampler({ pitchTemperature: 0.8 }, { first: 1, count: 2 });
    expect(inputsOf(warmed, 0, 1, 4)).toMatchObject({
      pitchTemperatureFirst: [1],
      pitchTemperatureEnd: [3],
      pitchTemperature: [Math.fround(0.8)],
    });
  });

  it("returns graph inputs without bias and truncation by default, and without noise at temperature 0", () => {
    expect(inputsOf(new Sampler({ seed: 5 }), 0, 1, 4)).toMatchObject(OFF);
    expect(inputsOf(new Sampler({ topK: 4 }), 0, 1, 4)).toMatchObject(OFF);
    const greedy = new Sampler(
      { temperature: 0, topK: 2, topP: 0.5, minP: 0.5, typicalP: 0.5, pitchTemperature: 2 },
      PITCHES,
    );
    expect(inputsOf(greedy, 0, 3, 4)).toMatchObject({ ...OFF, noise: [0, 0, 0] });
    expect(() => new Sampler({ repetitionPenalty: 2 }).graphInputs(0, 1, 4)).toThrow(TypeError);
  });

  it.each(SAMPLING_OPTIONS)("rejects $key out of range", ({ key, minimum, maximum, isInteger }) => {
    for (const value of [minimum - 1, maximum + 1, Number.NaN, ...(isInteger ? [minimum + 0.5] : [])]) {
      expect(() => new Sampler({ [key]: value }, PITCHES, undefined, TIMES), String(value)).toThrow(
        OptionError,
      );
    }
    expect(() => new Sampler({ [key]: minimum }, PITCHES, undefined, TIMES)).not.toThrow();
  });
});

describe("likeliest", () => {
  it("returns ids by descending probability, ties by ascending id, without ids of probability 0", () => {
    const probabilities = Float64Array.of(0.2, 0, 0.4, 0.2, 0.2, 0);
    const named = (count: number): number[] => likeliest(probabilities, count).map(({ id }) => id);
    expect(named(6)).toEqual([2, 0, 3, 4]);
    expect(named(2)).toEqual([2, 0]);
  });
});
