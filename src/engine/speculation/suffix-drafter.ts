import type { Draft, Drafter } from "./drafter.ts";

/** Minimum length of a match: shorter ones are mostly coincidences. */
const MIN_MATCH = 3;
/** Maximum length of a match. */
const MAX_MATCH = 24;
/** Maximum number of earlier positions that are compared, the newest first. */
const MAX_COMPARED = 16;
/** Minimum number of ids kept: at twice as many, the older half is discarded. */
const CAPACITY = 8192;
/** Number of entries of the hash table of positions: a power of 2. */
const BUCKETS = 1 << 14;
const NONE = -1;
/** Acceptance rates by kind: measured for cumulative verse ("The House That Jack Built") and refrains, in ids of `models/shakespeare`. */
const FIRST_GUESSES = [0.55, 0.65, 0.8, 0.92, 0.97];

/**
 * Drafts the ids that followed the longest earlier occurrence of the last ids, since music and text repeat themselves (prompt lookup
 * decoding, Saxena 2023). Its memory use is constant.
 */
export class SuffixDrafter implements Drafter {
  readonly #ids = new Int32Array(2 * CAPACITY);
  #length = 0;
  /** By hash of three ids: the newest position after such ids. */
  readonly #newest = new Int32Array(BUCKETS).fill(NONE);
  /** By position: the previous one with the same hash. */
  readonly #before = new Int32Array(2 * CAPACITY + 1);

  firstGuess(kind: number): number {
    return FIRST_GUESSES[kind]!;
  }

  start(ids: readonly number[]): void {
    this.#length = 0;
    this.#newest.fill(NONE);
    for (const id of ids.slice(-CAPACITY)) this.push(id);
  }

  push(id: number): void {
    if (this.#length === 2 * CAPACITY) this.start(Array.from(this.#ids.subarray(CAPACITY)));
    this.#ids[this.#length] = id;
    this.#length += 1;
    if (this.#length < MIN_MATCH) return;
    const bucket = this.#bucket();
    this.#before[this.#length] = this.#newest[bucket]!;
    this.#newest[bucket] = this.#length;
  }

  draft(mostOf: (kind: number) => number): Draft {
    const [from, length] = this.#longestMatch();
    if (length === 0) return { ids: [], kind: 0 };
    const kind = kindOf(length);
    const most = mostOf(kind);
    const ids: number[] = [];
    // Beyond the end of the sequence the draft continues with its own ids.
    for (let position = from; ids.length < most; position += 1)
      ids.push(position < this.#length ? this.#ids[position]! : ids[position - this.#length]!);
    return { ids, kind };
  }

  /** The longest match of the last ids with earlier ones: the position after the earlier ids, and its length, or 0. */
  #longestMatch(): readonly [position: number, length: number] {
    let longest = 0;
    let from = 0;
    if (this.#length < MIN_MATCH) return [from, longest];
    // The newest position is the end itself.
    let position = this.#before[this.#length]!;
    for (let tries = 0; position !== NONE && tries < MAX_COMPARED; tries += 1) {
      const length = this.#commonSuffix(position);
      if (length > longest) [longest, from] = [length, position];
      position = this.#before[position]!;
    }
    return longest < MIN_MATCH ? [0, 0] : [from, longest];
  }

  /** The hash of the last three ids. */
  #bucket(): number {
    let hash = 0;
    for (let i = 1; i <= MIN_MATCH; i += 1)
      hash = Math.imul(hash ^ this.#ids[this.#length - i]!, 0x85ebca6b) >>> 3;
    return hash & (BUCKETS - 1);
  }

  /** The length of the longest common suffix of the ids before a position and of all ids. */
  #commonSuffix(position: number): number {
    let length = 0;
    while (
      length < Math.min(MAX_MATCH, position) &&
      this.#ids[position - 1 - length] === this.#ids[this.#length - 1 - length]
    )
      length += 1;
    return length;
  }
}

/** Longer matches are accepted more often: 3, 4–5, 6–11, 12–23, and 24 or more ids. */
function kindOf(length: number): number {
  return [4, 6, 12, MAX_MATCH].filter((least) => length >= least).length;
}
