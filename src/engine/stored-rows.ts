/** The buffers of a cache, with their newest rows. */
import { copyParts, moveParts, readRows, type RowParts, strideFor, writeRows } from "./row-parts.ts";

/** Rows of the first buffers. */
const FIRST_CAPACITY = 64;
const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Maximum number of unused rows of a part; with more, `reserve` reduces the stride. */
const MAX_UNUSED_ROWS = 128;

/** The sizes of `StoredRows`. */
export interface StoredRowsShape {
  readonly buffers: number;
  /** Numbers in a row of a buffer. */
  readonly width: number;
  /** Maximum number of stored rows. */
  readonly most: number;
  /** Maximum rows of a buffer: more than `most` if it can become full, since the stored rows then move to the front. */
  readonly capacity: number;
  /**
   * Whether addresses for `capacity` rows are reserved, so that buffers grow in place. Operating systems allocate the memory page by page
   * when it is written, and reclaim it when it is freed. Default: larger buffers replace them.
   */
  readonly isReserved?: boolean;
  /** Parts of a row that are stored separately: see `row-parts.ts`. Rows must then not exceed `most`. Default 1: rows are contiguous. */
  readonly parts?: number;
}

/** Buffers of one cache, or of several forks that still share them. */
interface SharedBuffers {
  readonly buffers: readonly Float32Array[];
  /** Rows that each can hold. */
  capacity: number;
  /** Rows from one part to the next, at most `capacity`; `capacity` if rows are contiguous. */
  stride: number;
  /** Rows written by the longest fork; any fork may write after them. */
  end: number;
  /** Number of forks that read them. */
  holders: number;
}

/**
 * Consecutive rows in several buffers: appended at the end, dropped at both ends. Views of them are contiguous. If parts of a row are
 * stored separately, only views of whole buffers are possible, with some unused rows after each part.
 *
 * Buffers grow by doubling, up to `capacity`. Then the stored rows move to the front when the end is reached, so memory is
 * bounded and the mean cost of a row is constant.
 *
 * A fork copies nothing: both share the buffers. The first one to append writes to them; when the other one appends too, its rows
 * are copied once into buffers of its own.
 */
export class StoredRows {
  readonly #shape: StoredRowsShape;
  #shared: SharedBuffers;
  /** Row of the oldest stored one. */
  #first = 0;
  #count = 0;

  constructor(shape: StoredRowsShape, shared = allocate(shape, 0, 0)) {
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
    this.#reserve(kept, { now: kept });
    const at = this.#first + this.#count;
    for (const [i, buffer] of this.#shared.buffers.entries()) {
      const end = (i + 1) * rows * width;
      this.#write(buffer, at, added.subarray(end - kept * width, end));
    }
    this.#shared.end = at + kept;
    this.#count += kept;
  }

  /** Reserves memory for rows that are appended chunk by chunk, so that buffers of intermediate sizes are not allocated. */
  reserve(rows: number): void {
    const { most, capacity } = this.#shape;
    const needed = this.#count + rows;
    let doubled = FIRST_CAPACITY;
    while (doubled < needed) doubled *= 2;
    if (needed > most) return;
    this.#reserve(rows, { least: Math.min(capacity, doubled) });
    const { holders, stride } = this.#shared;
    const fitting = strideFor(this.#count);
    if (this.#parts > 1 && holders === 1 && stride > fitting + MAX_UNUSED_ROWS) this.#moveParts(fitting);
  }

  /** Drops the newest rows. Copies nothing; the next `append` copies the others if a fork still shares them. */
  dropNewest(rows: number): void {
    this.#count -= rows;
  }

  /** Drops all rows. The buffers are kept for new rows, unless forks share them. */
  clear(): void {
    if (this.#shared.holders > 1) this.#replaceBuffers(0, 0);
    else if (this.#parts > 1) this.#shared.stride = 0; // as in a new cache, so that runs have the same bits
    this.#first = 0;
    this.#count = 0;
  }

  /** Returns reserved memory to the system at once, unless forks share it. The rows cannot be used afterwards. */
  free(): void {
    this.#shared.holders -= 1;
    if (!this.#shape.isReserved || this.#shared.holders > 0) return;
    for (const { buffer } of this.#shared.buffers) resize(buffer, 0);
  }

  /** The last rows of a buffer: a view, valid until the rows change; if parts are stored separately, a copy. */
  newest(buffer: number, rows: number): Float32Array {
    return this.#read(this.#shared.buffers[buffer]!, this.#first + this.#count - rows, rows);
  }

  /** Rows of each part in `whole`, unused ones included. */
  get stride(): number {
    return this.#shared.stride;
  }

  /** A view of a buffer, `[parts, stride, width ÷ parts]`, whose first rows are the stored ones; valid until the rows change. */
  whole(buffer: number): Float32Array {
    return this.#view(this.#shared.buffers[buffer]!, 0, this.stride);
  }

  /**
   * Removes rows, and moves the later ones forward. Not possible if parts of a row are stored separately.
   *
   * @param at the first of them, counted from the oldest stored row.
   * @param removed receives them, `[buffers, rows, width]`.
   */
  cut(at: number, removed: Float32Array): void {
    const { buffers, width } = this.#shape;
    const rows = removed.length / (buffers * width);
    for (const [i, buffer] of this.#shared.buffers.entries())
      removed.set(this.#view(buffer, this.#first + at, rows), i * rows * width);
    this.#shift(at + rows, -rows);
  }

  /**
   * Inserts rows that `cut` has removed, and moves the later ones backward.
   *
   * @param blocks arrays that `cut` filled, of which the first `rows` rows are taken.
   */
  insert(at: number, rows: number, blocks: readonly Float32Array[]): void {
    const { buffers, width } = this.#shape;
    this.#shift(at, rows);
    for (const [i, buffer] of this.#shared.buffers.entries()) {
      let to = (this.#first + at) * width;
      const end = to + rows * width;
      for (const block of blocks) {
        const size = block.length / buffers;
        const used = Math.min(size, end - to);
        buffer.set(block.subarray(i * size, i * size + used), to);
        to += used;
      }
    }
  }

  /** The same rows, for independent use. */
  fork(): StoredRows {
    const fork = new StoredRows(this.#shape, this.#shared);
    fork.#first = this.#first;
    fork.#count = this.#count;
    this.#shared.holders += 1;
    return fork;
  }

  /** The same number of rows, of another width. @param change returns the new rows of a buffer. */
  map(width: number, change: (rows: Float32Array) => Float32Array): StoredRows {
    const count = this.#count;
    const rows = this.#shared.buffers.map((buffer) => change(this.#read(buffer, this.#first, count)));
    const parts = this.#parts === 1 ? 1 : (this.#parts * width) / this.#shape.width;
    const shared = { buffers: rows, capacity: count, stride: count, end: count, holders: 1 };
    const mapped = new StoredRows({ ...this.#shape, width, parts }, parts === 1 ? shared : undefined);
    if (parts > 1) {
      mapped.#reserve(count, { now: count });
      for (const [i, buffer] of mapped.#shared.buffers.entries()) mapped.#write(buffer, 0, rows[i]!);
      mapped.#shared.end = count;
    }
    mapped.#count = count;
    return mapped;
  }

  get #parts(): number {
    return this.#shape.parts ?? 1;
  }

  get #layout(): RowParts {
    const parts = this.#parts;
    return { parts, size: this.#shape.width / parts, stride: this.#shared.stride };
  }

  /** A view of rows, or a copy if parts are stored separately.  # [rows, width] */
  #read(buffer: Float32Array, from: number, rows: number): Float32Array {
    return this.#parts === 1 ? this.#view(buffer, from, rows) : readRows(buffer, this.#layout, from, rows);
  }

  #write(buffer: Float32Array, to: number, rows: Float32Array): void {
    if (this.#parts === 1) buffer.set(rows, to * this.#shape.width);
    else writeRows(buffer, this.#layout, to, rows);
  }

  #moveParts(stride: number): void {
    const to = Math.min(stride, this.#shared.capacity);
    for (const buffer of this.#shared.buffers) moveParts(buffer, this.#layout, to, this.#count);
    this.#shared.stride = to;
  }

  #view(buffer: Float32Array, from: number, rows: number): Float32Array {
    const { width } = this.#shape;
    return buffer.subarray(from * width, (from + rows) * width);
  }

  /**
   * Reserves rows after the stored ones, which are moved or copied where necessary.
   *
   * @param options `least`: minimum rows of new buffers; `now`: the number of these rows that the stride of the parts must include at once.
   * The others are not included, since unused rows within the stride are read.
   */
  #reserve(rows: number, { least = 0, now = 0 }: { readonly least?: number; readonly now?: number }): void {
    const { capacity, end, holders, buffers, stride } = this.#shared;
    const { width } = this.#shape;
    const [first, count] = [this.#first, this.#count];
    const to = first + count;
    const fits = to + rows <= capacity;
    const fitsStride = to + now <= stride;
    if (fits && (holders === 1 || (to === end && fitsStride))) {
      if (!fitsStride) this.#moveParts(strideFor(to + now));
      return;
    }
    if (holders > 1 || capacity < this.#shape.capacity) {
      const needed = this.#parts === 1 ? count + rows : strideFor(count + rows);
      const grown = Math.min(this.#shape.capacity, Math.max(FIRST_CAPACITY, least, 2 * capacity, needed));
      if (this.#shape.isReserved && holders === 1 && capacity > 0) {
        this.#growInPlace(grown, to + now);
        return;
      }
      const before = this.#layout;
      this.#replaceBuffers(fits ? capacity : grown, count + now);
      for (const [i, buffer] of buffers.entries()) {
        const own = this.#shared.buffers[i]!;
        if (this.#parts === 1) own.set(this.#view(buffer, first, count));
        else copyParts(buffer, before, own, this.stride, count);
      }
    } else {
      for (const buffer of buffers) buffer.copyWithin(0, first * width, to * width);
    }
    this.#first = 0;
  }

  #growInPlace(capacity: number, used: number): void {
    for (const { buffer } of this.#shared.buffers) resize(buffer, capacity * this.#shape.width * BYTES);
    this.#shared.capacity = capacity;
    if (this.#parts === 1) this.#shared.stride = capacity;
    else if (used > this.#shared.stride) this.#moveParts(strideFor(used));
  }

  /** Moves the rows after the first `at` by a number of rows, in place unless forks share them or the buffers are too small. */
  #shift(at: number, by: number): void {
    const { buffers, capacity, holders } = this.#shared;
    const { width } = this.#shape;
    const [first, count] = [this.#first, this.#count];
    const isTooSmall = first + count + by > capacity;
    if (holders === 1 && !isTooSmall) {
      for (const buffer of buffers)
        buffer.copyWithin((first + at + by) * width, (first + at) * width, (first + count) * width);
    } else {
      this.#replaceBuffers(isTooSmall ? this.#shape.capacity : capacity, 0);
      for (const [i, buffer] of buffers.entries()) {
        const own = this.#shared.buffers[i]!;
        own.set(this.#view(buffer, first, at + Math.min(0, by)));
        own.set(this.#view(buffer, first + at, count - at), (at + by) * width);
      }
      this.#first = 0;
    }
    this.#count += by;
    this.#shared.end = this.#first + this.#count;
  }

  /** @param used number of rows that the stride of the parts must include. */
  #replaceBuffers(capacity: number, used: number): void {
    this.#shared.holders -= 1;
    this.#shared = allocate(this.#shape, capacity, used);
  }
}

function resize(buffer: ArrayBufferLike, bytes: number): void {
  if (buffer instanceof ArrayBuffer) buffer.resize(bytes);
}

function allocate(
  { buffers, width, isReserved, parts = 1, capacity: most }: StoredRowsShape,
  capacity: number,
  used: number,
): SharedBuffers {
  const size = capacity * width;
  const maxByteLength = most * width * BYTES;
  return {
    buffers: Array.from({ length: buffers }, () =>
      isReserved
        ? new Float32Array(new ArrayBuffer(size * BYTES, { maxByteLength }))
        : new Float32Array(size),
    ),
    capacity,
    stride: parts === 1 ? capacity : Math.min(capacity, strideFor(used)),
    end: 0,
    holders: 1,
  };
}
