/** Note density, in onsets per second: enforces the bounds of a density class, or those of human music. Our own rule. */
import {
  DENSITIES,
  DENSITY_NAMES,
  type DensityName,
  type PerformanceState,
  STEPS_PER_SECOND,
} from "../../encoding/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";

/** The allowed onsets per second, and the time over which they are counted. */
export interface DensityBounds {
  /** The lowest density, in onsets per second. */
  readonly from: number;
  /** The highest density, in onsets per second. */
  readonly to: number;
  /** Onsets are counted in the last `windowSteps` steps of 10 ms. */
  readonly windowSteps: number;
  /** Music shorter than this, in steps of 10 ms, is not adjusted. */
  readonly minSteps: number;
}

/**
 * Bounds for each minute. Of the minutes of `dev`, one in 25 has fewer onsets and one in eight has more. A small model that continues
 * its own music becomes denser every minute.
 */
export const HUMAN_DENSITY: DensityBounds = {
  from: 3.5,
  to: 12,
  windowSteps: 60 * STEPS_PER_SECOND,
  minSteps: 60 * STEPS_PER_SECOND,
};

/** Bounds of a density class. A small model does not follow the control token of the density closely enough by itself. */
export function densityBounds(density: DensityName): DensityBounds {
  const next = DENSITY_NAMES[DENSITY_NAMES.indexOf(density) + 1];
  return {
    from: DENSITIES[density].from,
    to: next === undefined ? Infinity : DENSITIES[next].from,
    windowSteps: 10 * STEPS_PER_SECOND,
    minSteps: 2 * STEPS_PER_SECOND,
  };
}

/** The shift, in steps, whose logit does not change; half of those in the training corpora have 7 steps or fewer. */
const NEUTRAL_STEPS = 10;
/** Limit of the exponent of a shift's length. */
const MAX_POWER = 2;

/**
 * Adjusts the probabilities of time shifts while the density is outside its bounds: p(shift) ∝ p(shift) · steps^ln(density / bound).
 * Biases on note-ons have little effect: in a run the next note is almost certain, but the time to it is not.
 */
export class DensityControl {
  readonly #bounds: DensityBounds;
  /** Steps of the onsets; those before index `#first` are older than the window. */
  #onsets: number[] = [];
  #first = 0;
  #step = 0;

  constructor(bounds: DensityBounds) {
    this.#bounds = bounds;
  }

  /** Records an onset at the current time. */
  noteOn(): void {
    this.#onsets.push(this.#step);
  }

  /** Advances the time, in steps of 10 ms. */
  advance(steps: number): void {
    this.#step += steps;
    while ((this.#onsets[this.#first] ?? Infinity) < this.#step - this.#bounds.windowSteps) this.#first += 1;
    if (2 * this.#first > this.#onsets.length) {
      this.#onsets = this.#onsets.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Biases to add to the logits of the shifts of 1 to `count` steps; undefined while the density is within its bounds. */
  shiftBiases(count: number): number[] | undefined {
    const power = this.#power;
    if (power === 0) return undefined;
    return Array.from({ length: count }, (_, i) => power * Math.log((i + 1) / NEUTRAL_STEPS));
  }

  /** The exponent: above 0 with too many notes, below 0 with too few. */
  get #power(): number {
    const { from, to, windowSteps, minSteps } = this.#bounds;
    const past = Math.min(this.#step, windowSteps);
    if (past < minSteps) return 0;
    const notes = this.#onsets.length - this.#first;
    const density = (Math.max(1, notes) * STEPS_PER_SECOND) / past;
    const nearest = Math.min(Math.max(density, from), to);
    return Math.min(Math.max(Math.log(density / nearest), -MAX_POWER), MAX_POWER);
  }
}

/**
 * The rule as a logits processor, which weights the time shifts.
 *
 * @param state receives each id before this processor.
 * @param promptLength number of prompt ids, which do not count.
 */
export function densityProcessor(
  state: PerformanceState,
  bounds: DensityBounds,
  promptLength: number,
): LogitsProcessor {
  const control = new DensityControl(bounds);
  const shifts = state.vocabulary.range("TIME_SHIFT");
  let { step, onsets } = state;
  return {
    push: () => {
      if (state.length > promptLength) {
        control.advance(state.step - step);
        if (state.onsets > onsets) control.noteOn();
      }
      ({ step, onsets } = state);
    },
    adjustment: () => {
      const biases = shifts && control.shiftBiases(shifts.count);
      return { biases: shifts && biases ? [{ first: shifts.first, biases }] : [] };
    },
  };
}
