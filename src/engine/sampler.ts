/** Sampling: logits to the next id. */
import { checkSampling, randomSeed, type SamplingOptions } from "../options.ts";
import { EngineError } from "./errors.ts";
import type { SamplingInputs } from "./graph-sampling.ts";
import { GumbelNoise } from "./random.ts";
import {
  argmax,
  firstId,
  type IdRange,
  keepTopK,
  type RuleInput,
  RULES,
  type SamplingContext,
  softmax,
} from "./sampling/index.ts";

const PROCESSORS = RULES.filter((rule) => !rule.isWarper);
const WARPERS = RULES.filter((rule) => rule.isWarper);

/** A sampled id, and the distribution it was sampled from. */
export interface Sample {
  readonly id: number;
  /** ln p of the id, after the mask, temperature and truncation; at temperature 0, that of temperature 1 without truncation. */
  readonly logProbability: number;
  /** The likeliest ids and their probabilities, in descending order, without ids of probability 0. */
  readonly candidates: readonly Candidate[];
}

/** An id and its probability under the sampler's options, 0 to 1. */
export interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/** Samples ids: the rules of `sampling/index.ts` are applied in their order; then the Gumbel-max trick selects one id. */
export class Sampler {
  /** The seed in use: the option, or a random one. */
  readonly seed: number;
  readonly #options: SamplingOptions;
  readonly #noise: GumbelNoise;
  readonly #pitches: IdRange | undefined;
  readonly #velocities: IdRange | undefined;
  readonly #times: IdRange | undefined;

  /**
   * @param pitches the note-on ids, which `pitchTemperature` applies to.
   * @param velocities the velocity ids, which `dynamics` applies to.
   * @param times the time shift ids by rising length, which `rhythmTemperature` applies to.
   * @throws OptionError for an option out of range, or one without its ids.
   */
  constructor(options: SamplingOptions = {}, pitches?: IdRange, velocities?: IdRange, times?: IdRange) {
    checkSampling(options);
    this.#pitches = pitches;
    this.#velocities = velocities;
    this.#times = times;
    this.seed = options.seed ?? randomSeed();
    this.#options = options;
    this.#noise = new GumbelNoise(this.seed);
    for (const rule of RULES) rule.check?.(this.#input({}));
  }

  /**
   * @param logits `[vocabulary]`, or those of `context.slice`; finite.
   * @param step number of the sample in its generation, from 0; seed and step fix the noise.
   * @throws EngineError when no id is allowed; OptionError for a pitch temperature out of range, or without pitches.
   */
  sample(logits: Float32Array, step: number, context: SamplingContext = {}): number {
    return this.#choose(this.#scores(logits, context), step, firstId(context));
  }

  /** As `sample`, but returns undefined when no id is allowed. */
  sampleIfAllowed(logits: Float32Array, step: number, context: SamplingContext): number | undefined {
    try {
      return this.sample(logits, step, context);
    } catch (error) {
      if (error instanceof EngineError && error.code === "no-allowed-id") return undefined;
      throw error;
    }
  }

  /** As `sample`, with the `count` likeliest candidates and the log-probability of the sampled id. */
  sampleWithCandidates(logits: Float32Array, step: number, context: SamplingContext, count: number): Sample {
    const scores = this.#scores(logits, context);
    const first = firstId(context);
    const id = this.#choose(scores, step, first);
    const probabilities = softmax(scores);
    const candidates = likeliest(probabilities, count, first);
    return { id, logProbability: Math.log(probabilities[id - first]!), candidates };
  }

  /**
   * The distribution that `sample` samples from, of the ids of the logits; at temperature 0, that of temperature 1 without
   * truncation.
   */
  probabilities(logits: Float32Array, context: SamplingContext = {}): Float64Array {
    return softmax(this.#scores(logits, context));
  }

  /** Whether all rules that are on have a graph form. */
  hasGraphForm(context: SamplingContext): boolean {
    const input = this.#input(context);
    return RULES.every((rule) => rule.graph !== undefined || !rule.isOn(input));
  }

  /**
   * The inputs for sampling in the graph. It samples the same ids, unless the two best scores are equal within rounding.
   *
   * @param step of the first sample.
   * @param context for all samples.
   * @throws TypeError unless `hasGraphForm`; OptionError as `sample`.
   */
  graphInputs(
    step: number,
    steps: number,
    vocabularySize: number,
    context: SamplingContext = {},
  ): SamplingInputs {
    if (!this.hasGraphForm(context)) throw new TypeError("a rule has no graph form");
    const rules = this.#input(context);
    for (const rule of RULES) rule.check?.(rules);
    const isGreedy = this.#isGreedy;
    const noise = isGreedy ? new Float32Array(steps) : this.#noiseRows(step, steps, vocabularySize);
    return { steps, rules, isGreedy, noise };
  }

  /** `[steps, vocabulary]` */
  #noiseRows(step: number, steps: number, vocabularySize: number): Float32Array {
    const noise = new Float32Array(steps * vocabularySize);
    for (let row = 0; row < steps; row += 1) {
      for (let id = 0; id < vocabularySize; id += 1) {
        noise[row * vocabularySize + id] = this.#noise.at(step + row, id);
      }
    }
    return noise;
  }

  /** Scores of the ids that remain, −∞ for the others; at temperature 0 without warpers. */
  #scores(logits: Float32Array, context: SamplingContext): Float64Array {
    const scores = new Float64Array(logits);
    const input = this.#input(context);
    for (const rule of PROCESSORS) rule.apply(scores, input);
    if (!scores.some((score) => score > -Infinity)) throw emptyDistribution();
    // The likeliest id is sampled in any case; the others are kept for `candidates`.
    if (this.#isGreedy) return scores;
    for (const rule of WARPERS) rule.apply(scores, input);
    return scores;
  }

  #input(context: SamplingContext): RuleInput {
    return {
      options: this.#options,
      context,
      pitches: this.#pitches,
      velocities: this.#velocities,
      times: this.#times,
    };
  }

  get #isGreedy(): boolean {
    return this.#options.temperature === 0;
  }

  /** @param first id of the first score. */
  #choose(scores: Float64Array, step: number, first: number): number {
    return (
      first +
      argmax(scores, this.#isGreedy ? undefined : (i, least) => this.#noise.at(step, first + i, least))
    );
  }
}

/** The error for a distribution without ids. */
export function emptyDistribution(): EngineError {
  return new EngineError("no id is allowed, so none can be sampled", {
    code: "no-allowed-id",
    hint: "exclude fewer ids by logitBias, or check the logits processor",
  });
}

/**
 * The likeliest ids in descending order, equal ones by id, without ids of probability 0.
 *
 * @param first id of the first probability. Default 0.
 */
export function likeliest(probabilities: Float64Array, count: number, first = 0): Candidate[] {
  const kept = probabilities.slice();
  keepTopK(kept, count);
  const candidates: Candidate[] = [];
  for (const [i, probability] of kept.entries())
    if (probability > 0) candidates.push({ id: first + i, probability });
  return candidates.sort((a, b) => b.probability - a.probability || a.id - b.id).slice(0, count);
}
