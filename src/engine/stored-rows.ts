/** The memory of a cache: the newest rows of each of its buffers. */
import { copyParts, moveParts, readRows, type RowParts, strideFor, writeRows } from "./row-parts.ts";

/** Rows of the first buffers. */
const FIRST_CAPACITY = 64;
const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Unused rows behind a part from which on a read moves the parts together again. */
const LOOSE_ROWS = 128;

/** The sizes of `StoredRows`. */
export interface StoredRowsShape {
  readonly buffers: number;
  /** Numbers in a row of a buffer. */
  readonly width: number;
  /** Maximum number of stored rows. */
  readonly most: number;
  /** Rows that a buffer can hold in the end: more than `most` if it can become full, since the stored rows then move to the front. */
  readonly capacity: number;
  /**
   * Whether addresses for `capacity` rows are reserved, so that buffers grow in place. Systems give their memory page by page when it is
   * written, and take it back when it is freed. Default: larger buffers replace them.
   */
  readonly isReserved?: boolean;
  /** Parts of a row that are stored apart: see `row-parts.ts`. Rows must then not exceed `most`. Default 1: rows are contiguous. */
  readonly parts?: number;
}

/** Buffers of one cache, or of several forks that still share them. */
interface SharedBuffers {
  readonly buffers: readonly Float32Array[];
  /** Rows that each can hold. */
  capacity: number;
  /** Rows from one part to the next, at most `capacity`; `capacity` if rows are contiguous. */
  stride: number;
  /** Rows written by the fork that is furthest; any fork may write behind them. */
  end: number;
  /** Number of forks that read them. */
  holders: number;
}

/**
 * Consecutive rows in several buffers: appended at the end, dropped at both ends. Views of them are contiguous. If parts of a row are
 * stored apart, only views of whole buffers are possible, with some unused rows behind each part.
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
    this.#reserve(kept, { room: kept });
    const at = this.#first + this.#count;
    for (const [i, buffer] of this.#shared.buffers.entries()) {
      const end = (i + 1) * rows * width;
      this.#write(buffer, at, added.subarray(end - kept * width, end));
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
    if (needed > most) return;
    this.#reserve(rows, { least: Math.min(capacity, doubled) });
    const { holders, stride } = this.#shared;
    const fitting = strideFor(this.#count);
    if (this.#parts > 1 && holders === 1 && stride > fitting + LOOSE_ROWS) this.#moveParts(fitting);
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

  /** The last rows of a buffer: a view, valid until the rows change; if parts are apart, a copy. */
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
   * Removes rows from between others, which then follow one another. Not if parts of a row are stored apart.
   *
   * @param at the first of them, counted from the oldest stored row.
   * @param removed gets them, `[buffers, rows, width]`.
   */
  cut(at: number, removed: Float32Array): void {
    const { buffers, width } = this.#shape;
    const rows = removed.length / (buffers * width);
    for (const [i, buffer] of this.#shared.buffers.entries())
      removed.set(this.#view(buffer, this.#first + at, rows), i * rows * width);
    this.#shift(at + rows, -rows);
  }

  /**
   * Inserts rows between others, as many as `cut` has removed.
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

  /** As many rows of another width. @param change returns the new rows of a buffer. */
  map(width: number, change: (rows: Float32Array) => Float32Array): StoredRows {
    const count = this.#count;
    const rows = this.#shared.buffers.map((buffer) => change(this.#read(buffer, this.#first, count)));
    const parts = this.#parts === 1 ? 1 : (this.#parts * width) / this.#shape.width;
    const shared = { buffers: rows, capacity: count, stride: count, end: count, holders: 1 };
    const mapped = new StoredRows({ ...this.#shape, width, parts }, parts === 1 ? shared : undefined);
    if (parts > 1) {
      mapped.#reserve(count, { room: count });
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

  /** A view of rows, or a copy if parts are apart.  # [rows, width] */
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
   * Reserves rows behind the stored ones, which are moved or copied where necessary.
   *
   * @param options `least`: rows of new buffers; `room`: how many of the rows each part gets room for now, since unused rows are read.
   */
  #reserve(rows: number, { least = 0, room = 0 }: { readonly least?: number; readonly room?: number }): void {
    const { capacity, end, holders, buffers, stride } = this.#shared;
    const { width } = this.#shape;
    const [first, count] = [this.#first, this.#count];
    const to = first + count;
    const fits = to + rows <= capacity;
    const hasRoom = to + room <= stride;
    if (fits && (holders === 1 || (to === end && hasRoom))) {
      if (!hasRoom) this.#moveParts(strideFor(to + room));
      return;
    }
    if (holders > 1 || capacity < this.#shape.capacity) {
      const needed = this.#parts === 1 ? count + rows : strideFor(count + rows);
      const grown = Math.min(this.#shape.capacity, Math.max(FIRST_CAPACITY, least, 2 * capacity, needed));
      if (this.#shape.isReserved && holders === 1 && capacity > 0) {
        this.#growInPlace(grown, to + room);
        return;
      }
      const before = this.#layout;
      this.#replaceBuffers(fits ? capacity : grown, count + room);
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

  /** Moves the rows behind the first `at` by some rows, in place unless forks share them or there is no room. */
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

  /** @param used rows for which the parts get room. */
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
