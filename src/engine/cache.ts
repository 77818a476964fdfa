import { EngineError } from "./errors.ts";

export interface CacheShape {
  readonly layers: number;
  /** Numbers per time and layer in the keys, and in the values: heads × head size. */
  readonly width: number;
  /** How many past times are kept; older ones are forgotten. */
  readonly limit: number;
}

/** Times that a new cache has room for. */
const FIRST_CAPACITY = 64;

/**
 * The keys and values of the times a decoder has read, layer by layer, time-major: `[time, heads, headSize]`.
 *
 * What the graph gets is a view, so nothing is copied to take a step. Buffers grow by doubling, up to twice `limit`
 * rows; from then on the view slides along, and every `limit` times the rows move back to the front. So memory is
 * bounded, and a time costs the same on average however long a piece gets.
 */
export class KeyValueCache {
  readonly #shape: CacheShape;
  /** Keys of layer 0, values of layer 0, keys of layer 1, … */
  #buffers: Float32Array[];
  #capacity: number;
  #start = 0;
  #length = 0;
  #position = 0;
  /** Stands in for an empty past: a graph cannot be given one, so it gets one row and a mask that hides it. */
  readonly #nothing: Float32Array;

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.#capacity = Math.min(FIRST_CAPACITY, 2 * shape.limit);
    this.#buffers = this.#allocate();
    this.#nothing = new Float32Array(shape.width);
  }

  /** Ids read since the beginning, also those that are forgotten. */
  get position(): number {
    return this.#position;
  }

  /** Times held. */
  get length(): number {
    return this.#length;
  }

  /** Rows in what `keys` and `values` give: `length`, but at least one. */
  get rows(): number {
    return Math.max(1, this.#length);
  }

  /** A view of a layer's keys, `[rows, width]`; valid until the next `append`. */
  keys(layer: number): Float32Array {
    return this.#view(2 * layer);
  }

  /** A view of a layer's values, `[rows, width]`; valid until the next `append`. */
  values(layer: number): Float32Array {
    return this.#view(2 * layer + 1);
  }

  /**
   * Adds new times, and forgets what is further back than `limit`.
   *
   * @param added keys of layer 0, values of layer 0, keys of layer 1, …: `[rows, width]` each.
   * @throws EngineError when the sizes do not fit.
   */
  append(added: readonly Float32Array[], rows: number): void {
    const { width, limit } = this.#shape;
    if (added.length !== this.#buffers.length || added.some((part) => part.length !== rows * width)) {
      throw new EngineError(`${added.length} arrays of ${added[0]?.length} numbers do not fit the cache`, {
        code: "bad-cache",
        hint: `${this.#buffers.length} arrays of ${rows} × ${width} numbers are needed`,
      });
    }
    const kept = Math.min(rows, limit); // of the new rows
    const forgotten = Math.max(0, this.#length + kept - limit);
    this.#start += forgotten;
    this.#length -= forgotten;
    this.#makeRoom(kept);
    const at = (this.#start + this.#length) * width;
    for (const [i, buffer] of this.#buffers.entries()) {
      buffer.set(added[i]?.subarray((rows - kept) * width) ?? [], at);
    }
    this.#length += kept;
    this.#position += rows;
  }

  /** Forgets everything; the memory is kept. */
  clear(): void {
    this.#start = 0;
    this.#length = 0;
    this.#position = 0;
  }

  #view(buffer: number): Float32Array {
    if (this.#length === 0) return this.#nothing;
    const { width } = this.#shape;
    const from = this.#start * width;
    return this.#buffers[buffer]?.subarray(from, from + this.#length * width) ?? this.#nothing;
  }

  /** Brings the rows to the front, of larger buffers if need be, unless `rows` more fit as they are. */
  #makeRoom(rows: number): void {
    const needed = this.#length + rows;
    if (this.#start + needed <= this.#capacity) return;
    const { width, limit } = this.#shape;
    const from = this.#start * width;
    const to = from + this.#length * width;
    const old = this.#buffers;
    if (this.#capacity < 2 * limit) {
      this.#capacity = Math.min(2 * limit, Math.max(2 * this.#capacity, needed));
      this.#buffers = this.#allocate();
      for (const [i, buffer] of this.#buffers.entries()) buffer.set(old[i]?.subarray(from, to) ?? []);
    } else {
      for (const buffer of old) buffer.copyWithin(0, from, to);
    }
    this.#start = 0;
  }

  #allocate(): Float32Array[] {
    const size = this.#capacity * this.#shape.width;
    return Array.from({ length: 2 * this.#shape.layers }, () => new Float32Array(size));
  }
}
