import {
  type Backend,
  type DecoderConfig,
  isHeadsFirst,
  type QuantizationScheme,
} from "../../models/index.ts";
import { type AttentionSink, checkSink, firstPositionEvicting, restorableBlocks } from "./attention-sink.ts";
import { EngineError } from "./errors.ts";
import { EvictedRows } from "./evicted-rows.ts";
import { checkSelection, selectSequences } from "./select-sequences.ts";
import { StoredRows } from "./stored-rows.ts";
import {
  type CacheWindow,
  evictedAt,
  rowsBeforeEviction,
  visibleLength,
  visibleSpan,
} from "./visible-rows.ts";

/** The sizes of a cache, taken from the decoder that fills it. It stores at most 2¼ times `limit` rows; with a sink, 1.3 times. */
export interface CacheShape extends CacheWindow {
  readonly layers: number;
  /** Numbers per position and layer in the keys, and in the values, of one sequence: heads × head size. */
  readonly width: number;
  /**
   * Maximum number of positions, where they end. Memory for all of them is then reserved at once: systems give it page by page when rows
   * are written, and rows are never copied to larger buffers. Default: unlimited, buffers grow.
   */
  readonly positions?: number | undefined;
  /**
   * Heads of one sequence, if they are the first axis: `[heads, positions, headSize]`, so that memory is read in order. Such a cache has no
   * sink and at most `limit + 1` positions. Default: `[positions, heads, headSize]`.
   */
  readonly headsFirst?: number | undefined;
}

/** The sizes of a decoder's caches without a sink. @param scheme of the graph. Default: one with the positions first. */
export function cacheShapeOf(
  config: DecoderConfig,
  backend: Backend,
  scheme?: QuantizationScheme,
): CacheShape {
  const { heads, layers, width, window, position } = config;
  // Browsers count reserved memory as used.
  const isReserved = backend === "node" && position.kind === "learned";
  return {
    layers,
    width,
    limit: window - 1, // the window includes the current id, which is not in the cache
    positions: isReserved ? window : undefined,
    headsFirst: scheme && isHeadsFirst(config, scheme) ? heads : undefined,
  };
}

/**
 * A rolling key/value cache: the keys and values of the positions that a decoder has read, one pair of buffers per layer,
 * `[position, heads, headSize]`.
 *
 * The graph reads views of the buffers, `past`, so a step copies nothing. At most `2 · limit` rows are stored: `limit` rows that the
 * next step attends to, and `limit` rows that `rewind` can restore. The buffers can hold a quarter of `limit` more; when they are full, the
 * stored rows move to the front.
 *
 * With an attention sink the buffers have `limit` rows: those of the sink, and after them the most recent ones, which move forward when
 * a block is evicted. The newest evicted blocks, 5/16 of `limit`, are stored separately, and `rewind` can restore them.
 *
 * With the heads as the first axis, `past` has unused rows after those of each head. It is copied about every 64 rows, to give each head
 * more rows.
 *
 * A cache can store several sequences of equal length, which one run reads together. A row then contains all of them,
 * `[position, sequences · heads, headSize]`, and positions count for each. `select` makes such a cache.
 */
export class KeyValueCache {
  readonly shape: CacheShape;
  readonly sequences: number;
  /** Keys of layer 0, values of layer 0, keys of layer 1, …, visible or not; with a sink, the visible ones. */
  #rows: StoredRows;
  #position = 0;
  /** With a sink, the newest evicted rows. */
  #evictedRows: EvictedRows;
  /** One row, which the mask hides: the past of an empty cache, since ONNX Runtime cannot read an empty tensor here. */
  readonly #nothing: Float32Array;

  /** @throws RangeError unless `limit` rows hold the sink and one eviction block. */
  constructor(shape: CacheShape, sequences = 1) {
    const { headsFirst = 0, layers, limit, sink, width } = shape;
    if (sink) checkSink(sink, limit);
    const positions = sink ? limit : (shape.positions ?? (headsFirst ? limit + 1 : undefined));
    this.shape = shape;
    this.sequences = sequences;
    this.#rows = new StoredRows({
      buffers: 2 * layers,
      width: sequences * width,
      most: positions ?? 2 * limit,
      capacity: positions ?? 2 * limit + Math.ceil(limit / 4),
      isReserved: shape.positions !== undefined,
      parts: sequences * headsFirst || 1,
    });
    this.#evictedRows = new EvictedRows(sink ? restorableBlocks(sink, limit) : 0);
    this.#nothing = new Float32Array(sequences * width);
  }

  /** Positions read since the beginning, evicted ones included. */
  get position(): number {
    return this.#position;
  }

  /** Number of rows that the next step attends to. */
  get length(): number {
    return visibleLength(this.shape, this.#position);
  }

  /** Maximum number of rows that one run can append: with a sink, those up to the next eviction; else Infinity. */
  get rowsBeforeEviction(): number {
    return rowsBeforeEviction(this.shape, this.#position);
  }

  /** Number of consecutive positions, ending with its own, that a position attends to; sink rows are not counted. */
  visibleSpan(position: number): number {
    return visibleSpan(this.shape, position);
  }

  /** Rows in the views of `past`, at least one. The last `length` are the visible ones; with the heads first, the first. */
  get rows(): number {
    return Math.max(1, this.#isHeadsFirst ? this.#rows.stride : this.length);
  }

  /**
   * The first position that `rewind` can return to. It is 0 up to position `2 · limit`, then `limit` before the highest position reached.
   * With a sink it is 0 up to about `1.3 · limit`, then at least the number of stored evicted rows, 5/16 of `limit`, before the present one.
   */
  get earliest(): number {
    const { limit, sink } = this.shape;
    if (sink) {
      const lost = this.#evicted - this.#evictedRows.count * sink.evictionBlock;
      return firstPositionEvicting(lost, sink, limit);
    }
    const oldest = this.#position - this.#rows.count;
    return oldest === 0 ? 0 : oldest + limit;
  }

  /** A layer's keys, `[length, sequences · width]`, of an empty cache a row of zeros: a view, valid until the cache changes; with the heads first, a copy. */
  keys(layer: number): Float32Array {
    return this.#view(2 * layer);
  }

  /** A layer's values, as `keys`. */
  values(layer: number): Float32Array {
    return this.#view(2 * layer + 1);
  }

  /**
   * What the graph reads: a view, valid until the cache changes.
   *
   * @param buffer 0 for the keys of layer 0, 1 for its values, 2 for the keys of layer 1, ….
   * @returns `[rows, sequences · heads, headSize]`, or `[sequences · heads, rows, headSize]`.
   */
  past(buffer: number): Float32Array {
    if (!this.#isHeadsFirst) return this.#view(buffer);
    return this.#rows.stride === 0 ? this.#nothing : this.#rows.whole(buffer);
  }

  /** The newest rows of a buffer, `[rows, sequences · width]`. @param rows at most `length`. */
  newest(buffer: number, rows: number): Float32Array {
    return this.#isHeadsFirst
      ? this.#rows.newest(buffer, rows)
      : this.#view(buffer).subarray((this.length - rows) * this.#width, this.length * this.#width);
  }

  /**
   * Appends rows. Rows further back than `limit` are evicted; with a sink, the oldest blocks after it.
   *
   * @param added `[2 · layers, rows, sequences · width]`: keys of layer 0, values of layer 0, keys of layer 1, ….
   * @throws EngineError unless it contains whole rows; RangeError for more than `rowsBeforeEviction` rows.
   */
  append(added: Float32Array): void {
    const { layers, sink } = this.shape;
    const rows = added.length / (2 * layers * this.#width);
    if (!Number.isInteger(rows)) {
      throw new EngineError(`${added.length} numbers do not fit the cache`, {
        code: "bad-cache",
        hint: `give a multiple of ${2 * layers} × ${this.#width} numbers`,
      });
    }
    const most = this.rowsBeforeEviction;
    if (rows > most) throw new RangeError(`${rows} rows at once, but ${most} are left before an eviction`);
    this.#rows.append(added);
    this.#position += rows;
    if (sink && rows === most) {
      const removed = this.#evictedRows.push(2 * layers * sink.evictionBlock * this.#width);
      this.#rows.cut(sink.sinkRows, removed);
    }
  }

  /** Reserves memory for rows that are appended one chunk after another. */
  reserve(rows: number): void {
    this.#rows.reserve(Math.min(rows, this.rowsBeforeEviction));
  }

  /**
   * A second cache at the same position. Both can be appended to, rewound and forked independently.
   *
   * A fork copies nothing until both have appended, or rows are evicted or restored: see `StoredRows`. If a fork is cleared when it is
   * not needed any more, the other one may not have to copy.
   */
  fork(): KeyValueCache {
    return this.#with(this.#rows.fork(), this.#evictedRows.fork(), this.sequences);
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
    const { width } = this.shape;
    checkSelection(which, sequences);
    const select = (rows: Float32Array): Float32Array => selectSequences(rows, which, { sequences, width });
    const rows = this.#rows.map(which.length * width, select);
    return this.#with(rows, this.#evictedRows.map(select), which.length);
  }

  /**
   * Removes the newest rows, so that the cache is as it was at an earlier position. Copies nothing, unless it restores evicted rows; the
   * next `append` copies the stored rows if a fork still shares them.
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
    const { sink } = this.shape;
    if (sink) this.#restore(position, sink);
    else this.#rows.dropNewest(this.#position - position);
    this.#position = position;
  }

  /** Removes all rows. The buffers are kept for new rows, unless forks share them. */
  clear(): void {
    this.#rows.clear();
    this.#evictedRows.clear();
    this.#position = 0;
  }

  /** Returns reserved memory to the system at once, unless forks share it. The cache cannot be used afterwards. */
  free(): void {
    this.#rows.free();
  }

  get #isHeadsFirst(): boolean {
    return this.shape.headsFirst !== undefined;
  }

  /** Numbers in a row of all sequences. */
  get #width(): number {
    return this.sequences * this.shape.width;
  }

  /** Number of rows after the sink that are evicted. */
  get #evicted(): number {
    return evictedAt(this.shape, this.#position);
  }

  /** Makes the stored rows those that are visible at an earlier position. */
  #restore(position: number, { sinkRows, evictionBlock }: AttentionSink): void {
    const evicted = evictedAt(this.shape, position);
    // Rows before the position are kept or restored.
    const stored = Math.min(position, Math.max(sinkRows, position - this.#evicted));
    this.#rows.dropNewest(this.#rows.count - stored);
    const blocks = this.#evictedRows.pop((this.#evicted - evicted) / evictionBlock);
    if (blocks.length > 0) this.#rows.insert(Math.min(stored, sinkRows), position - evicted - stored, blocks);
  }

  /** A cache at the same position. */
  #with(rows: StoredRows, evictedRows: EvictedRows, sequences: number): KeyValueCache {
    const other = new KeyValueCache(this.shape, sequences);
    other.#rows = rows;
    other.#evictedRows = evictedRows;
    other.#position = this.#position;
    return other;
  }

  #view(buffer: number): Float32Array {
    const { length } = this;
    return length === 0 ? this.#nothing : this.#rows.newest(buffer, length);
  }
}
