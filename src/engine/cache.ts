import { type Anchor, checkAnchor, leftOutAt, SideBySide } from "./anchor.ts";
import { EngineError } from "./errors.ts";

/** The sizes of a cache, which are those of the decoder that fills it. */
export interface CacheShape {
  readonly layers: number;
  /** Numbers per time and layer in the keys, and in the values, of one sequence: heads × head size. */
  readonly width: number;
  /** How many past times a step sees at most; there are no more than three times as many in memory, an anchor aside. */
  readonly limit: number;
  /** What stays in sight however long the sequence gets; absent: nothing does. */
  readonly anchor?: Anchor | undefined;
}

/** Times that the first buffers have room for. */
const FIRST_CAPACITY = 64;

/** Rows in memory, of one cache or of several forks that have not parted yet. */
interface Store {
  /** Keys of layer 0, values of layer 0, keys of layer 1, … */
  readonly buffers: readonly Float32Array[];
  /** Rows there is room for. */
  readonly capacity: number;
  /** Rows written by whoever got furthest; behind them a fork may write without asking the others. */
  end: number;
  /** Caches that read it. */
  holders: number;
}

/**
 * The keys and values of the times a decoder has read, layer by layer, time-major: `[time, heads, headSize]`.
 *
 * What the graph gets is a view, so nothing is copied to take a step. Buffers grow by doubling, up to three times `limit`
 * rows: those that the next step sees, as many again that `rewind` may bring back, and room to write. From then on the
 * view slides along, and every `limit` times the rows move back to the front. So memory is bounded, and a time costs the
 * same on average however long a piece gets.
 *
 * With an anchor, and the middle left out, the view is of memory apart, see `SideBySide`.
 *
 * A cache may be of several sequences of the same length, which one run reads on together: they lie side by side in every
 * row, `[time, sequences · heads, headSize]`, and what is said of a time is said of all of them. `select` makes such a cache.
 */
export class KeyValueCache {
  readonly shape: CacheShape;
  readonly sequences: number;
  /** Numbers in a row of all sequences. */
  readonly #width: number;
  #store: Store;
  /** Row of the oldest time that is remembered. */
  #first = 0;
  /** Times that are remembered, seen or not: at most twice the limit. */
  #remembered = 0;
  #position = 0;
  /** What is seen, once the middle is left out. */
  #anchored: SideBySide | undefined;
  /** Stands in for an empty past: a graph cannot be given one, so it gets one row and a mask that hides it. */
  readonly #nothing: Float32Array;

  /** @throws RangeError for an anchor that leaves no room for a block. */
  constructor(shape: CacheShape, sequences = 1) {
    if (shape.anchor) checkAnchor(shape.anchor, shape.limit);
    this.shape = shape;
    this.sequences = sequences;
    this.#width = sequences * shape.width;
    this.#store = this.#allocate(0);
    this.#nothing = new Float32Array(this.#width);
  }

  /** Ids read since the beginning, also those that are forgotten. */
  get position(): number {
    return this.#position;
  }

  /** Times that the next step sees. */
  get length(): number {
    return Math.min(this.#position - this.#dropped(this.#position), this.shape.limit);
  }

  /** How many times can be read in one run: with an anchor up to where the next block is left out. */
  get room(): number {
    const { limit, anchor } = this.shape;
    if (!anchor) return Infinity;
    const beyond = this.#position - limit;
    return beyond < 0 ? -beyond : anchor.block - (beyond % anchor.block);
  }

  /** How many times without a gap the one at a position sees, itself the last of them. */
  reach(position: number): number {
    const { limit, anchor } = this.shape;
    const dropped = this.#dropped(position);
    return dropped > 0 ? position + 1 - dropped - (anchor?.rows ?? 0) : Math.min(position, limit) + 1;
  }

  /** Rows in what `keys` and `values` give: `length`, but at least one. */
  get rows(): number {
    return Math.max(1, this.length);
  }

  /** The first position that `rewind` can return to: 0 up to twice the limit, then `limit` behind the furthest reached. */
  get earliest(): number {
    const oldest = this.#position - this.#remembered;
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
   * Adds new times; those that are further back than `limit` are not seen any more, or those behind the anchor.
   *
   * @param added keys of layer 0, values of layer 0, keys of layer 1, …: `[rows, sequences · width]` each.
   * @throws EngineError when the sizes do not fit; RangeError for more rows than there is `room` for.
   */
  append(added: readonly Float32Array[], rows: number): void {
    const { layers, limit } = this.shape;
    const width = this.#width;
    if (added.length !== 2 * layers || added.some((part) => part.length !== rows * width)) {
      throw new EngineError(`${added.length} arrays of ${added[0]?.length} numbers do not fit the cache`, {
        code: "bad-cache",
        hint: `${2 * layers} arrays of ${rows} × ${width} numbers are needed`,
      });
    }
    if (rows > this.room) throw new RangeError(`${rows} times at once, where there is room for ${this.room}`);
    const kept = Math.min(rows, 2 * limit); // of the new rows
    const forgotten = Math.max(0, this.#remembered + kept - 2 * limit);
    this.#first += forgotten;
    this.#remembered -= forgotten;
    this.#makeRoom(kept);
    const at = this.#first + this.#remembered;
    for (const [i, buffer] of this.#store.buffers.entries()) {
      buffer.set(added[i]?.subarray((rows - kept) * width) ?? [], at * width);
    }
    this.#store.end = at + kept;
    this.#remembered += kept;
    this.#position += rows;
    if (this.#dropped(this.#position) > 0) this.#anchored ??= this.#besides(this.#firstRows());
  }

  /**
   * A second cache at the same position. Both can be read on, rewound and forked independently.
   *
   * Costs nothing: the past is shared. The first of them to append goes on in the shared memory; when the other appends
   * too, what it remembers is copied once into memory of its own; and each lays out for itself what it sees besides an
   * anchor. A fork that is not needed any more may be dropped; clearing it first can spare the other a copy.
   */
  fork(): KeyValueCache {
    const fork = new KeyValueCache(this.shape, this.sequences);
    fork.#store = this.#store;
    fork.#first = this.#first;
    fork.#remembered = this.#remembered;
    fork.#position = this.#position;
    fork.#anchored = this.#anchored && this.#besides(this.#anchored.opening);
    this.#store.holders += 1;
    return fork;
  }

  /**
   * A cache of some of the sequences, at the same position: to go on with fewer of them, with one alone, or with several
   * that begin alike. What is remembered is copied.
   *
   * @param which the sequences, from 0, in the order they are to lie in; one may be taken several times.
   * @throws EngineError for none, or one that there is not.
   *
   * @example
   * const four = cache.select([0, 0, 0, 0]); // a prompt was read once: four ways to go on from it, in one run a step
   */
  select(which: readonly number[]): KeyValueCache {
    const { sequences } = this;
    const bad = which.find(
      (sequence) => !Number.isInteger(sequence) || sequence < 0 || sequence >= sequences,
    );
    if (bad !== undefined || which.length === 0) {
      throw new EngineError(bad === undefined ? "no sequence was selected" : `there is no sequence ${bad}`, {
        code: "bad-cache",
        hint: `the cache has ${sequences}, counted from 0`,
      });
    }
    const selected = new KeyValueCache(this.shape, which.length);
    selected.#store = selected.#allocate(this.#remembered);
    for (const [i, buffer] of selected.#store.buffers.entries()) {
      const remembered = this.#store.buffers[i]?.subarray(this.#first * this.#width);
      this.#select(which, remembered, buffer, this.#remembered);
    }
    const openings = this.#anchored?.opening.map((opening) => {
      const rows = opening.length / this.#width;
      const part = new Float32Array(rows * selected.#width);
      this.#select(which, opening, part, rows);
      return part;
    });
    selected.#anchored = openings && selected.#besides(openings);
    selected.#store.end = this.#remembered;
    selected.#remembered = this.#remembered;
    selected.#position = this.#position;
    return selected;
  }

  /**
   * Forgets the newest times, so that the cache is exactly as it was at an earlier position. Costs nothing by itself; the
   * next `append` copies what is remembered if a fork still shares the memory.
   *
   * @param position from `earliest` to the present `position`.
   * @throws EngineError for a position that lies ahead, or has rolled out of the window: what the model knew there is
   * forgotten, and has to be read again into a new cache.
   */
  rewind(position: number): void {
    if (!Number.isInteger(position) || position < 0 || position > this.#position) {
      throw new EngineError(`position ${position} is not behind the cache's, ${this.#position}`, {
        code: "bad-position",
        hint: `rewind to a whole number from ${this.earliest} to ${this.#position}`,
      });
    }
    if (position < this.earliest) {
      throw new EngineError(`position ${position} has rolled out of the window`, {
        code: "bad-position",
        hint: `the cache goes back to ${this.earliest}; for earlier ones read the ids again into a new cache`,
      });
    }
    this.#remembered -= this.#position - position;
    this.#position = position;
    const dropped = this.#dropped(position);
    if (dropped === 0) this.#anchored = undefined; // its rows may become others
    else this.#anchored?.rewind(position, dropped);
  }

  /** Forgets everything; the memory is kept, unless forks share it, but for that of an anchor. */
  clear(): void {
    if (this.#store.holders > 1) this.#replaceStore(0);
    this.#first = 0;
    this.#remembered = 0;
    this.#position = 0;
    this.#anchored = undefined;
  }

  /** How many times the one at a position does not see, between the anchor and the newest. */
  #dropped(position: number): number {
    const { limit, anchor } = this.shape;
    return anchor ? leftOutAt(position, anchor, limit) : 0;
  }

  /** Copies of the anchor's rows. */
  #firstRows(): Float32Array[] {
    const from = this.#first * this.#width; // all is remembered while nothing has been left out
    const length = (this.shape.anchor?.rows ?? 0) * this.#width;
    return this.#store.buffers.map((buffer) => buffer.slice(from, from + length));
  }

  /** Copies rows of some of the sequences. */
  #select(which: readonly number[], from: Float32Array | undefined, to: Float32Array, rows: number): void {
    const { width } = this.shape;
    for (let row = 0; row < rows; row += 1) {
      for (const [place, sequence] of which.entries()) {
        const at = row * this.#width + sequence * width;
        to.set(from?.subarray(at, at + width) ?? [], (row * which.length + place) * width);
      }
    }
  }

  #besides(opening: readonly Float32Array[]): SideBySide {
    return new SideBySide(opening, this.#width, this.shape.limit);
  }

  /** The last rows of a buffer. */
  #newest(buffer: number, rows: number): Float32Array {
    const to = this.#first + this.#remembered;
    return (
      this.#store.buffers[buffer]?.subarray((to - rows) * this.#width, to * this.#width) ?? this.#nothing
    );
  }

  #view(buffer: number): Float32Array {
    const { length } = this;
    if (length === 0) return this.#nothing;
    if (!this.#anchored) return this.#newest(buffer, length);
    const seen = this.#anchored.at(this.#position, this.#dropped(this.#position), (i, rows) =>
      this.#newest(i, rows),
    );
    return seen[buffer]?.subarray(0, length * this.#width) ?? this.#nothing;
  }

  /** Makes `rows` rows behind the remembered ones this cache's own, moving or copying what is remembered if need be. */
  #makeRoom(rows: number): void {
    const { capacity, end, holders, buffers } = this.#store;
    const { limit } = this.shape;
    const width = this.#width;
    const from = this.#first;
    const to = from + this.#remembered;
    const fits = to + rows <= capacity;
    if (fits && (holders === 1 || to === end)) return;
    const largest = 3 * limit;
    if (holders > 1 || capacity < largest) {
      const grown = Math.max(FIRST_CAPACITY, 2 * capacity, this.#remembered + rows);
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
