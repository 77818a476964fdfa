/** How many ids to draft: as many as the drafts so far say will pay, none where they do not. */

/** The longest draft. */
export const MOST_DRAFTED = 8;
/** Least gain for which a draft is read, as a ratio of speeds: below it, a wrong estimate costs more. */
const LEAST_GAIN = 1.05;
/** Weight of a new outcome in the average: about the last 20 count. */
const WEIGHT = 0.05;
/** A kind of draft that does not pay is tried again after this many steps, since the music may have changed. */
const RETRY = 64;
/** Share of accepted ids that is assumed at first, unless the drafter says more. */
const FIRST_GUESS = 0.6;

export class DraftLength {
  readonly #rowCost: (kind: number) => number;
  readonly #firstGuess: (kind: number) => number;
  /** Of each kind: the average of the accepted share, and the steps since its last draft. */
  readonly #kinds: { accepted: number; idle: number }[] = [];

  /**
   * @param rowCost what each drafted id of a kind adds to the time of a step, as a share of it.
   * @param firstGuess share of accepted ids that is assumed of a kind at first.
   */
  constructor(rowCost: (kind: number) => number, firstGuess: (kind: number) => number = () => FIRST_GUESS) {
    this.#rowCost = rowCost;
    this.#firstGuess = firstGuess;
  }

  /** The number of ids of a draft of this kind that pays best, from 0. */
  most(kind: number): number {
    const state = this.#of(kind);
    state.idle += 1;
    const [length, gain] = this.#best(state.accepted, this.#rowCost(kind));
    if (gain >= LEAST_GAIN) return length;
    return state.idle >= RETRY ? 1 : 0;
  }

  /** Takes in how a draft fared. @param accepted how many of the `drafted` ids stood before the first that did not. */
  learn(kind: number, drafted: number, accepted: number): void {
    const state = this.#of(kind);
    state.idle = 0;
    // The ids behind the first wrong one were not put to the test.
    for (let i = 0; i < Math.min(drafted, accepted + 1); i += 1)
      state.accepted += WEIGHT * ((i < accepted ? 1 : 0) - state.accepted);
  }

  /** With a chance p for each id, a step of k drafted ids yields 1 + p + … + pᵏ, and costs 1 + k · rowCost. */
  #best(p: number, rowCost: number): readonly [length: number, gain: number] {
    let best: readonly [number, number] = [0, 1];
    let ids = 1;
    for (let length = 1; length <= MOST_DRAFTED; length += 1) {
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
