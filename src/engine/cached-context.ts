import type { DecoderConfig } from "../../models/index.ts";
import type { AttentionRequest, LayerAttention } from "./attention.ts";
import type { KeyValueCache } from "./cache.ts";
import type { Decoder } from "./decoder.ts";
import type { ForwardWithAttention, ForwardWithLayers } from "./forward.ts";
import type { SampledRun, SamplingInputs } from "./graph-sampling.ts";
import { NO_IDS } from "./head-slices.ts";
import type { IdRange } from "./sampling/index.ts";
import type { GraphRuns } from "./sequence-context.ts";
import { TokenHistory } from "./token-history.ts";

/** How a context uses its cache, and what it returns. */
export interface ContextOptions {
  /**
   * Reuse the cache also for a sequence longer than the window, of which a new context would read the last window only.
   * Faster, but the logits then depend on the ids that were read before. Default false.
   */
  readonly reuseBeyondWindow?: boolean;
  /**
   * When learned positions run out, restart with the last half window: older ids are evicted, and the others get the first
   * positions. No effect with relative positions. Default false: an error.
   */
  readonly contextShift?: boolean;
  /** Return attention weights of the last id. */
  readonly attention?: AttentionRequest;
  /** Return the stream of the last id after each layer: see `Decoder.forwardWithLayers`. Default false. */
  readonly layers?: boolean;
  /** The ids whose logits are returned: see `ForwardOptions`. Default: all. */
  readonly range?: IdRange;
  readonly signal?: AbortSignal;
}

/** What a context returns for the last id; `layers` only if requested. */
export type ContextResult = ForwardWithAttention & Partial<Pick<ForwardWithLayers, "layers">>;

/**
 * A key/value cache together with the ids in it. For a sequence with a common prefix, `prefill` rewinds the cache to the
 * end of that prefix and reads the other ids only (prefix caching).
 */
export class CachedContext {
  readonly #decoder: Decoder;
  /** Whether the first rows are never evicted. */
  readonly withSink: boolean;
  #cache: KeyValueCache;
  /** All ids of the sequence. Those before `#from` were never in the cache. */
  readonly #history: TokenHistory;
  #from = 0;

  /** @param withSink whether the first rows are never evicted: see `Decoder.createCache`. Default false. */
  constructor(decoder: Decoder, withSink = false) {
    this.#decoder = decoder;
    this.withSink = withSink;
    this.#cache = decoder.createCache(withSink);
    // `KeyValueCache.rewind` goes back by less than two windows.
    this.#history = new TokenHistory(2 * decoder.config.window);
  }

  /** The model's config. */
  get config(): DecoderConfig {
    return this.#decoder.config;
  }

  /** The model's window. */
  get window(): number {
    return this.#decoder.config.window;
  }

  /** Frees the memory of the cache. The context cannot be used afterwards. */
  free(): void {
    this.#cache.free();
  }

  /** Number of ids of the sequence. */
  get length(): number {
    return this.#history.length;
  }

  /** Number of ids stored for comparison: at most four windows. */
  get keptIds(): number {
    return this.#history.kept;
  }

  /** Length of the longest common prefix with the ids read; 0 if that is shorter than the evicted part. */
  commonPrefixLength(ids: readonly number[]): number {
    return this.#history.commonPrefixLength(ids);
  }

  /** A copy of the values of a layer that the next id attends to, `[ids, width]`. */
  values(layer: number): Float32Array {
    return this.#cache.values(layer).slice();
  }

  /**
   * Reads a sequence, without the prefix that is cached. Of a sequence longer than the window it reads the last window.
   *
   * @param ids at least one.
   * @returns logits of the next id, `[vocabulary]` or those of `range`; positions of attention count from the first id of the sequence.
   * @throws EngineError as `Decoder.forward`; the signal's reason.
   */
  async prefill(ids: readonly number[], options: ContextOptions = {}): Promise<ContextResult> {
    const { window } = this;
    const reuseBeyondWindow = options.reuseBeyondWindow ?? false;
    const prefix = Math.min(this.commonPrefixLength(ids), ids.length - 1);
    const position = prefix - this.#from;
    const isSame = this.#from === 0 && ids.length <= window;
    const mayReuse = reuseBeyondWindow && (this.#from === 0 || position >= window);
    if ((isSame || mayReuse) && prefix > 0 && position >= this.#cache.earliest) {
      this.#cache.rewind(position);
      this.#history.truncate(prefix);
    } else {
      this.#cache.free();
      this.#cache = this.#decoder.createCache(this.withSink);
      // Half a window more than needed, so that later calls can rewind; learned positions end with the window.
      const length =
        reuseBeyondWindow && this.#decoder.config.position.kind === "relative" ? 1.5 * window : window;
      this.#from = Math.max(0, ids.length - Math.floor(length));
      this.#history.clear();
      this.#record(ids.slice(0, this.#from));
    }
    return this.append(ids.slice(this.#history.length), options);
  }

  /**
   * Reads ids that follow those read before.
   *
   * @throws EngineError as `Decoder.forward`: with code "context-full" when positions run out and `contextShift` is false.
   */
  async append(
    added: readonly number[],
    options: Omit<ContextOptions, "reuseBeyondWindow"> = {},
  ): Promise<ContextResult> {
    return this.#append(
      options.contextShift && added.length > this.remainingPositions ? this.#lastHalf(added) : added,
      options,
    );
  }

  /**
   * As `append`, and returns the logits after each of the ids.
   *
   * @returns views of `[vocabulary]`, with `range` of `[range.count]`, one per id.
   */
  async appendAll(
    ids: readonly number[],
    { range, signal }: Pick<ContextOptions, "range" | "signal"> = {},
  ): Promise<readonly Float32Array[]> {
    const size = range?.count ?? this.#decoder.config.vocabularySize;
    const logits = await this.#recorded(ids, () =>
      this.#decoder.forward(ids, this.#cache, { logits: "all", range, signal }),
    );
    return ids.map((_, index) => logits.subarray(index * size, (index + 1) * size));
  }

  /**
   * Removes the newest ids.
   *
   * @throws EngineError when the ids before them are evicted: see `KeyValueCache.rewind`.
   */
  dropNewest(count: number): void {
    this.#cache.rewind(this.#cache.position - count);
    this.#history.truncate(this.#history.length - count);
  }

  /** Positions left: Infinity with relative positions. */
  get remainingPositions(): number {
    const isEndless = this.#decoder.config.position.kind === "relative";
    return isEndless ? Infinity : this.window - this.#cache.position;
  }

  /** Sequences that a run reads. */
  readonly sequences = 1;

  /** Runs of several ids, where the backend has them. */
  get inGraph(): GraphRuns | undefined {
    return this.#decoder.samplesInGraph ? this : undefined;
  }

  /** Whether the matrices have fewer than 32 bits a weight. */
  get isQuantized(): boolean {
    return this.#decoder.isQuantized;
  }

  /** Maximum number of ids that one run can read. */
  get maxRunLength(): number {
    return Math.min(this.remainingPositions, this.#cache.rowsBeforeEviction);
  }

  /** Maximum number of ids that one run can read so that all later ids stay the same: see `Decoder.exactRunLength`. */
  async exactRunLength(): Promise<number> {
    return Math.min(this.maxRunLength, await this.#decoder.exactRunLength(this.#cache));
  }

  /**
   * Reads one id and samples the next ones in one run: see `Decoder.sampleInGraph`. The sampled ids are read too, except
   * the last.
   *
   * @throws EngineError as `append`, also when positions run out during the run: see `maxRunLength`.
   */
  async sampleInGraph(
    id: number,
    sampling: SamplingInputs,
    { contextShift = false }: Pick<ContextOptions, "contextShift"> = {},
  ): Promise<SampledRun> {
    if (contextShift && this.remainingPositions === 0) {
      const before = this.#lastHalf([id]).slice(0, -1);
      if (before.length > 0) await this.#append(before, { range: NO_IDS });
    }
    const [run] = await this.#decoder.sampleInGraph([id], this.#cache, [sampling]);
    const { ids, isStuck } = run!;
    this.#record([id, ...(isStuck ? ids : ids.subarray(0, -1))]);
    return { ids, isStuck };
  }

  /** Clears the cache. @returns the last half window of the ids read and `added`, which are to be read again. */
  #lastHalf(added: readonly number[]): readonly number[] {
    const half = Math.max(1, Math.floor(this.window / 2));
    const { length } = this.#history;
    const kept = [...this.#history.last(half), ...added].slice(-half);
    this.#from = length + added.length - kept.length;
    this.#history.truncate(Math.min(length, this.#from));
    this.#record(added.slice(0, Math.max(0, this.#from - length)));
    this.#cache.clear();
    return kept;
  }

  /** Appends ids to the history. */
  #record(ids: Iterable<number>): void {
    for (const id of ids) this.#history.append(id);
  }

  #append(
    ids: readonly number[],
    { attention, layers = false, range, signal }: Omit<ContextOptions, "contextShift" | "reuseBeyondWindow">,
  ): Promise<ContextResult> {
    return this.#recorded(ids, async () => {
      const [decoder, cache, options] = [this.#decoder, this.#cache, { range, signal }];
      if (!attention && !layers) return { logits: await decoder.forward(ids, cache, options), attention: [] };
      const result: ContextResult = layers
        ? await decoder.forwardWithLayers(ids, cache, attention ?? { layers: [] }, options)
        : await decoder.forwardWithAttention(ids, cache, attention ?? {}, options);
      const moved = (layer: LayerAttention): LayerAttention => ({ ...layer, from: layer.from + this.#from });
      return { ...result, attention: result.attention.map(moved) };
    });
  }

  /** Appends to the history the ids that a run reads: if the signal stops it between chunks, only the first ones. */
  async #recorded<T>(ids: readonly number[], read: () => Promise<T>): Promise<T> {
    const before = this.#cache.position;
    try {
      return await read();
    } finally {
      this.#record(ids.slice(0, this.#cache.position - before));
    }
  }
}

/** A pool of cached contexts: `acquire` returns the one with the longest common prefix. */
export class PrefixCachePool {
  readonly #decoder: Decoder;
  readonly #withSink: boolean;
  readonly #size: number;
  /** Most recently used first. */
  readonly #idle: CachedContext[] = [];

  /**
   * @param size maximum number of contexts. Each stores up to 2¼ windows of keys and values, 1.3 with a sink.
   * @param withSink as for `CachedContext`, for every context.
   */
  constructor(decoder: Decoder, size: number, withSink = false) {
    this.#decoder = decoder;
    this.#withSink = withSink;
    this.#size = size;
  }

  /** A context for exclusive use until `release`. */
  acquire(ids: readonly number[]): CachedContext {
    const lengths = this.#idle.map((context) => context.commonPrefixLength(ids));
    const longest = Math.max(0, ...lengths);
    // At most START matches: keep these entries while the pool has capacity, since another piece may continue from them.
    if (longest <= 1 && this.#idle.length < this.#size)
      return new CachedContext(this.#decoder, this.#withSink);
    const [best] = this.#idle.splice(longest <= 1 ? this.#idle.length - 1 : lengths.indexOf(longest), 1);
    return best ?? new CachedContext(this.#decoder, this.#withSink);
  }

  /** Returns a context to the pool, which evicts the least recently used one beyond `size`. */
  release(context: CachedContext): void {
    this.#idle.unshift(context);
    this.#idle.length = Math.min(this.#idle.length, this.#size);
  }
}
