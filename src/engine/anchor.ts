/** The beginning of a sequence that a cache never forgets: what is left out instead, and how what is seen lies side by side. */

/**
 * How much of the beginning stays in sight: as soon as there are `limit` times, a block of those behind the anchor is left out at
 * once, instead of the oldest. Distances are counted over what is seen, so the anchor is never further away than `limit`.
 * (Attention sinks, Xiao et al. 2023, "Efficient Streaming Language Models", are a few such times.)
 */
export interface Anchor {
  /** Its times, the first of the sequence: from 0 to `limit` less `block`. */
  readonly rows: number;
  /** How many times are left out at once, from 1. */
  readonly block: number;
}

/** @throws RangeError for an anchor that leaves no room for a block. */
export function checkAnchor({ rows, block }: Anchor, limit: number): void {
  const isWhole = Number.isInteger(rows) && Number.isInteger(block);
  if (isWhole && rows >= 0 && block >= 1 && rows + block <= limit) return;
  throw new RangeError(
    `an anchor of ${rows} times, and ${block} left out at once, where ${limit} are seen; rows from 0, block from 1, both whole, together at most ${limit} are needed`,
  );
}

/** How many times the one at a position does not see, between the anchor and the newest. */
export function leftOutAt(position: number, { block }: Anchor, limit: number): number {
  return position < limit ? 0 : block * (Math.floor((position - limit) / block) + 1);
}

/** Anchor and newest rows side by side, in memory of their own; only what is new is copied there, when it is looked at. */
export class SideBySide {
  /** The anchor's rows: one array for each buffer of the cache. Never written to. */
  readonly opening: readonly Float32Array[];
  /** Numbers in a row. */
  readonly #width: number;
  /** Numbers in `limit` rows. */
  readonly #capacity: number;
  #buffers: readonly Float32Array[] | undefined;
  /** How many times were left out between them; undefined where all is stale. */
  #leftOut: number | undefined;
  /** They hold what comes before this position. */
  #to = 0;

  constructor(opening: readonly Float32Array[], width: number, limit: number) {
    this.opening = opening;
    this.#width = width;
    this.#capacity = limit * width;
  }

  /** Notes that from this position on other times are to come. */
  rewind(position: number, leftOut: number): void {
    if (this.#leftOut === leftOut) this.#to = Math.min(this.#to, position);
    else this.#leftOut = undefined;
  }

  /**
   * What is seen at a position: the rows in use at the front of each buffer.
   *
   * @param newest the last so many rows of a buffer of the cache.
   */
  at(
    position: number,
    leftOut: number,
    newest: (buffer: number, rows: number) => Float32Array,
  ): readonly Float32Array[] {
    const buffers = (this.#buffers ??= this.opening.map(() => new Float32Array(this.#capacity)));
    if (this.#leftOut !== leftOut) {
      for (const [i, rows] of this.opening.entries()) buffers[i]?.set(rows);
      this.#leftOut = leftOut;
      this.#to = (this.opening[0]?.length ?? 0) / this.#width + leftOut;
    }
    if (this.#to < position) {
      for (const [i, buffer] of buffers.entries())
        buffer.set(newest(i, position - this.#to), (this.#to - leftOut) * this.#width);
      this.#to = position;
    }
    return buffers;
  }
}
