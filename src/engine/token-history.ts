/**
 * The ids of a sequence in constant memory: the newest ids, and a digest of the evicted ones, by which another sequence
 * can be compared.
 */
export class TokenHistory {
  readonly #capacity: number;
  /** The ids after the evicted ones. */
  #kept: number[] = [];
  #evicted = 0;
  #digest = NOTHING;

  /** @param capacity minimum number of ids kept; the maximum is twice as many. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#evicted + this.#kept.length;
  }

  /** Number of ids kept: all, or the newest. */
  get kept(): number {
    return this.#kept.length;
  }

  append(id: number): void {
    this.#kept.push(id);
    if (this.#kept.length <= 2 * this.#capacity) return;
    const evicted = this.#kept.splice(0, this.#kept.length - this.#capacity);
    this.#digest = digestOf(evicted, evicted.length, this.#digest);
    this.#evicted += evicted.length;
  }

  /** The newest `count` ids, or all that are kept. */
  last(count: number): readonly number[] {
    return count === 0 ? [] : this.#kept.slice(-count);
  }

  /**
   * Keeps the first `length` ids only.
   *
   * @throws RangeError for a length within the evicted ids.
   */
  truncate(length: number): void {
    if (length < this.#evicted)
      throw new RangeError(`${this.#evicted} ids are evicted: a length of ${length} cannot be restored`);
    this.#kept.length = Math.min(this.#kept.length, length - this.#evicted);
  }

  clear(): void {
    this.#kept = [];
    this.#evicted = 0;
    this.#digest = NOTHING;
  }

  /** Length of the longest common prefix with other ids; 0 if that is shorter than the evicted part. */
  commonPrefixLength(ids: readonly number[]): number {
    if (ids.length < this.#evicted || !isSame(digestOf(ids, this.#evicted), this.#digest)) return 0;
    const limit = Math.min(ids.length, this.length);
    for (let i = this.#evicted; i < limit; i += 1) {
      if (ids[i] !== this.#kept[i - this.#evicted]) return i;
    }
    return limit;
  }
}

/** Two 32-bit words. Two different sequences have the same digest with probability 2⁻⁶⁴. */
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

/** A multiplication carries low bits upwards; the shift carries high bits downwards. */
function mixed(digest: number, id: number, odd: number): number {
  const product = Math.imul(digest ^ id, odd);
  return Math.imul(product ^ (product >>> 15), 0x2c1b3c6d);
}

function isSame([a, b]: Digest, [c, d]: Digest): boolean {
  return a === c && b === d;
}
