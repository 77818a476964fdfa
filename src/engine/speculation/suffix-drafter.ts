import type { Draft, Drafter } from "./drafter.ts";

/** Shorter repeats are chance. */
const SHORTEST = 3;
/** Longer matches are not told apart. */
const LONGEST = 24;
/** Earlier places compared, the newest first. */
const MOST_PLACES = 16;
/** Ids kept: after twice as many, the older half is discarded. */
const CAPACITY = 8192;
/** Entries of the table of places: a power of 2. */
const BUCKETS = 1 << 14;
const NONE = -1;
/**
 * Share of accepted ids, by kind: measured for verses that grow ("The House That Jack Built") and refrains, in ids of
 * `models/shakespeare`.
 */
const FIRST_GUESSES = [0.55, 0.65, 0.8, 0.92, 0.97];

/**
 * Drafts what followed the longest earlier suffix of the sequence: music and text repeat themselves (prompt lookup decoding, Saxena
 * 2023). Its memory is constant.
 */
export class SuffixDrafter implements Drafter {
  readonly #ids = new Int32Array(2 * CAPACITY);
  #length = 0;
  /** The newest place behind three ids with this hash. */
  readonly #newest = new Int32Array(BUCKETS).fill(NONE);
  /** Of each place, the one before it with the same hash. */
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
    if (this.#length < SHORTEST) return;
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
    // A repeat that reaches the end goes on with its own copy.
    for (let place = from; ids.length < most; place += 1)
      ids.push(place < this.#length ? this.#ids[place]! : ids[place - this.#length]!);
    return { ids, kind };
  }

  /** The place behind the earlier ids that equal most of the last ones, and how many do. */
  #longestMatch(): readonly [place: number, length: number] {
    let longest = 0;
    let from = 0;
    if (this.#length < SHORTEST) return [from, longest];
    // The newest place is the end itself.
    let place = this.#before[this.#length]!;
    for (let tries = 0; place !== NONE && tries < MOST_PLACES; tries += 1) {
      const length = this.#commonSuffix(place);
      if (length > longest) [longest, from] = [length, place];
      place = this.#before[place]!;
    }
    return longest < SHORTEST ? [0, 0] : [from, longest];
  }

  /** Of the last three ids. */
  #bucket(): number {
    let hash = 0;
    for (let i = 1; i <= SHORTEST; i += 1)
      hash = Math.imul(hash ^ this.#ids[this.#length - i]!, 0x85ebca6b) >>> 3;
    return hash & (BUCKETS - 1);
  }

  /** How many ids before `place` equal those before the end. */
  #commonSuffix(place: number): number {
    let length = 0;
    while (
      length < Math.min(LONGEST, place) &&
      this.#ids[place - 1 - length] === this.#ids[this.#length - 1 - length]
    )
      length += 1;
    return length;
  }
}

/** Longer matches are accepted more often: 3, 4–5, 6–11, 12–23, and 24 or more ids. */
function kindOf(length: number): number {
  return [4, 6, 12, LONGEST].filter((least) => length >= least).length;
}
