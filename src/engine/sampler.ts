/** Sampling: logits to the next id. */
import { checkSampling, OptionError, randomSeed, type SamplingOptions } from "../options.ts";
import { EngineError } from "./errors.ts";
import { DEFAULT_INPUTS, type SamplingInputs, type TokenClass } from "./loop.ts";
import { GumbelNoise } from "./random.ts";
import { keepMinP, keepTopK, keepTopP, keepTypical, softmax, applyClassTemperature } from "./truncation.ts";

/** Added to the logits, or multiplied with the pitch temperature, for some steps. */
export interface LogitAdjustment {
  /** In addition to `logitBias`. */
  readonly biases?: readonly IdBias[];
  /** Factor of the pitch temperature: above 0; 1 for a sampler without pitches. Default 1. */
  readonly pitchTemperature?: number;
}

/** What one sample depends on besides logits and options. */
export interface SamplingContext extends LogitAdjustment {
  /** One byte per id, 0 for excluded ids. Default: all ids are allowed. */
  readonly allowed?: Uint8Array | undefined;
  /** Ids that the repetition penalty applies to; required if `needsRecent`. */
  readonly recent?: Iterable<number> | undefined;
}

/** Numbers to add to the logits of consecutive ids, from `first` on. */
export interface IdBias {
  readonly first: number;
  readonly biases: ArrayLike<number>;
}

/** A sampled id, and the distribution it was sampled from. */
export interface Sample {
  readonly id: number;
  /** ln p of the id, after the mask, temperature and truncation; at temperature 0 as at 1, without truncation. */
  readonly logProbability: number;
  /** The likeliest ids and their probabilities, in descending order, without ids of probability 0. */
  readonly candidates: readonly Candidate[];
}

/** An id and its probability under the sampler's options, 0 to 1. */
export interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/**
 * Samples ids. The rules apply in the order of Hugging Face's processors: bias, repetition penalty, mask, temperature (of
 * pitches, then of all), top-k, top-p, min-p, typical. The sample is the id with the largest `score + Gumbel noise`.
 */
export class Sampler {
  /** The seed in use: the option, or a random one. */
  readonly seed: number;
  readonly #options: SamplingOptions;
  readonly #noise: GumbelNoise;
  /** The note-on ids. */
  readonly #pitches: Pick<TokenClass, "first" | "count"> | undefined;

  /**
   * @param pitches the note-on ids, which `pitchTemperature` applies to.
   * @throws OptionError for an option out of range, or `pitchTemperature` without pitches.
   */
  constructor(options: SamplingOptions = {}, pitches?: Pick<TokenClass, "first" | "count">) {
    checkSampling(options);
    this.#pitches = pitches;
    this.seed = options.seed ?? randomSeed();
    this.#options = options;
    this.#noise = new GumbelNoise(this.seed);
    this.#pitchClass(); // throws without pitches
  }

  /** Whether `SamplingContext.recent` is required: there is a repetition penalty. */
  get needsRecent(): boolean {
    return (this.#options.repetitionPenalty ?? 1) !== 1;
  }

  /**
   * @param logits `[vocabulary]`, finite.
   * @param step number of the sample in its generation, from 0; seed and step fix the noise.
   * @throws EngineError when no id is allowed; OptionError for a pitch temperature out of range, or without pitches.
   */
  sample(logits: Float32Array, step: number, context: SamplingContext = {}): number {
    return this.#argmax(this.#scores(logits, context), step);
  }

  /** As `sample`, with the `count` likeliest candidates and the log-probability of the sampled id. */
  sampleWithCandidates(logits: Float32Array, step: number, context: SamplingContext, count: number): Sample {
    const scores = this.#scores(logits, context);
    const id = this.#argmax(scores, step);
    const probabilities = softmax(scores);
    const candidates = likeliest(probabilities, count);
    return { id, logProbability: Math.log(probabilities[id]!), candidates };
  }

  /**
   * The distribution that `sample` samples from, `[vocabulary]`; at temperature 0, that of temperature 1 without truncation.
   */
  probabilities(logits: Float32Array, context: SamplingContext = {}): Float64Array {
    return softmax(this.#scores(logits, context));
  }

  /**
   * The inputs for sampling in the graph. It samples the same ids, unless the two best scores are equal within rounding.
   *
   * @param step of the first sample.
   * @param adjustment for all samples.
   * @throws TypeError if `needsRecent`: the graph has no repetition penalty.
   */
  graphInputs(
    step: number,
    steps: number,
    vocabularySize: number,
    adjustment: LogitAdjustment = {},
  ): SamplingInputs {
    if (this.needsRecent) throw new TypeError("the graph has no repetition penalty");
    const { temperature = 1, topK = Infinity, topP = 1, minP = 0, typicalP = 1 } = this.#options;
    const { biases = [], pitchTemperature } = adjustment;
    const bias = new Float64Array(this.#options.logitBias || biases.length > 0 ? vocabularySize : 1);
    this.#bias(bias, biases);
    const common = { steps, bias: Float32Array.from(bias) };
    if (temperature === 0) return { ...DEFAULT_INPUTS, ...common, noise: new Float32Array(steps) };
    const noise = new Float32Array(steps * vocabularySize);
    for (let row = 0; row < steps; row += 1) {
      for (let id = 0; id < vocabularySize; id += 1) {
        noise[row * vocabularySize + id] = this.#noise.at(step + row, id);
      }
    }
    const kept = { topK: topK < vocabularySize ? topK : 0, topP, minP, typicalP };
    return { ...common, noise, tokenClass: this.#pitchClass(pitchTemperature), temperature, ...kept };
  }

  /** Scores of the ids that remain, −∞ for the others; at temperature 0 without truncation. */
  #scores(
    logits: Float32Array,
    { allowed, recent, biases, pitchTemperature }: SamplingContext,
  ): Float64Array {
    const { temperature = 1, topK, topP = 1, minP = 0, typicalP = 1 } = this.#options;
    const scores = new Float64Array(logits);
    this.#bias(scores, biases);
    if (this.needsRecent) penalize(scores, recent ?? [], this.#options.repetitionPenalty ?? 1);
    if (allowed) for (let id = 0; id < scores.length; id += 1) if (allowed[id] === 0) scores[id] = -Infinity;
    if (!scores.some((score) => score > -Infinity)) throw emptyDistribution();
    // The likeliest id is sampled in any case; the others are kept for `candidates`.
    if (temperature === 0) return scores;
    const pitches = this.#pitchClass(pitchTemperature);
    if (pitches) applyClassTemperature(scores, pitches);
    for (let id = 0; id < scores.length; id += 1) scores[id]! /= temperature;
    if (topK !== undefined) keepTopK(scores, topK);
    keepTopP(scores, topP);
    keepMinP(scores, minP);
    keepTypical(scores, typicalP);
    return scores;
  }

  /** The note-on ids with their temperature; undefined for temperature 1. */
  #pitchClass(factor = 1): TokenClass | undefined {
    const temperature = factor * (this.#options.pitchTemperature ?? 1);
    if (temperature === 1) return undefined;
    if (!this.#pitches)
      throw new OptionError("pitchTemperature requires a music vocabulary", {
        code: "not-for-this-model",
        hint: "leave pitchTemperature out, or load a music model",
      });
    if (!(temperature > 0))
      throw new OptionError(`pitchTemperature must be above 0, but its adjustment makes it ${temperature}`);
    return { ...this.#pitches, temperature };
  }

  #bias(scores: Float64Array, more: readonly IdBias[] = []): void {
    for (const [id, bias] of this.#options.logitBias ?? []) {
      if (!(id in scores))
        throw new OptionError(`logitBias names id ${id}, but the model's ids end at ${scores.length - 1}`, {
          code: "out-of-range",
          hint: "use ids of the model's vocabulary only",
        });
      scores[id]! += bias;
    }
    for (const { first, biases } of more) {
      for (let i = 0; i < biases.length; i += 1) scores[first + i]! += biases[i]!;
    }
  }

  /** The id with the highest noisy score; at temperature 0 the lowest id with the highest score. */
  #argmax(scores: Float64Array, step: number): number {
    const isGreedy = this.#options.temperature === 0;
    let best = 0;
    let bestScore = -Infinity;
    for (let id = 0; id < scores.length; id += 1) {
      const score = scores[id] ?? -Infinity;
      if (score === -Infinity) continue;
      const noisy = isGreedy ? score : score + this.#noise.at(step, id);
      if (noisy > bestScore) {
        best = id;
        bestScore = noisy;
      }
    }
    return best;
  }
}

/** The error for a distribution without ids. */
export function emptyDistribution(): EngineError {
  return new EngineError("no id is allowed, so none can be sampled", {
    code: "no-allowed-id",
    hint: "exclude fewer ids by logitBias, or check the logits processor",
  });
}

/** The likeliest ids in descending order, equal ones by id, without ids of probability 0. */
export function likeliest(probabilities: Float64Array, count: number): Candidate[] {
  const kept = probabilities.slice();
  keepTopK(kept, count);
  const candidates: Candidate[] = [];
  for (const [id, probability] of kept.entries()) if (probability > 0) candidates.push({ id, probability });
  return candidates.sort((a, b) => b.probability - a.probability || a.id - b.id).slice(0, count);
}

/** Repetition penalty, once per id (Keskar et al. 2019, "CTRL"; as in Hugging Face's processor). */
function penalize(scores: Float64Array, recent: Iterable<number>, penalty: number): void {
  for (const id of new Set(recent)) {
    const score = scores[id]!;
    scores[id] = score > 0 ? score / penalty : score * penalty;
  }
}
