/**
 * How much sooner or later the notes of a piece end than notes of all pieces: the pianist, the pedal and the hall. In statistics a gamma
 * frailty, with the conjugate posterior after the music so far. Fitted by maximum likelihood to 7,090 passages of 20 s and the 30 s after
 * them, of the training pieces (`bench/twin/end_factor.py`, docs/experiments/piano.md).
 */
import type { NoteState } from "../../encoding/index.ts";
import { expectedEnds, registerOf } from "./end-rates.ts";
import { HALF_STEP, randomNumbers } from "./random-numbers.ts";

/** Ends at a younger age, in steps of 10 ms, say little. */
const FIRST_AGE_STEPS = 150;
/** The prior: mean, and the expected ends that weigh as much. */
const PRIOR_MEAN = 1.8;
const PRIOR_ENDS = 1.84;
/** The weight of an end. It is far less than 1: notes end together, and pieces change. */
const END_WEIGHT = 0.17;
/** A factor holds for a minute. */
const FACTOR_STEPS = 6000;

/** The factors of a continuation. */
export class EndFactors {
  readonly #seed: number;
  readonly #mean: number;
  readonly #shape: number;
  #minute = -1;
  #factor = 1;

  /**
   * @param notes the last notes of the music so far; those that sound have no `endStep`.
   * @param step its end.
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

  /** By how much to multiply the rates of ends at a step: the same for a minute, at random by the seed. */
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
