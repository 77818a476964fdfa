/** Note density, in onsets per second: enforces the bounds of a density class, or those of human music. Our own rule. */
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
 * Bounds for each minute. Of the minutes of `dev`, one in 25 has fewer onsets and one in eight has more. A small model that continues
 * its own music becomes denser every minute.
 */
export const HUMAN_DENSITY: DensityBounds = {
  from: 3.5,
  to: 12,
  windowSteps: 60 * STEPS_PER_SECOND,
  minSteps: 60 * STEPS_PER_SECOND,
};

/**
 * The least and the most onsets of ten seconds, as multiples of the density of the 20 s before the first minute of a continuation: 5 and
 * 95 % of people's, on `dev`. A small model strays further, above all into ever faster music.
 */
const PRIMER_FROM = 0.55;
const PRIMER_TO = 1.75;
/** The end of a primer whose density counts. */
const PRIMER_STEPS = 20 * STEPS_PER_SECOND;
/** After a primer that is shorter, or has fewer notes, the rule is off. */
const PRIMER_MIN_STEPS = 5 * STEPS_PER_SECOND;
const PRIMER_MIN_NOTES = 10;
/** Music after this is kept within human density only. */
const FIRST_STEPS = 60 * STEPS_PER_SECOND;
/**
 * For the first minute, the exponent of the length by which time shifts are weighted, and nats by which notes are less likely. Without
 * them version 5 of `piano` plays 7 % more notes than people after the same primer, and holds 11 % more at once. Chosen on the `dev` pieces
 * (docs/experiments/piano.md).
 */
const SHIFT_POWER = 0.06;
const NOTE_PENALTY = 0.15;

/** Bounds for the first minute after music of a density, in onsets per second. */
export function primerBounds(density: number): DensityBounds {
  return {
    from: PRIMER_FROM * density,
    to: PRIMER_TO * density,
    windowSteps: 10 * STEPS_PER_SECOND,
    minSteps: 5 * STEPS_PER_SECOND,
  };
}

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

/** The logit biases that weight the shifts of 1 to `count` steps by length^power. */
function shiftWeights(count: number, power: number): number[] {
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

  /** The part of the window that has passed, in steps. */
  get pastSteps(): number {
    return Math.min(this.#step, this.#windowSteps);
  }

  get count(): number {
    return this.#onsets.length - this.#first;
  }

  /** Onsets per second; that of one onset where there is none. */
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
    return power === 0 ? undefined : shiftWeights(count, power);
  }

  /** The exponent: above 0 with too many notes, below 0 with too few. */
  get #power(): number {
    const { from, to, minSteps } = this.#bounds;
    if (this.#counter.pastSteps < minSteps) return 0;
    const { density } = this.#counter;
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

/** Makes time shifts longer and notes less likely, at every id alike: see `SHIFT_POWER`. */
function sparserBiases(vocabulary: Vocabulary): IdBias[] {
  const shifts = vocabulary.range("TIME_SHIFT");
  const ofShifts = shifts ? [{ first: shifts.first, biases: shiftWeights(shifts.count, SHIFT_POWER) }] : [];
  const ofNotes = (["NOTE_ON", "VELOCITY"] as const).map((kind) => {
    const { first = 0, count = 0 } = vocabulary.range(kind) ?? {};
    return { first, biases: new Float32Array(count).fill(-NOTE_PENALTY) };
  });
  return [...ofShifts, ...ofNotes];
}

/**
 * Keeps the first minute of a continuation near the density of its primer. Off after a primer that is too short.
 *
 * @param state receives each id before this processor.
 * @param promptLength number of prompt ids.
 */
export function primerDensityProcessor(state: PerformanceState, promptLength: number): LogitsProcessor {
  const primer = new OnsetCounter(PRIMER_STEPS);
  let { step, onsets } = state;
  const sparser = sparserBiases(state.vocabulary);
  let rule: LogitsProcessor | undefined;
  let lastStep = 0;
  return {
    push: (id) => {
      rule?.push(id);
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
      rule = densityProcessor(state, primerBounds(primer.density), promptLength);
      lastStep = step + FIRST_STEPS;
    },
    adjustment: () =>
      state.step < lastStep ? { biases: [...(rule?.adjustment?.().biases ?? []), ...sparser] } : {},
  };
}
