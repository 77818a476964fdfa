/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * A number is a function of seed, step and id alone, so any part of a generation can be reproduced, in any order, on any
 * machine, in the graph or outside it.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 0x100000000;
/** An upper bound of the rounding errors of noise and scores. */
const ROUNDING = 1e-3;

/**
 * One block of Philox4x32-10.
 *
 * @param counter four 32-bit words.
 * @param key two 32-bit words.
 * @param out receives four random 32-bit words.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round += 1) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of a 64-bit product, from 16-bit halves: no partial sum exceeds 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const upper = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const lower = (Math.imul(aLow, bHigh) >>> 0) + (upper & 0xffff);
  return (Math.imul(aHigh, bHigh) + (upper >>> 16) + (lower >>> 16)) >>> 0;
}

/**
 * Gumbel noise keyed by seed, step and id. The id with the largest `logit / temperature + noise` is a sample from the
 * softmax of `logit / temperature` (Gumbel 1954; "the Gumbel-max trick").
 *
 * The key is the seed (low word, high word); the counter is (id div 4, step low, step high, 0), and word `id mod 4` of
 * the block, taken as `u = (word + 0.5) / 2^32`, gives `-ln(-ln u)`.
 */
export class GumbelNoise {
  readonly #key: readonly [number, number];
  readonly #words = new Uint32Array(4);
  #step = -1;
  #block = -1;

  /** @param seed a whole number from 0 to `MAX_SEED`. */
  constructor(seed: number) {
    this.#key = [seed % TWO_32, Math.floor(seed / TWO_32)];
  }

  /**
   * The noise of one id at one step.
   *
   * @param step number of the sample in its generation, from 0 to 2^53.
   * @param least noise below this need not be computed. Default: −∞.
   * @returns a finite number, from −3.2 to 22.9: u stays at least 2^-33 away from 0 and 1. Or −∞, for noise below `least`.
   */
  at(step: number, id: number, least = -Infinity): number {
    const block = id >>> 2;
    if (step !== this.#step || block !== this.#block) {
      philox([block, step % TWO_32, Math.floor(step / TWO_32), 0], this.#key, this.#words);
      this.#step = step;
      this.#block = block;
    }
    const word = this.#words[id & 3]!;
    // -ln(-ln u) is at most -ln(1 - u), of which the leading zeros of 1 - u are a bound.
    if ((Math.clz32(~word) + 1) * Math.LN2 + ROUNDING < least) return -Infinity;
    const uniform = (word + 0.5) / TWO_32;
    return -Math.log(-Math.log(uniform));
  }
}
