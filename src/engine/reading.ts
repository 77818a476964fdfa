import type { AttentionRequest, LayerAttention } from "./attention.ts";
import type { KeyValueCache } from "./cache.ts";
import type { Decoder, ForwardWithAttention } from "./decoder.ts";
import type { Draws } from "./loop.ts";
import { ReadIds } from "./read-ids.ts";

/** How a reading may make use of what it has read, and what else it is to tell. */
export interface ReadOptions {
  /**
   * Go on from what has been read before even where a new reading would begin later, as of a sequence longer than the
   * window it does. Quicker; but what follows then depends on how one got here. Default false.
   */
  readonly resume?: boolean;
  /**
   * Where learned positions would not be enough, begin anew with the last half window: what was before is forgotten, and the
   * ids kept get the first positions. Relative positions never run out, so there it changes nothing. Default false: an
   * error.
   */
  readonly roll?: boolean;
  /** Tell what the last id looked at. */
  readonly attention?: AttentionRequest;
  readonly signal?: AbortSignal;
}

/**
 * A cache that knows what it has read, and so how to get to the end of another sequence that begins alike: by going back,
 * and reading only what is new. Branches, changed options and music played live then cost a few ids instead of a window.
 */
export class Reading {
  readonly #decoder: Decoder;
  readonly #withSink: boolean;
  #cache: KeyValueCache;
  /** The sequence as far as it has been read; of what lies before `#from` the cache knows nothing. */
  readonly #ids: ReadIds;
  #from = 0;

  /** @param withSink whether the first rows are never evicted: see `Decoder.createCache`. Default false. */
  constructor(decoder: Decoder, withSink = false) {
    this.#decoder = decoder;
    this.#withSink = withSink;
    this.#cache = decoder.createCache(withSink);
    // The cache goes back by less.
    this.#ids = new ReadIds(2 * decoder.config.window);
  }

  /** The model's window. */
  get window(): number {
    return this.#decoder.config.window;
  }

  /** How many ids it keeps of those it has read, to know them again: at most four windows, however many they are. */
  get keptIds(): number {
    return this.#ids.kept;
  }

  /** How many ids a sequence has in common with what was read, from the first on; 0 where it cannot go back that far. */
  shared(ids: readonly number[]): number {
    return this.#ids.shared(ids);
  }

  /** The values of a layer for what the next id will see, `[ids, width]`: a copy of the cache's. */
  values(layer: number): Float32Array {
    return this.#cache.values(layer).slice();
  }

  /**
   * Reads a sequence to its end, or as much of it as is new; of a long one only the last part, a window's length.
   *
   * @param ids at least one.
   * @returns logits of what follows, `[vocabulary]`; positions of attention count from the sequence's first id.
   * @throws EngineError as `Decoder.forward`; the signal's reason.
   */
  async read(ids: readonly number[], options: ReadOptions = {}): Promise<ForwardWithAttention> {
    const { window } = this;
    const resume = options.resume ?? false;
    const shared = Math.min(this.shared(ids), ids.length - 1);
    const seen = shared - this.#from;
    const isSame = this.#from === 0 && ids.length <= window;
    const mayResume = resume && (this.#from === 0 || seen >= window);
    if ((isSame || mayResume) && shared > 0 && seen >= this.#cache.earliest) {
      this.#cache.rewind(seen);
      this.#ids.cut(shared);
    } else {
      this.#cache = this.#decoder.createCache(this.#withSink);
      // With learned positions the window is all there is; else some more leaves room to go back.
      const length = resume && this.#decoder.config.position.kind === "relative" ? 1.5 * window : window;
      this.#from = Math.max(0, ids.length - Math.floor(length));
      this.#ids.clear();
      this.#know(ids.slice(0, this.#from));
    }
    return this.push(ids.slice(this.#ids.length), options);
  }

  /**
   * Reads ids that follow what has been read.
   *
   * @throws EngineError as `Decoder.forward`: with code "context-full" where positions run out and `roll` is not set.
   */
  async push(
    added: readonly number[],
    options: Omit<ReadOptions, "resume"> = {},
  ): Promise<ForwardWithAttention> {
    return this.#push(
      options.roll && added.length > this.remainingPositions ? this.#lastHalf(added) : added,
      options,
    );
  }

  /** How many more ids can be read before positions run out. */
  get remainingPositions(): number {
    const isEndless = this.#decoder.config.position.kind === "relative";
    return isEndless ? Infinity : this.window - this.#cache.position;
  }

  /** How many ids can be read in one run. */
  get maxRunLength(): number {
    return Math.min(this.remainingPositions, this.#cache.rowsBeforeEviction);
  }

  /**
   * Reads an id that follows what has been read, and draws those after it in one run: see `Decoder.draw`. Those drawn have
   * been read too, but for the last of all.
   *
   * @returns `[steps]`; fewer where nothing was left that could be drawn.
   *
   * @throws EngineError as `push`, also where positions run out in the middle of the run: see `room`.
   */
  async draw(
    id: number,
    draws: Draws,
    { roll = false }: Pick<ReadOptions, "roll"> = {},
  ): Promise<Int32Array> {
    if (roll && this.remainingPositions === 0) {
      const before = this.#lastHalf([id]).slice(0, -1);
      if (before.length > 0) await this.#push(before, {});
    }
    const drawn = await this.#decoder.draw([id], this.#cache, draws);
    this.#know([id, ...(drawn.length < draws.steps ? drawn : drawn.subarray(0, -1))]);
    return drawn;
  }

  /** Forgets what was read. @returns the last half window of it and of what was to follow, to be read anew. */
  #lastHalf(added: readonly number[]): readonly number[] {
    const half = Math.max(1, Math.floor(this.window / 2));
    const { length } = this.#ids;
    const kept = [...this.#ids.last(half), ...added].slice(-half);
    this.#from = length + added.length - kept.length;
    this.#ids.cut(Math.min(length, this.#from));
    this.#know(added.slice(0, Math.max(0, this.#from - length)));
    this.#cache.clear();
    return kept;
  }

  /** Ids that were read, or that count as read. */
  #know(ids: Iterable<number>): void {
    for (const id of ids) this.#ids.push(id);
  }

  async #push(
    ids: readonly number[],
    { attention, signal }: Pick<ReadOptions, "attention" | "signal">,
  ): Promise<ForwardWithAttention> {
    const before = this.#cache.position;
    try {
      if (!attention)
        return { logits: await this.#decoder.forward(ids, this.#cache, { signal }), attention: [] };
      const result = await this.#decoder.forwardWithAttention(ids, this.#cache, attention, { signal });
      const moved = (layer: LayerAttention): LayerAttention => ({ ...layer, from: layer.from + this.#from });
      return { logits: result.logits, attention: result.attention.map(moved) };
    } finally {
      // Stopped between two chunks, it has read the first of them.
      this.#know(ids.slice(0, this.#cache.position - before));
    }
  }
}

/** Lends readings, first the one that has read most of what is asked for. */
export class ReadingPool {
  readonly #decoder: Decoder;
  readonly #withSink: boolean;
  readonly #size: number;
  /** The last used first. */
  readonly #idle: Reading[] = [];

  /**
   * @param size how many are kept; each holds up to three windows of keys and values, four and a quarter where they are anchored.
   * @param withSink of all of them: see `Reading`.
   */
  constructor(decoder: Decoder, size: number, withSink = false) {
    this.#decoder = decoder;
    this.#withSink = withSink;
    this.#size = size;
  }

  /** A reading for one's own use; give it back afterwards. */
  take(ids: readonly number[]): Reading {
    const shared = this.#idle.map((reading) => reading.shared(ids));
    const most = Math.max(0, ...shared);
    // Nothing but the start in common: it may be what another piece goes on from, so it is left while there is room.
    if (most <= 1 && this.#idle.length < this.#size) return new Reading(this.#decoder, this.#withSink);
    const [taken] = this.#idle.splice(most <= 1 ? this.#idle.length - 1 : shared.indexOf(most), 1);
    return taken ?? new Reading(this.#decoder, this.#withSink);
  }

  /** Takes a reading back; where more are kept than fit, the one that has lain unused longest is dropped. */
  give(reading: Reading): void {
    this.#idle.unshift(reading);
    this.#idle.length = Math.min(this.#idle.length, this.#size);
  }
}
