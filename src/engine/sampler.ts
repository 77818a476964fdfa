/** Logits to the next id. */
import { checkSampling, OptionError, randomSeed, type SamplingOptions } from "../options.ts";
import { EngineError } from "./errors.ts";
import { ANY_DRAW, type Draws, type IdGroup } from "./loop.ts";
import { GumbelNoise } from "./random.ts";
import { keepMinP, keepTopK, keepTopP, keepTypical, softmax, warmGroup } from "./truncation.ts";

/** What leans on some draws, besides their options. */
export interface Steering {
  /** Besides those of the options. */
  readonly biases?: readonly IdBias[];
  /** The pitch temperature is so many times that of the options: above 0, and 1 for a sampler that knows no pitches. Default 1. */
  readonly pitchTemperature?: number;
}

/** What one draw depends on besides logits and options. */
export interface DrawContext extends Steering {
  /** One byte an id, 0 where it must not be drawn; absent: all may. */
  readonly legal?: Uint8Array | undefined;
  /** Ids that the repetition penalty applies to; needed where there is one. */
  readonly recent?: Iterable<number> | undefined;
}

/** Numbers to be added to the logits of neighbouring ids, from `first` on. */
export interface IdBias {
  readonly first: number;
  readonly biases: ArrayLike<number>;
}

/** A drawn id with the distribution it was drawn from. */
export interface Draw {
  readonly id: number;
  /** ln p of the id, after legality, temperature and truncation; at temperature 0 as at 1, without truncation. */
  readonly logProbability: number;
  /** The likeliest ids with their probabilities, which are those of `logProbability`, falling; impossible ids are left out. */
  readonly candidates: readonly Candidate[];
}

/** An id that a draw may give, and how likely it is to: 0 to 1, by the sampler's options. */
export interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/**
 * Draws ids in the order of Hugging Face's processors: bias and repetition penalty, legality, temperature (of pitches, then of
 * all), top-k, top-p, min-p, typical. The draw is the largest `score + Gumbel noise` of what is left.
 */
export class Sampler {
  /** The seed in use, given or chosen. */
  readonly seed: number;
  readonly #options: SamplingOptions;
  readonly #noise: GumbelNoise;
  /** Those that begin a note. */
  readonly #pitches: Pick<IdGroup, "first" | "count"> | undefined;

  /**
   * @param pitches which ids begin a note; without them there is no `pitchTemperature`.
   * @throws OptionError when an option is out of range.
   */
  constructor(options: SamplingOptions = {}, pitches?: Pick<IdGroup, "first" | "count">) {
    checkSampling(options);
    this.#pitches = pitches;
    this.seed = options.seed ?? randomSeed();
    this.#options = options;
    this.#noise = new GumbelNoise(this.seed);
    this.#warmPitches(); // throws where there are none
  }

  /** Whether draws need to be told of recent ids. */
  get needsRecent(): boolean {
    return (this.#options.repetitionPenalty ?? 1) !== 1;
  }

  /**
   * @param logits `[vocabulary]`, finite.
   * @param step counts the draws of a generation; together with the seed it fixes the noise.
   * @throws EngineError when no id is legal; OptionError for a pitch temperature that is out of range, or of no pitches.
   */
  sample(logits: Float32Array, step: number, context: DrawContext = {}): number {
    return this.#pick(this.#scores(logits, context), step);
  }

  /** `sample`, with the `count` likeliest candidates and the log-probability of the drawn id. */
  draw(logits: Float32Array, step: number, context: DrawContext, count: number): Draw {
    const scores = this.#scores(logits, context);
    const id = this.#pick(scores, step);
    const probabilities = softmax(scores);
    const candidates = likeliest(probabilities, count);
    return { id, logProbability: Math.log(probabilities[id]!), candidates };
  }

  /**
   * The distribution that a draw is made from: a probability for each id, 0 where it cannot be drawn. At temperature 0,
   * where nothing is left to chance, that of temperature 1 without truncation.
   */
  probabilities(logits: Float32Array, context: DrawContext = {}): Float64Array {
    return softmax(this.#scores(logits, context));
  }

  /**
   * The same draws for a graph to make, which gives the same ids where the two best are not within rounding of each
   * other. Not for a sampler that `needsRecent`: the graph knows no recent ids.
   *
   * @param step of the first draw.
   * @param steering of all of them.
   */
  graphDraws(step: number, steps: number, vocabularySize: number, steering: Steering = {}): Draws {
    if (this.needsRecent) throw new TypeError("the repetition penalty is not for graphs");
    const { temperature = 1, topK = Infinity, topP = 1, minP = 0, typicalP = 1 } = this.#options;
    const { biases = [], pitchTemperature } = steering;
    const bias = new Float64Array(this.#options.logitBias || biases.length > 0 ? vocabularySize : 1);
    this.#bias(bias, biases);
    const common = { steps, bias: Float32Array.from(bias) };
    if (temperature === 0) return { ...ANY_DRAW, ...common, noise: new Float32Array(steps) };
    const noise = new Float32Array(steps * vocabularySize);
    for (let row = 0; row < steps; row += 1) {
      for (let id = 0; id < vocabularySize; id += 1) {
        noise[row * vocabularySize + id] = this.#noise.at(step + row, id);
      }
    }
    const kept = { topK: topK < vocabularySize ? topK : 0, topP, minP, typicalP };
    return { ...common, noise, group: this.#warmPitches(pitchTemperature), temperature, ...kept };
  }

  /** Scores of the ids that may be drawn, −∞ for the others; at temperature 0 of those that are legal. */
  #scores(logits: Float32Array, { legal, recent, biases, pitchTemperature }: DrawContext): Float64Array {
    const { temperature = 1, topK, topP = 1, minP = 0, typicalP = 1 } = this.#options;
    const scores = new Float64Array(logits);
    this.#bias(scores, biases);
    if (this.needsRecent) penalise(scores, recent ?? [], this.#options.repetitionPenalty ?? 1);
    if (legal) for (let id = 0; id < scores.length; id += 1) if (legal[id] === 0) scores[id] = -Infinity;
    if (!scores.some((score) => score > -Infinity)) throw nothingToDraw();
    // The likeliest comes whatever else is kept; what the model holds of the others is worth seeing all the same.
    if (temperature === 0) return scores;
    const pitches = this.#warmPitches(pitchTemperature);
    if (pitches) warmGroup(scores, pitches);
    for (let id = 0; id < scores.length; id += 1) scores[id]! /= temperature;
    if (topK !== undefined) keepTopK(scores, topK);
    keepTopP(scores, topP);
    keepMinP(scores, minP);
    keepTypical(scores, typicalP);
    return scores;
  }

  /** Those that begin a note, where they have a temperature of their own. */
  #warmPitches(steered = 1): IdGroup | undefined {
    const temperature = steered * (this.#options.pitchTemperature ?? 1);
    if (temperature === 1) return undefined;
    if (!this.#pitches)
      throw new OptionError("pitchTemperature is of music, which this is not", {
        code: "not-for-this-model",
        hint: "leave pitchTemperature out, or load a music model",
      });
    if (!(temperature > 0))
      throw new OptionError(`pitchTemperature must be above 0, is led to ${temperature}`);
    return { ...this.#pitches, temperature };
  }

  #bias(scores: Float64Array, more: readonly IdBias[] = []): void {
    for (const [id, bias] of this.#options.logitBias ?? []) {
      if (!(id in scores))
        throw new OptionError(`logitBias names id ${id}, the model's end at ${scores.length - 1}`, {
          code: "out-of-range",
          hint: "take only ids of the model's vocabulary",
        });
      scores[id]! += bias;
    }
    for (const { first, biases } of more) {
      for (let i = 0; i < biases.length; i += 1) scores[first + i]! += biases[i]!;
    }
  }

  /** The id with the highest noisy score; at temperature 0 the lowest of the likeliest. */
  #pick(scores: Float64Array, step: number): number {
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

/** Why there is no draw. */
export function nothingToDraw(): EngineError {
  return new EngineError("no id is legal, so none can be drawn", {
    code: "no-allowed-id",
    hint: "exclude fewer ids by logitBias, or check the constraint",
  });
}

/** The likeliest ids, falling; of equal ones the lower first. Ids that cannot be drawn are left out. */
export function likeliest(probabilities: Float64Array, count: number): Candidate[] {
  const kept = probabilities.slice();
  keepTopK(kept, count);
  const candidates: Candidate[] = [];
  for (const [id, probability] of kept.entries()) if (probability > 0) candidates.push({ id, probability });
  return candidates.sort((a, b) => b.probability - a.probability || a.id - b.id).slice(0, count);
}

/** Makes ids that came lately less likely, once each (Keskar et al. 2019, "CTRL"; as in Hugging Face's processor). */
function penalise(scores: Float64Array, recent: Iterable<number>, penalty: number): void {
  for (const id of new Set(recent)) {
    const score = scores[id]!;
    scores[id] = score > 0 ? score / penalty : score * penalty;
  }
}
