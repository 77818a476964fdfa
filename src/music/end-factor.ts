/**
 * Factors of the rate of note ends (a hazard rate) in a piece, relative to all pieces: pianist, pedal and hall differ. A gamma frailty
 * (Vaupel et al. 1979) with its conjugate posterior after the music so far. Fitted by maximum likelihood to 7,090 passages of 20 s of the
 * training pieces and the 30 s after each (`bench/twin/end_factor.py`, docs/experiments/piano.md).
 */
import type { NoteState } from "../../encoding/index.ts";
import { expectedEnds, registerOf } from "./end-rates.ts";
import { HALF_STEP, randomNumbers } from "./random-numbers.ts";

/** The lowest age that counts, in steps of 10 ms: earlier ends predict the factor poorly. */
const FIRST_AGE_STEPS = 150;
/** The gamma prior: its mean, and its rate in expected ends. */
const PRIOR_MEAN = 1.8;
const PRIOR_ENDS = 1.84;
/** The weight of one end in the likelihood. It is below 1, since notes end together and pieces change. */
const END_WEIGHT = 0.17;
/** How long a factor stays the same: 60 s. */
const FACTOR_STEPS = 6000;

/** The factors of a continuation over time. */
export class EndFactors {
  readonly #seed: number;
  readonly #mean: number;
  readonly #shape: number;
  #minute = -1;
  #factor = 1;

  /**
   * @param notes the last notes of the music so far; sounding notes have no `endStep`.
   * @param step the end of this music.
   */
  constructor(seed: number, notes: readonly NoteState[], step: number) {
    let [ends, expected] = [0, 0];
    for (const { pitch, startStep, endStep } of notes) {
      const age = (endStep ?? step) - startStep;
      if (age < FIRST_AGE_STEPS) continue;
      expected += expectedEnds(registerOf(pitch), FIRST_AGE_STEPS, age);
      if (endStep !== undefined) ends += 1;
    }
    this.#seed = seed;
    this.#shape = PRIOR_ENDS * PRIOR_MEAN + END_WEIGHT * ends;
    this.#mean = this.#shape / (PRIOR_ENDS + END_WEIGHT * expected);
  }

  /** The factor of the rates of ends at a step: random by the seed, and the same for a minute. */
  at(step: number): number {
    const minute = Math.floor(step / FACTOR_STEPS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#factor = this.#mean * gamma(this.#shape, randomNumbers(this.#seed, "endFactor", minute));
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
