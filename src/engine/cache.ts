import { type AttentionSink, checkSink, evictedBefore, SinkWindow } from "./attention-sink.ts";
import { EngineError } from "./errors.ts";

/** The sizes of a cache, taken from the decoder that fills it. */
export interface CacheShape {
  readonly layers: number;
  /** Numbers per position and layer in the keys, and in the values, of one sequence: heads × head size. */
  readonly width: number;
  /** Maximum number of past positions that a step sees. At most three times as many rows are stored, plus a sink window. */
  readonly limit: number;
  /** Rows that are never evicted. Default: none. */
  readonly sink?: AttentionSink | undefined;
}

/** Rows of the first buffers. */
const FIRST_CAPACITY = 64;

/** Rows in memory, of one cache or of several forks that still share them. */
interface Store {
  /** Keys of layer 0, values of layer 0, keys of layer 1, … */
  readonly buffers: readonly Float32Array[];
  /** Rows that the buffers can hold. */
  readonly capacity: number;
  /** Rows written by the fork that is furthest; any fork may write behind them. */
  end: number;
  /** Number of caches that read this store. */
  holders: number;
}

/**
 * A rolling key/value cache: the keys and values of the positions that a decoder has read, one pair of buffers per layer,
 * `[position, heads, headSize]`.
 *
 * The graph reads views of the buffers, so a step copies nothing. Buffers grow by doubling, up to `3 · limit` rows: `limit`
 * rows that the next step sees, `limit` rows that `rewind` can restore, and `limit` rows to write. Then the view slides,
 * and every `limit` positions the rows are moved to the front. So memory is bounded, and the mean cost of a position is constant.
 *
 * With an attention sink, once rows are evicted, the graph reads the buffers of a `SinkWindow`.
 *
 * A cache can store several sequences of equal length, which one run reads together. A row then contains all of them,
 * `[position, sequences · heads, headSize]`, and positions count for each. `select` makes such a cache.
 */
export class KeyValueCache {
  readonly shape: CacheShape;
  readonly sequences: number;
  /** Numbers in a row of all sequences. */
  readonly #width: number;
  #store: Store;
  /** Row of the oldest stored position. */
  #first = 0;
  /** Stored rows, visible or not: at most `2 · limit`. */
  #stored = 0;
  #position = 0;
  /** The visible rows, once some are evicted behind a sink. */
  #sinkWindow: SinkWindow | undefined;
  /** One row, which the mask hides: the past of an empty cache, since ONNX Runtime cannot read an empty tensor here. */
  readonly #nothing: Float32Array;

  /** @throws RangeError unless `limit` rows hold the sink and one eviction block. */
  constructor(shape: CacheShape, sequences = 1) {
    if (shape.sink) checkSink(shape.sink, shape.limit);
    this.shape = shape;
    this.sequences = sequences;
    this.#width = sequences * shape.width;
    this.#store = this.#allocate(0);
    this.#nothing = new Float32Array(this.#width);
  }

  /** Positions read since the beginning, evicted ones included. */
  get position(): number {
    return this.#position;
  }

  /** Rows that the next step sees. */
  get length(): number {
    return Math.min(this.#position - this.#evictedBefore(this.#position), this.shape.limit);
  }

  /** Maximum number of rows that one run can append: with a sink, those up to the next eviction; else Infinity. */
  get rowsBeforeEviction(): number {
    const { limit, sink } = this.shape;
    if (!sink) return Infinity;
    const beyond = this.#position - limit;
    return beyond < 0 ? -beyond : sink.evictionBlock - (beyond % sink.evictionBlock);
  }

  /** Number of consecutive positions, ending with its own, that a position sees; sink rows are not counted. */
  visibleSpan(position: number): number {
    const { limit, sink } = this.shape;
    const evicted = this.#evictedBefore(position);
    return evicted > 0 ? position + 1 - evicted - (sink?.sinkRows ?? 0) : Math.min(position, limit) + 1;
  }

  /** Rows in the views of `keys` and `values`: `length`, but at least one. */
  get rows(): number {
    return Math.max(1, this.length);
  }

  /** The first position that `rewind` can return to: 0 up to position `2 · limit`, then `limit` before the furthest one reached. */
  get earliest(): number {
    const oldest = this.#position - this.#stored;
    return oldest === 0 ? 0 : oldest + this.shape.limit;
  }

  /** A view of a layer's keys, `[rows, sequences · width]`; valid until the cache changes. */
  keys(layer: number): Float32Array {
    return this.#view(2 * layer);
  }

  /** A view of a layer's values, `[rows, sequences · width]`; valid until the cache changes. */
  values(layer: number): Float32Array {
    return this.#view(2 * layer + 1);
  }

  /**
   * Appends rows. Rows further back than `limit` are evicted; with a sink, the oldest blocks behind it.
   *
   * @param added `[2 · layers, rows, sequences · width]`: keys of layer 0, values of layer 0, keys of layer 1, ….
   * @throws EngineError unless it contains whole rows; RangeError for more than `rowsBeforeEviction` rows.
   */
  append(added: Float32Array): void {
    const { layers, limit } = this.shape;
    const width = this.#width;
    const rows = added.length / (2 * layers * width);
    if (!Number.isInteger(rows)) {
      throw new EngineError(`${added.length} numbers do not fit the cache`, {
        code: "bad-cache",
        hint: `give a multiple of ${2 * layers} × ${width} numbers`,
      });
    }
    const most = this.rowsBeforeEviction;
    if (rows > most) throw new RangeError(`${rows} rows at once, but ${most} are left before an eviction`);
    const kept = Math.min(rows, 2 * limit); // of the new rows
    const evicted = Math.max(0, this.#stored + kept - 2 * limit);
    this.#first += evicted;
    this.#stored -= evicted;
    this.#reserve(kept);
    const at = this.#first + this.#stored;
    for (const [i, buffer] of this.#store.buffers.entries()) {
      const end = (i + 1) * rows * width;
      buffer.set(added.subarray(end - kept * width, end), at * width);
    }
    this.#store.end = at + kept;
    this.#stored += kept;
    this.#position += rows;
    if (this.#evictedBefore(this.#position) > 0)
      this.#sinkWindow ??= this.#createSinkWindow(this.#copySinkRows());
  }

  /**
   * A second cache at the same position. Both can be read on, rewound and forked independently.
   *
   * A fork copies nothing: both share the rows. The first to append writes to the shared buffers; when the other appends
   * too, its stored rows are copied once into buffers of its own. Each has its own `SinkWindow`. Clearing a fork that is
   * not needed any more can save the other one the copy.
   */
  fork(): KeyValueCache {
    const fork = new KeyValueCache(this.shape, this.sequences);
    fork.#store = this.#store;
    fork.#first = this.#first;
    fork.#stored = this.#stored;
    fork.#position = this.#position;
    fork.#sinkWindow = this.#sinkWindow && this.#createSinkWindow(this.#sinkWindow.sinkRows);
    this.#store.holders += 1;
    return fork;
  }

  /**
   * A cache of some of the sequences, at the same position. The stored rows are copied.
   *
   * @param which indices of sequences, from 0, in the new order; an index may be repeated.
   * @throws EngineError for an empty list, or an index out of range.
   *
   * @example
   * const four = cache.select([0, 0, 0, 0]); // four continuations of one prompt, one run a step
   */
  select(which: readonly number[]): KeyValueCache {
    const { sequences } = this;
    const bad = which.find(
      (sequence) => !Number.isInteger(sequence) || sequence < 0 || sequence >= sequences,
    );
    if (bad !== undefined || which.length === 0) {
      throw new EngineError(
        bad === undefined ? "no sequence was selected" : `the cache has no sequence ${bad}`,
        {
          code: "bad-cache",
          hint: `select from 0 to ${sequences - 1}`,
        },
      );
    }
    const selected = new KeyValueCache(this.shape, which.length);
    selected.#store = selected.#allocate(this.#stored);
    for (const [i, buffer] of selected.#store.buffers.entries()) {
      const stored = this.#store.buffers[i]?.subarray(this.#first * this.#width);
      this.#select(which, stored, buffer, this.#stored);
    }
    const sinkRows = this.#sinkWindow?.sinkRows.map((opening) => {
      const rows = opening.length / this.#width;
      const part = new Float32Array(rows * selected.#width);
      this.#select(which, opening, part, rows);
      return part;
    });
    selected.#sinkWindow = sinkRows && selected.#createSinkWindow(sinkRows);
    selected.#store.end = this.#stored;
    selected.#stored = this.#stored;
    selected.#position = this.#position;
    return selected;
  }

  /**
   * Removes the newest rows, so that the cache is as it was at an earlier position. Copies nothing; the next `append`
   * copies the stored rows if a fork still shares them.
   *
   * @param position from `earliest` to the present `position`.
   * @throws EngineError for a position ahead of the cache, or before `earliest`: its rows are evicted.
   */
  rewind(position: number): void {
    if (!Number.isInteger(position) || position < 0 || position > this.#position) {
      throw new EngineError(`cannot rewind to position ${position} from ${this.#position}`, {
        code: "bad-position",
        hint: `rewind to a whole number from ${this.earliest} to ${this.#position}`,
      });
    }
    if (position < this.earliest) {
      throw new EngineError(`position ${position} is evicted`, {
        code: "bad-position",
        hint: `rewind to ${this.earliest} or later, or read the ids again into a new cache`,
      });
    }
    this.#stored -= this.#position - position;
    this.#position = position;
    const evicted = this.#evictedBefore(position);
    if (evicted === 0) this.#sinkWindow = undefined; // its rows may become others
    else this.#sinkWindow?.rewind(position, evicted);
  }

  /** Removes all rows. The buffers are kept for new rows, unless forks share them. */
  clear(): void {
    if (this.#store.holders > 1) this.#replaceStore(0);
    this.#first = 0;
    this.#stored = 0;
    this.#position = 0;
    this.#sinkWindow = undefined;
  }

  /** Number of rows behind the sink that are evicted at a position. */
  #evictedBefore(position: number): number {
    const { limit, sink } = this.shape;
    return sink ? evictedBefore(position, sink, limit) : 0;
  }

  /** @returns one array for each buffer, `[sink rows, width]` */
  #copySinkRows(): Float32Array[] {
    const from = this.#first * this.#width; // all rows are stored until the first eviction
    const length = (this.shape.sink?.sinkRows ?? 0) * this.#width;
    return this.#store.buffers.map((buffer) => buffer.slice(from, from + length));
  }

  /** Copies rows of some of the sequences. */
  #select(which: readonly number[], from: Float32Array | undefined, to: Float32Array, rows: number): void {
    const { width } = this.shape;
    for (let row = 0; row < rows; row += 1) {
      for (const [index, sequence] of which.entries()) {
        const at = row * this.#width + sequence * width;
        to.set(from?.subarray(at, at + width) ?? [], (row * which.length + index) * width);
      }
    }
  }

  #createSinkWindow(sinkRows: readonly Float32Array[]): SinkWindow {
    return new SinkWindow(sinkRows, this.#width, this.shape.limit);
  }

  /** The last rows of a buffer. */
  #newest(buffer: number, rows: number): Float32Array {
    const to = this.#first + this.#stored;
    return (
      this.#store.buffers[buffer]?.subarray((to - rows) * this.#width, to * this.#width) ?? this.#nothing
    );
  }

  #view(buffer: number): Float32Array {
    const { length } = this;
    if (length === 0) return this.#nothing;
    if (!this.#sinkWindow) return this.#newest(buffer, length);
    const seen = this.#sinkWindow.at(this.#position, this.#evictedBefore(this.#position), (i, rows) =>
      this.#newest(i, rows),
    );
    return seen[buffer]?.subarray(0, length * this.#width) ?? this.#nothing;
  }

  /** Reserves `rows` rows behind the stored ones, which are moved or copied where necessary. */
  #reserve(rows: number): void {
    const { capacity, end, holders, buffers } = this.#store;
    const { limit } = this.shape;
    const width = this.#width;
    const from = this.#first;
    const to = from + this.#stored;
    const fits = to + rows <= capacity;
    if (fits && (holders === 1 || to === end)) return;
    const largest = 3 * limit;
    if (holders > 1 || capacity < largest) {
      const grown = Math.max(FIRST_CAPACITY, 2 * capacity, this.#stored + rows);
      this.#replaceStore(fits ? capacity : Math.min(largest, grown));
      for (const [i, buffer] of this.#store.buffers.entries()) {
        buffer.set(buffers[i]?.subarray(from * width, to * width) ?? []);
      }
    } else {
      for (const buffer of buffers) buffer.copyWithin(0, from * width, to * width);
    }
    this.#first = 0;
  }

  #replaceStore(capacity: number): void {
    this.#store.holders -= 1;
    this.#store = this.#allocate(capacity);
  }

  #allocate(capacity: number): Store {
    const buffers = Array.from(
      { length: 2 * this.shape.layers },
      () => new Float32Array(capacity * this.#width),
    );
    return { buffers, capacity, end: 0, holders: 1 };
  }
}
