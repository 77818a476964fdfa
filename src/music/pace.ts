/** Keeps music to so many notes a second: those of a density, or in the long run those that people play. */
import { DENSITIES, DENSITY_NAMES, type DensityName, STEPS_PER_SECOND } from "../../encoding/index.ts";

/** How many notes are to begin in a second, and how long the music is watched for it. */
export interface PaceBounds {
  /** Notes a second, at least. */
  readonly from: number;
  /** Notes a second, at most. */
  readonly to: number;
  /** The pace is that of so many steps of 10 ms, up to now. */
  readonly pastSteps: number;
  /** Of less music it says nothing yet. */
  readonly leastSteps: number;
}

/**
 * Of every minute: of those of `dev` one in 25 has fewer notes, one in eight more. A small model that hears nothing but itself
 * grows denser by the minute.
 */
export const LONG_RUN: PaceBounds = {
  from: 3.5,
  to: 12,
  pastSteps: 60 * STEPS_PER_SECOND,
  leastSteps: 60 * STEPS_PER_SECOND,
};

/** Of a density, of whose statement alone a small model makes too little. */
export function densityBounds(density: DensityName): PaceBounds {
  const next = DENSITY_NAMES[DENSITY_NAMES.indexOf(density) + 1];
  return {
    from: DENSITIES[density].from,
    to: next === undefined ? Infinity : DENSITIES[next].from,
    pastSteps: 10 * STEPS_PER_SECOND,
    leastSteps: 2 * STEPS_PER_SECOND,
  };
}

/** A shift of so many steps stays as likely as it is; half of those in the training corpora are of 7 or fewer. */
const MIDDLE_STEPS = 10;
/** At most so far from the model, in powers of a shift's length. */
const MOST = 2;

/**
 * How much likelier or less likely than the model has them time shifts are to be, so that as many notes begin in a second as
 * they should: p(shift) ∝ p(shift) · steps^(ln(pace / bound)) while more or fewer do, and the model's own while they do
 * not. To move the notes' own likelihood does little: in a run the next note is all but certain, the time to it not.
 */
export class Pace {
  readonly #bounds: PaceBounds;
  /** When the notes of the past began; those before `#first` are out of it. */
  #onsets: number[] = [];
  #first = 0;
  #step = 0;

  constructor(bounds: PaceBounds) {
    this.#bounds = bounds;
  }

  /** A note begins. */
  begin(): void {
    this.#onsets.push(this.#step);
  }

  /** Time passes, in steps of 10 ms. */
  pass(steps: number): void {
    this.#step += steps;
    while ((this.#onsets[this.#first] ?? Infinity) < this.#step - this.#bounds.pastSteps) this.#first += 1;
    if (2 * this.#first > this.#onsets.length) {
      this.#onsets = this.#onsets.slice(this.#first);
      this.#first = 0;
    }
  }

  /** How much time has passed. */
  get seconds(): number {
    return this.#step / STEPS_PER_SECOND;
  }

  /** To be added to the logits of so many time shifts, from that of one step on; undefined where the model is left alone. */
  shiftBiases(count: number): number[] | undefined {
    const power = this.#power;
    if (power === 0) return undefined;
    return Array.from({ length: count }, (_, i) => power * Math.log((i + 1) / MIDDLE_STEPS));
  }

  /** Above 0 where there are too many notes, below 0 where too few. */
  get #power(): number {
    const { from, to, pastSteps, leastSteps } = this.#bounds;
    const past = Math.min(this.#step, pastSteps);
    if (past < leastSteps) return 0;
    const notes = this.#onsets.length - this.#first;
    const pace = (Math.max(1, notes) * STEPS_PER_SECOND) / past;
    const wanted = Math.min(Math.max(pace, from), to);
    return Math.min(Math.max(Math.log(pace / wanted), -MOST), MOST);
  }
}
