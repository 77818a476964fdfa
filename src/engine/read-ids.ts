/**
 * Ids that were read, one after the other. All are counted, the newest are kept, and of the others a digest: enough to tell
 * whether another sequence begins with them. So it takes as much memory after a million ids as after a few thousand.
 */
export class ReadIds {
  readonly #room: number;
  /** Those behind the forgotten ones. */
  #kept: number[] = [];
  #forgotten = 0;
  #digest = NOTHING;

  /** @param room how many of the newest are always kept; up to twice as many may be. */
  constructor(room: number) {
    this.#room = room;
  }

  get length(): number {
    return this.#forgotten + this.#kept.length;
  }

  /** How many of them are kept. */
  get kept(): number {
    return this.#kept.length;
  }

  push(id: number): void {
    this.#kept.push(id);
    if (this.#kept.length <= 2 * this.#room) return;
    const forgotten = this.#kept.splice(0, this.#kept.length - this.#room);
    this.#digest = digestOf(forgotten, forgotten.length, this.#digest);
    this.#forgotten += forgotten.length;
  }

  /** The newest of them; as many as are kept, at most. */
  last(count: number): readonly number[] {
    return count === 0 ? [] : this.#kept.slice(-count);
  }

  /** Leaves the first of them, `length` in number; those that follow were not read. None are left of what is forgotten. */
  cut(length: number): void {
    if (length < this.#forgotten) throw new RangeError(`${this.#forgotten} ids are forgotten, not ${length}`);
    this.#kept.length = Math.min(this.#kept.length, length - this.#forgotten);
  }

  clear(): void {
    this.#kept = [];
    this.#forgotten = 0;
    this.#digest = NOTHING;
  }

  /** How many of them another sequence begins with; 0 if that is less than what is forgotten. */
  shared(ids: readonly number[]): number {
    if (ids.length < this.#forgotten || !isSame(digestOf(ids, this.#forgotten), this.#digest)) return 0;
    const limit = Math.min(ids.length, this.length);
    for (let i = this.#forgotten; i < limit; i += 1) {
      if (ids[i] !== this.#kept[i - this.#forgotten]) return i;
    }
    return limit;
  }
}

/** 64 bits in two halves; different sequences have the same with a probability of 2⁻⁶⁴. */
type Digest = readonly [number, number];

const NOTHING: Digest = [1, 2];

/** The digest of `before` and the first `count` ids. */
function digestOf(ids: readonly number[], count: number, [a, b] = NOTHING): Digest {
  for (let i = 0; i < count; i += 1) {
    const id = ids[i]!;
    a = mixed(a, id, 0x85ebca6b);
    b = mixed(b, id, 0xc2b2ae35);
  }
  return [a, b];
}

/** A multiplication carries each bit upwards, the shift brings the upper ones down again. */
function mixed(digest: number, id: number, odd: number): number {
  const product = Math.imul(digest ^ id, odd);
  return Math.imul(product ^ (product >>> 15), 0x2c1b3c6d);
}

function isSame([a, b]: Digest, [c, d]: Digest): boolean {
  return a === c && b === d;
}
