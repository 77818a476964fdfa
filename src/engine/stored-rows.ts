/** The memory of a cache: the newest rows of each of its buffers. */

/** Rows of the first buffers. */
const FIRST_CAPACITY = 64;

/** The sizes of `StoredRows`. */
export interface StoredRowsShape {
  readonly buffers: number;
  /** Numbers in a row of a buffer. */
  readonly width: number;
  /** Maximum number of stored rows. */
  readonly most: number;
  /** Rows that a buffer can hold in the end: more than `most`, since the stored rows move to the front when it is full. */
  readonly capacity: number;
  /** Whether the first buffers hold `capacity` rows already. Default: they grow from 64. */
  readonly isReserved?: boolean;
}

/** Buffers of one cache, or of several forks that still share them. */
interface SharedBuffers {
  readonly buffers: readonly Float32Array[];
  /** Rows that each can hold. */
  readonly capacity: number;
  /** Rows written by the fork that is furthest; any fork may write behind them. */
  end: number;
  /** Number of forks that read them. */
  holders: number;
}

/**
 * Consecutive rows in several buffers: appended at the end, dropped at both ends. Views of them are contiguous.
 *
 * Buffers grow by doubling, up to `capacity`. Then the stored rows move to the front when the end is reached, so memory is
 * bounded and the mean cost of a row is constant.
 *
 * A fork copies nothing: both share the buffers. The first to append writes to them; when the other appends too, its rows
 * are copied once into buffers of its own.
 */
export class StoredRows {
  readonly #shape: StoredRowsShape;
  #shared: SharedBuffers;
  /** Row of the oldest stored one. */
  #first = 0;
  #count = 0;

  constructor(shape: StoredRowsShape, shared = allocate(shape, 0)) {
    this.#shape = shape;
    this.#shared = shared;
  }

  /** Number of stored rows. */
  get count(): number {
    return this.#count;
  }

  /** Appends rows to all buffers, and drops the oldest ones beyond `most`. @param added `[buffers, rows, width]` */
  append(added: Float32Array): void {
    const { buffers, width, most } = this.#shape;
    const rows = added.length / (buffers * width);
    const kept = Math.min(rows, most); // of the new rows
    const dropped = Math.max(0, this.#count + kept - most);
    this.#first += dropped;
    this.#count -= dropped;
    this.#reserve(kept);
    const at = this.#first + this.#count;
    for (const [i, buffer] of this.#shared.buffers.entries()) {
      const end = (i + 1) * rows * width;
      buffer.set(added.subarray(end - kept * width, end), at * width);
    }
    this.#shared.end = at + kept;
    this.#count += kept;
  }

  /** Makes room for rows that are appended part by part, so that buffers of the sizes between are not allocated. */
  reserve(rows: number): void {
    const { most, capacity } = this.#shape;
    const needed = this.#count + rows;
    let doubled = FIRST_CAPACITY;
    while (doubled < needed) doubled *= 2;
    if (needed <= most) this.#reserve(rows, Math.min(capacity, doubled));
  }

  /** Drops the newest rows. Copies nothing; the next `append` copies the others if a fork still shares them. */
  dropNewest(rows: number): void {
    this.#count -= rows;
  }

  /** Drops all rows. The buffers are kept for new rows, unless forks share them. */
  clear(): void {
    if (this.#shared.holders > 1) this.#replaceBuffers(0);
    this.#first = 0;
    this.#count = 0;
  }

  /** A view of the last rows of a buffer; valid until the rows change. */
  newest(buffer: number, rows: number): Float32Array {
    return this.#view(this.#shared.buffers[buffer]!, this.#first + this.#count - rows, rows);
  }

  /** Copies of the first rows of each buffer. */
  oldest(rows: number): Float32Array[] {
    return this.#shared.buffers.map((buffer) => this.#view(buffer, this.#first, rows).slice());
  }

  /** The same rows, for independent use. */
  fork(): StoredRows {
    const fork = new StoredRows(this.#shape, this.#shared);
    fork.#first = this.#first;
    fork.#count = this.#count;
    this.#shared.holders += 1;
    return fork;
  }

  /** As many rows of another width. @param change returns the new rows of a buffer. */
  map(width: number, change: (rows: Float32Array) => Float32Array): StoredRows {
    const count = this.#count;
    const buffers = this.#shared.buffers.map((buffer) => change(this.#view(buffer, this.#first, count)));
    const shared = { buffers, capacity: count, end: count, holders: 1 };
    const mapped = new StoredRows({ ...this.#shape, width }, shared);
    mapped.#count = count;
    return mapped;
  }

  #view(buffer: Float32Array, from: number, rows: number): Float32Array {
    const { width } = this.#shape;
    return buffer.subarray(from * width, (from + rows) * width);
  }

  /**
   * Reserves rows behind the stored ones, which are moved or copied where necessary.
   *
   * @param least rows of new buffers.
   */
  #reserve(rows: number, least = 0): void {
    const { capacity, end, holders, buffers } = this.#shared;
    const { width } = this.#shape;
    const [first, count] = [this.#first, this.#count];
    const to = first + count;
    const fits = to + rows <= capacity;
    if (fits && (holders === 1 || to === end)) return;
    if (holders > 1 || capacity < this.#shape.capacity) {
      const fewest = this.#shape.isReserved ? this.#shape.capacity : FIRST_CAPACITY;
      const grown = Math.max(fewest, least, 2 * capacity, count + rows);
      this.#replaceBuffers(fits ? capacity : Math.min(this.#shape.capacity, grown));
      for (const [i, buffer] of buffers.entries()) {
        this.#shared.buffers[i]!.set(this.#view(buffer, first, count));
      }
    } else {
      for (const buffer of buffers) buffer.copyWithin(0, first * width, to * width);
    }
    this.#first = 0;
  }

  #replaceBuffers(capacity: number): void {
    this.#shared.holders -= 1;
    this.#shared = allocate(this.#shape, capacity);
  }
}

function allocate({ buffers, width, isReserved }: StoredRowsShape, capacity: number): SharedBuffers {
  const size = capacity * width;
  // One array: systems give a large one page by page, when it is written, and take it back when it is freed.
  const whole = isReserved ? new Float32Array(buffers * size) : undefined;
  return {
    buffers: Array.from(
      { length: buffers },
      (_, i) => whole?.subarray(i * size, (i + 1) * size) ?? new Float32Array(size),
    ),
    capacity,
    end: 0,
    holders: 1,
  };
}
