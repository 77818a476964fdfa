/** Note density, in onsets per second: enforces the bounds of a density class, or those of human music. A heuristic of this project. */
import {
  DENSITIES,
  DENSITY_NAMES,
  type DensityName,
  type PerformanceState,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import type { IdBias, LogitsProcessor } from "../engine/index.ts";

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
 * The density of human music, over 60 s. Of the minutes of `dev`, one in 25 has a lower density and one in eight has a higher one. The
 * density of a small model that continues its own music increases every minute.
 */
export const HUMAN_DENSITY: DensityBounds = {
  from: 3.5,
  to: 12,
  windowSteps: 60 * STEPS_PER_SECOND,
  minSteps: 60 * STEPS_PER_SECOND,
};

/**
 * The bounds of the density over 10 s in the first minute of a continuation, as multiples of the primer's. They are the 5th and the 95th
 * percentile of human music, on `dev`. A small model deviates further, above all towards higher densities.
 */
const MIN_PRIMER_RATIO = 0.55;
const MAX_PRIMER_RATIO = 1.75;
/** The density of a primer is that of its last 20 s. */
const PRIMER_STEPS = 20 * STEPS_PER_SECOND;
/** A primer that is shorter, or has fewer notes, sets no bounds. */
const PRIMER_MIN_STEPS = 5 * STEPS_PER_SECOND;
const PRIMER_MIN_NOTES = 10;
/** The length of the music with the bounds of the primer; the bounds of human music apply throughout. */
const PRIMER_BOUNDS_STEPS = 60 * STEPS_PER_SECOND;
/**
 * In the first minute, time shifts are weighted by a power of their length with this exponent, and notes are penalized by this many nats.
 * Otherwise version 5 of `piano` generates 7 % more notes than people play after the same primer, with 11 % more polyphony. Chosen on the
 * `dev` pieces (docs/experiments/piano.md).
 */
const SHIFT_POWER = 0.06;
const NOTE_PENALTY = 0.15;

/** Bounds for the first minute after a primer. @param density of the primer, in onsets per second. */
export function primerBounds(density: number): DensityBounds {
  return {
    from: MIN_PRIMER_RATIO * density,
    to: MAX_PRIMER_RATIO * density,
    windowSteps: 10 * STEPS_PER_SECOND,
    minSteps: 5 * STEPS_PER_SECOND,
  };
}

/** Bounds of a density class. The control token alone does not keep a small model within them. */
export function densityBounds(density: DensityName): DensityBounds {
  const next = DENSITY_NAMES[DENSITY_NAMES.indexOf(density) + 1];
  return {
    from: DENSITIES[density].from,
    to: next === undefined ? Infinity : DENSITIES[next].from,
    windowSteps: 10 * STEPS_PER_SECOND,
    minSteps: 2 * STEPS_PER_SECOND,
  };
}

/** The length, in steps, of the shift whose logit does not change; the median in the training corpora is 7. */
const NEUTRAL_STEPS = 10;
/** The highest absolute value of the exponent of a shift's length. */
const MAX_POWER = 2;

/** The logit biases that multiply the probabilities of the shifts of 1 to `count` steps by length^power. */
function powerBiases(count: number, power: number): number[] {
  return Array.from({ length: count }, (_, i) => power * Math.log((i + 1) / NEUTRAL_STEPS));
}

/** Counts the onsets of the last steps. */
class OnsetCounter {
  readonly #windowSteps: number;
  /** Steps of the onsets; those before index `#first` are older than the window. */
  #onsets: number[] = [];
  #first = 0;
  #step = 0;

  /** @param windowSteps length of the window, in steps of 10 ms. */
  constructor(windowSteps: number) {
    this.#windowSteps = windowSteps;
  }

  /** Records an onset at the current time. */
  noteOn(): void {
    this.#onsets.push(this.#step);
  }

  /** Advances the time, in steps of 10 ms. */
  advance(steps: number): void {
    this.#step += steps;
    while ((this.#onsets[this.#first] ?? Infinity) < this.#step - this.#windowSteps) this.#first += 1;
    if (2 * this.#first > this.#onsets.length) {
      this.#onsets = this.#onsets.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The length of the music within the window, in steps. */
  get pastSteps(): number {
    return Math.min(this.#step, this.#windowSteps);
  }

  get count(): number {
    return this.#onsets.length - this.#first;
  }

  /** Onsets per second; without an onset, as with one, so that its logarithm is finite. */
  get density(): number {
    return (Math.max(1, this.count) * STEPS_PER_SECOND) / this.pastSteps;
  }
}

/**
 * Adjusts the probabilities of time shifts while the density is outside its bounds: p(shift) ∝ p(shift) · steps^ln(density / bound).
 * Biases on note-ons have little effect: in a run the next note is almost certain, but the time to it is not.
 */
export class DensityControl {
  readonly #bounds: DensityBounds;
  readonly #counter: OnsetCounter;

  constructor(bounds: DensityBounds) {
    this.#bounds = bounds;
    this.#counter = new OnsetCounter(bounds.windowSteps);
  }

  /** Records an onset at the current time. */
  noteOn(): void {
    this.#counter.noteOn();
  }

  /** Advances the time, in steps of 10 ms. */
  advance(steps: number): void {
    this.#counter.advance(steps);
  }

  /** Biases to add to the logits of the shifts of 1 to `count` steps; undefined while the density is within its bounds. */
  shiftBiases(count: number): number[] | undefined {
    const power = this.#power;
    return power === 0 ? undefined : powerBiases(count, power);
  }

  /** The exponent: above 0 while the density is too high, below 0 while it is too low. */
  get #power(): number {
    const { from, to, minSteps } = this.#bounds;
    if (this.#counter.pastSteps < minSteps) return 0;
    const { density } = this.#counter;
    const nearest = Math.min(Math.max(density, from), to);
    return Math.min(Math.max(Math.log(density / nearest), -MAX_POWER), MAX_POWER);
  }
}

/**
 * Density control as a logits processor, which biases the time shifts.
 *
 * @param state receives each id before this processor.
 * @param promptLength number of prompt ids, whose onsets are not counted.
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

/** Constant biases that make long time shifts more likely and notes less likely: see `SHIFT_POWER`. */
function sparserBiases(vocabulary: Vocabulary): IdBias[] {
  const shifts = vocabulary.range("TIME_SHIFT");
  const shiftBiases = shifts ? [{ first: shifts.first, biases: powerBiases(shifts.count, SHIFT_POWER) }] : [];
  const noteBiases = (["NOTE_ON", "VELOCITY"] as const).map((kind) => {
    const { first = 0, count = 0 } = vocabulary.range(kind) ?? {};
    return { first, biases: new Float32Array(count).fill(-NOTE_PENALTY) };
  });
  return [...shiftBiases, ...noteBiases];
}

/**
 * Keeps the density of the first minute of a continuation near that of its primer. Has no effect after a primer that is too short.
 *
 * @param state receives each id before this processor.
 * @param promptLength number of prompt ids.
 */
export function primerDensityProcessor(state: PerformanceState, promptLength: number): LogitsProcessor {
  const primer = new OnsetCounter(PRIMER_STEPS);
  let { step, onsets } = state;
  const sparser = sparserBiases(state.vocabulary);
  let control: LogitsProcessor | undefined;
  let endStep = 0;
  return {
    push: (id) => {
      control?.push(id);
      if (state.length > promptLength) return;
      primer.advance(state.step - step);
      if (state.onsets > onsets) primer.noteOn();
      ({ step, onsets } = state);
      if (
        state.length < promptLength ||
        primer.pastSteps < PRIMER_MIN_STEPS ||
        primer.count < PRIMER_MIN_NOTES
      )
        return;
      control = densityProcessor(state, primerBounds(primer.density), promptLength);
      endStep = step + PRIMER_BOUNDS_STEPS;
    },
    adjustment: () =>
      state.step < endStep ? { biases: [...(control?.adjustment?.().biases ?? []), ...sparser] } : {},
  };
}
