/** Keeps to a density, of whose statement alone a small model makes too little. */
import { DENSITIES, DENSITY_NAMES, type DensityName, STEPS_PER_SECOND } from "../../encoding/index.ts";

/** The pace is that of the last ten seconds. */
const PAST_STEPS = 10 * STEPS_PER_SECOND;
/** Of less it says nothing yet. */
const LEAST_STEPS = 2 * STEPS_PER_SECOND;
/** A shift of so many steps stays as likely as it is; half of those in the training corpora are of 7 or fewer. */
const MIDDLE_STEPS = 10;
/** At most so far from the model, in powers of a shift's length. */
const MOST = 2;

/**
 * How much likelier or less likely than the model has them time shifts are to be, so that as many notes begin in a second as a
 * density says: p(shift) ∝ p(shift) · steps^(ln(pace / bound)) while the last ten seconds hold more or fewer, and the model's own
 * while they do not. To move the notes' own likelihood does little: in a run the next note is all but certain, the time to it not.
 */
export class Pace {
  readonly #from: number;
  readonly #to: number;
  readonly #onsets: number[] = [];
  #step = 0;

  constructor(density: DensityName) {
    const next = DENSITY_NAMES[DENSITY_NAMES.indexOf(density) + 1];
    this.#from = DENSITIES[density].from;
    this.#to = next === undefined ? Infinity : DENSITIES[next].from;
  }

  /** A note begins. */
  begin(): void {
    this.#onsets.push(this.#step);
  }

  /** Time passes, in steps of 10 ms. */
  pass(steps: number): void {
    this.#step += steps;
    while ((this.#onsets[0] ?? Infinity) < this.#step - PAST_STEPS) this.#onsets.shift();
  }

  /** To be added to the logits of so many time shifts, from that of one step on. */
  shiftBiases(count: number): number[] {
    const power = this.#power;
    return Array.from({ length: count }, (_, i) => power * Math.log((i + 1) / MIDDLE_STEPS));
  }

  /** Above 0 where there are too many notes, below 0 where too few. */
  get #power(): number {
    const past = Math.min(this.#step, PAST_STEPS);
    if (past < LEAST_STEPS) return 0;
    const pace = (Math.max(1, this.#onsets.length) * STEPS_PER_SECOND) / past;
    const wanted = Math.min(Math.max(pace, this.#from), this.#to);
    return Math.min(Math.max(Math.log(pace / wanted), -MOST), MOST);
  }
}
