import type { Draft, Drafter } from "./drafter.ts";

/** Shorter repeats are chance. */
const SHORTEST = 3;
/** Longer matches are not told apart. */
const LONGEST = 24;
/** Earlier places compared, the newest first. */
const MOST_PLACES = 16;
/** Ids kept: after twice as many, the older half is forgotten. */
const CAPACITY = 8192;

/**
 * Drafts what followed the longest earlier suffix of the sequence: music and text repeat themselves (prompt lookup decoding, Saxena
 * 2023).
 */
export class SuffixDrafter implements Drafter {
  #ids: number[] = [];
  /** The places behind each three ids in a row, in order. */
  #places = new Map<string, number[]>();

  start(ids: readonly number[]): void {
    this.#ids = [];
    this.#places = new Map();
    for (const id of ids.slice(-CAPACITY)) this.push(id);
  }

  push(id: number): void {
    if (this.#ids.length === 2 * CAPACITY) this.start(this.#ids);
    this.#ids.push(id);
    const key = this.#key();
    if (key === undefined) return;
    const places = this.#places.get(key);
    if (places) places.push(this.#ids.length);
    else this.#places.set(key, [this.#ids.length]);
  }

  draft(mostOf: (kind: number) => number): Draft {
    const key = this.#key();
    const places = key === undefined ? undefined : this.#places.get(key);
    let longest = 0;
    let from = 0;
    // The last place is the end itself.
    for (const place of places?.slice(-MOST_PLACES - 1, -1).toReversed() ?? []) {
      const length = this.#commonSuffix(place);
      if (length > longest) [longest, from] = [length, place];
    }
    if (longest === 0) return { ids: [], kind: 0 };
    const kind = kindOf(longest);
    const end = this.#ids.length;
    const most = mostOf(kind);
    const ids: number[] = [];
    // A repeat that reaches the end goes on with its own copy.
    for (let place = from; ids.length < most; place += 1)
      ids.push(place < end ? this.#ids[place]! : ids[place - end]!);
    return { ids, kind };
  }

  #key(): string | undefined {
    return this.#ids.length < SHORTEST ? undefined : this.#ids.slice(-SHORTEST).join();
  }

  /** How many ids before `place` equal those before the end. */
  #commonSuffix(place: number): number {
    const end = this.#ids.length;
    let length = SHORTEST;
    while (
      length < LONGEST &&
      length < place &&
      this.#ids[place - 1 - length] === this.#ids[end - 1 - length]
    )
      length += 1;
    return length;
  }
}

/** Longer matches are accepted more often: 3, 4–5, 6–11, 12–23, and 24 or more ids. */
function kindOf(length: number): number {
  return [4, 6, 12, LONGEST].filter((least) => length >= least).length;
}
