/** Logits to the next id. */
import { checkSampling, randomSeed, type SamplingOptions } from "../options.ts";
import { GumbelNoise } from "./random.ts";

/**
 * Draws ids in the order of OpenAI's and Hugging Face's samplers: legality, temperature, top-k (ties kept), top-p (the
 * id that crosses the sum is kept), min-p. The draw is the largest `logit / temperature + Gumbel noise` of what is left.
 */
export class Sampler {
  /** The seed in use, given or chosen. */
  readonly seed: number;
  readonly #temperature: number;
  readonly #topK: number;
  readonly #topP: number;
  readonly #minP: number;
  readonly #noise: GumbelNoise;

  /** @throws OptionError when an option is out of range. */
  constructor(options: SamplingOptions = {}) {
    checkSampling(options);
    this.seed = options.seed ?? randomSeed();
    this.#temperature = options.temperature ?? 1;
    this.#topK = options.topK ?? Infinity;
    this.#topP = options.topP ?? 1;
    this.#minP = options.minP ?? 0;
    this.#noise = new GumbelNoise(this.seed);
  }

  /**
   * @param logits `[vocabulary]`, finite.
   * @param step counts the draws of a generation; together with the seed it fixes the noise.
   * @param legal one byte an id, 0 where it must not be drawn; absent: all may.
   * @throws RangeError when no id is legal.
   */
  sample(logits: Float32Array, step: number, legal?: Uint8Array): number {
    const candidates = legalIds(logits, legal);
    if (this.#temperature === 0) return best(candidates, (id) => logits[id] ?? -Infinity);
    const scaled = (id: number): number => (logits[id] ?? -Infinity) / this.#temperature;
    const kept = this.#truncate(candidates, scaled);
    return best(kept, (id) => scaled(id) + this.#noise.at(step, id));
  }

  #truncate(candidates: readonly number[], scaled: (id: number) => number): readonly number[] {
    let kept = candidates;
    if (this.#topK < kept.length || this.#topP < 1) {
      const sorted = [...kept].sort((a, b) => scaled(b) - scaled(a));
      kept = keepTopP(keepTopK(sorted, scaled, this.#topK), scaled, this.#topP);
    }
    if (this.#minP > 0) {
      const top = kept.reduce((highest, id) => Math.max(highest, scaled(id)), -Infinity);
      // p / pTop >= minP, in logarithms.
      const threshold = top + Math.log(this.#minP);
      kept = kept.filter((id) => scaled(id) >= threshold);
    }
    return kept;
  }
}

/** @param sorted ids by falling logit. */
function keepTopK(
  sorted: readonly number[],
  scaled: (id: number) => number,
  topK: number,
): readonly number[] {
  const last = sorted[topK - 1];
  if (last === undefined) return sorted;
  let count = topK;
  for (let next = sorted[count]; next !== undefined && scaled(next) === scaled(last); next = sorted[count])
    count += 1;
  return sorted.slice(0, count);
}

/** @param sorted ids by falling logit. */
function keepTopP(
  sorted: readonly number[],
  scaled: (id: number) => number,
  topP: number,
): readonly number[] {
  if (topP >= 1) return sorted;
  const top = scaled(sorted[0] ?? 0);
  const weights = sorted.map((id) => Math.exp(scaled(id) - top));
  const wanted = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let count = 0;
  do {
    sum += weights[count] ?? 0;
    count += 1;
  } while (sum < wanted && count < sorted.length);
  return sorted.slice(0, count);
}

function legalIds(logits: Float32Array, legal: Uint8Array | undefined): number[] {
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id += 1) if (legal === undefined || legal[id] === 1) ids.push(id);
  if (ids.length === 0) throw new RangeError("no id is legal, so none can be drawn");
  return ids;
}

/** The id with the highest score; the lowest of equals. */
function best(ids: readonly number[], score: (id: number) => number): number {
  let bestId = ids[0] ?? 0;
  let bestScore = -Infinity;
  for (const id of ids) {
    const value = score(id);
    if (value > bestScore) {
      bestScore = value;
      bestId = id;
    }
  }
  return bestId;
}
