/** A figure that comes again and again without a change: a trill, a tremolo, a chord struck over and over. */

/** A figure has so many notes at most. */
const LONGEST_FIGURE = 8;
/**
 * So many notes of it are let alone. Of the half minutes of `dev` one in eight has a longer run, one in twenty one of more than 18;
 * of a small model's one in twenty has one of more than 44, and with this one in twenty of more than 19.
 */
const LONGEST_RUN = 12;
/** By so much each note more makes the keys of the figure less likely, before the pitch temperature. */
const NATS_PER_NOTE = 1;
/** At most so many nats. */
const MOST = 8;

/**
 * How much less likely than the model has them keys are to be struck, so that no figure runs on as a small model lets it: each turn
 * of it makes the next one likelier, until nothing else is. Only the keys matter, not when and how they are struck.
 */
export class Figure {
  /** The last keys struck, the last of all first. */
  readonly #keys: number[] = [];
  /** For each length of a figure, how many notes in a row were what they were so many notes before. */
  readonly #same = Array.from({ length: LONGEST_FIGURE + 1 }, () => 0);

  /** A key is struck. */
  strike(key: number): void {
    for (let length = 1; length <= LONGEST_FIGURE; length += 1) {
      this.#same[length] = this.#keys[length - 1] === key ? this.#same[length]! + 1 : 0;
    }
    this.#keys.unshift(key);
    if (this.#keys.length > LONGEST_FIGURE) this.#keys.pop();
  }

  /** To be added to the logits of so many keys, from key 0 on; undefined where the model is left alone. */
  keyBiases(count: number): number[] | undefined {
    // Of a figure and its double the shorter one.
    const run = (length: number): number => length + this.#same[length]!;
    let figure = 1;
    for (let length = 2; length <= LONGEST_FIGURE; length += 1)
      if (run(length) > run(figure)) figure = length;
    const beyond = run(figure) - LONGEST_RUN;
    if (beyond <= 0) return undefined;
    const biases = Array.from({ length: count }, () => 0);
    for (const key of this.#keys.slice(0, figure)) biases[key] = -Math.min(beyond * NATS_PER_NOTE, MOST);
    return biases;
  }
}
