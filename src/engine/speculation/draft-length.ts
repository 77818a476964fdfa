/** The length of drafts: the one with the highest expected speed by the acceptance rate so far, or 0 where drafts save no time. */

/** The maximum length of a draft. */
export const MAX_DRAFT = 8;
/** Minimum ratio of the expected speed to that without a draft: below it, an error of the estimate could cost more than the gain. */
const MIN_GAIN = 1.05;
/** Weight of a new outcome in the exponential moving average: its time constant is 20 ids. */
const WEIGHT = 0.05;
/** Steps after which a kind of draft that saves no time is tried again, since the music may have changed. */
const RETRY = 64;
/** Initial estimate of the acceptance rate, unless the drafter has another one. */
const FIRST_GUESS = 0.6;

export class DraftLength {
  readonly #rowCost: (kind: number) => number;
  readonly #firstGuess: (kind: number) => number;
  /** By kind: the moving average of the acceptance rate, and the steps since the last draft. */
  readonly #kinds: { accepted: number; idle: number }[] = [];

  /**
   * @param rowCost the time that each drafted id of a kind adds to a step, as a share of the time of a step.
   * @param firstGuess initial estimate of the acceptance rate of a kind.
   */
  constructor(rowCost: (kind: number) => number, firstGuess: (kind: number) => number = () => FIRST_GUESS) {
    this.#rowCost = rowCost;
    this.#firstGuess = firstGuess;
  }

  /** The best length of a draft of this kind, from 0. */
  most(kind: number): number {
    const state = this.#of(kind);
    state.idle += 1;
    const [length, gain] = this.#best(state.accepted, this.#rowCost(kind));
    if (gain >= MIN_GAIN) return length;
    return state.idle >= RETRY ? 1 : 0;
  }

  /** Updates the acceptance rate. @param accepted number of the `drafted` ids before the first one that was not sampled. */
  learn(kind: number, drafted: number, accepted: number): void {
    const state = this.#of(kind);
    state.idle = 0;
    // The ids after the first rejected one were not tested.
    for (let i = 0; i < Math.min(drafted, accepted + 1); i += 1)
      state.accepted += WEIGHT * ((i < accepted ? 1 : 0) - state.accepted);
  }

  /** If each id is accepted with probability p, a step with k drafted ids yields 1 + p + … + pᵏ ids in a time of 1 + k · rowCost. */
  #best(p: number, rowCost: number): readonly [length: number, gain: number] {
    let best: readonly [number, number] = [0, 1];
    let ids = 1;
    for (let length = 1; length <= MAX_DRAFT; length += 1) {
      ids += p ** length;
      const gain = ids / (1 + length * rowCost);
      if (gain > best[1]) best = [length, gain];
    }
    return best;
  }

  #of(kind: number): { accepted: number; idle: number } {
    return (this.#kinds[kind] ??= { accepted: this.#firstGuess(kind), idle: 0 });
  }
}
