/**
 * A factor for the rate of note ends (a hazard rate) in a piece, relative to the rate in all pieces, since pianists, pedaling and halls
 * differ. It is a gamma frailty (Vaupel et al. 1979), sampled from its conjugate posterior given the music so far. The prior and the weight
 * were fitted by maximum likelihood to 7,090 passages of 20 s of the training pieces and the 30 s after each (`bench/twin/end_factor.py`,
 * docs/experiments/piano.md).
 */
import type { NoteState } from "../../encoding/index.ts";
import { expectedEnds, registerOf } from "./end-rates.ts";
import { HALF_STEP, randomNumbers } from "./random-numbers.ts";

/** The lowest age that counts, in steps of 10 ms: ends at lower ages predict the factor poorly. */
const MIN_AGE_STEPS = 150;
/** The gamma prior: its mean, and its rate parameter in expected ends. */
const PRIOR_MEAN = 1.8;
const PRIOR_RATE = 1.84;
/** The weight of one end in the likelihood. It is below 1, since ends are not independent (notes end together) and pieces change. */
const END_WEIGHT = 0.17;
/** A new factor is sampled every 60 s. */
const PERIOD_STEPS = 6000;

/** The factors of a continuation. */
export class EndFactors {
  readonly #seed: number;
  readonly #mean: number;
  readonly #shape: number;
  #period = -1;
  #factor = 1;

  /**
   * @param notes the last notes of the music so far; sounding notes have no `endStep`.
   * @param step the end of this music.
   */
  constructor(seed: number, notes: readonly NoteState[], step: number) {
    let [ends, expected] = [0, 0];
    for (const { pitch, startStep, endStep } of notes) {
      const age = (endStep ?? step) - startStep;
      if (age < MIN_AGE_STEPS) continue;
      expected += expectedEnds(registerOf(pitch), MIN_AGE_STEPS, age);
      if (endStep !== undefined) ends += 1;
    }
    this.#seed = seed;
    this.#shape = PRIOR_RATE * PRIOR_MEAN + END_WEIGHT * ends;
    this.#mean = this.#shape / (PRIOR_RATE + END_WEIGHT * expected);
  }

  /** The factor at a step: a function of the seed and of the minute of the step. */
  at(step: number): number {
    const period = Math.floor(step / PERIOD_STEPS);
    if (period !== this.#period) {
      this.#period = period;
      this.#factor = this.#mean * gamma(this.#shape, randomNumbers(this.#seed, "endFactor", period));
    }
    return this.#factor;
  }
}

/** A gamma variate of mean 1 from two uniform numbers, by the approximation of Wilson and Hilferty (1931). */
function gamma(shape: number, [first, second]: readonly [number, number]): number {
  const normal = Math.sqrt(-2 * Math.log(first + HALF_STEP)) * Math.cos(2 * Math.PI * second);
  const root = 1 - 1 / (9 * shape) + normal / (3 * Math.sqrt(shape));
  return Math.max(0, root) ** 3;
}
