import {
  type Backend,
  chooseScheme,
  type DecoderConfig,
  graphWeights,
  type Precision,
  type QuantizationScheme,
  type Tensors,
} from "../../models/index.ts";
import { type AttentionRequest, attentionNames, checkedRequest, layerAttention } from "./attention.ts";
import { sinkOf } from "./attention-sink.ts";
import { type CacheShape, cacheShapeOf, KeyValueCache } from "./cache.ts";
import { DecoderSession, type PreparedSource, type Weights } from "./decoder-session.ts";
import { EngineError } from "./errors.ts";
import { exactRunLength, hasExactShape, readsRowsExactly } from "./exact-run.ts";
import type { ForwardOptions, ForwardWithAttention, ForwardWithLayers } from "./forward.ts";
import { type SampledRun, sampledRuns, type SamplingInputs } from "./graph-sampling.ts";
import { floats, joined, type Results } from "./graph-values.ts";
import { columnsOf, NO_IDS } from "./head-slices.ts";
import { LayerSession } from "./layer-session.ts";
import { checkIds, checkPositions } from "./read-checks.ts";
import type { Runtime } from "./runtime.ts";
import type { IdRange } from "./sampling/index.ts";

/** A checkpoint, and the runtime for it. */
export interface DecoderSource {
  readonly config: DecoderConfig;
  /** As returned by `readCheckpoint`; may be freed once the decoder is loaded. */
  readonly tensors: Tensors;
  readonly runtime: Runtime;
  /** Quantization of the matrices. Default "fp32". */
  readonly precision?: Precision;
  /** See `PreparedSource`. */
  readonly headSlices?: readonly number[];
  /** Returns the tensors again: see `PreparedSource.reopen`. */
  readonly reopen?: () => Tensors;
}

/** Ids per chunk of a long input. The memory of the activations is proportional to it. */
const CHUNK = 128;
/** The same with block-wise quantization in Node, where shorter chunks take no more time. */
const BLOCKWISE_CHUNK = 64;

/**
 * A loaded model, which computes the logits of the next id from ids. It has no state; the state of a sequence is its cache, so several
 * generations can share a decoder.
 *
 * @example
 * const decoder = await Decoder.load({ ...(await readCheckpoint(files)), runtime });
 * const cache = decoder.createCache();
 * const logits = await decoder.forward([389, 375, 60], cache); // [vocabularySize]
 */
export class Decoder {
  readonly config: DecoderConfig;
  /**
   * Whether the sequences of a batch do not affect each other. False for int8 on WebAssembly, which quantizes the activations
   * of all rows of a run with one scale.
   */
  readonly hasIndependentRows: boolean;
  /** Whether the matrices have fewer than 32 bits a weight. */
  readonly isQuantized: boolean;
  readonly scheme: QuantizationScheme;
  /**
   * Whether a run of several ids can be exact, so that all later ids stay the same (see `exactRunLength`): in float32, and where quantized
   * rows have the same bits in any run.
   */
  readonly mayReadExactly: boolean;
  #readsExactly: Promise<boolean> | undefined;
  readonly #session: DecoderSession;
  /** The session of `forwardWithLayers`. */
  readonly #layers: LayerSession;
  /** Compared by identity: `#check` recognizes caches of this decoder, and their forks, by them. */
  readonly #cacheShape: CacheShape;
  readonly #sinkShape: CacheShape;
  readonly #chunk: number;
  readonly #busy = new WeakSet<KeyValueCache>();

  /**
   * @throws CheckpointError for a tensor that is missing or has the wrong shape; EngineError when ONNX Runtime cannot
   * load the model.
   */
  static async load({ tensors, precision = "fp32", reopen, ...source }: DecoderSource): Promise<Decoder> {
    const { config, runtime } = source;
    const scheme = chooseScheme(precision, runtime.backend, config);
    const weightsOf = async (read: Tensors): Promise<Weights> => graphWeights(config, read, scheme);
    return Decoder.fromWeights({
      ...source,
      scheme,
      weights: await weightsOf(tensors),
      reopen: reopen && (() => weightsOf(reopen())),
    });
  }

  /**
   * A decoder from weights in the layout of the graph.
   *
   * @throws EngineError when ONNX Runtime cannot load the model.
   */
  static async fromWeights(source: PreparedSource): Promise<Decoder> {
    return new Decoder(source, await DecoderSession.load(source));
  }

  private constructor({ config, scheme, runtime, reopen }: PreparedSource, session: DecoderSession) {
    this.config = config;
    this.#layers = new LayerSession({ config, scheme, runtime, reopen });
    this.scheme = scheme;
    this.hasIndependentRows = scheme.linear !== "int8-columns";
    this.isQuantized = scheme.linear !== "float32";
    this.#chunk = scheme.isExact ? BLOCKWISE_CHUNK : CHUNK;
    this.mayReadExactly = !this.isQuantized || (scheme.isExact && hasExactShape(config));
    this.#session = session;
    this.#cacheShape = cacheShapeOf(config, session.backend, scheme);
    this.#sinkShape = { ...this.#cacheShape, sink: sinkOf(config) };
  }

  /** All ids. */
  get #all(): IdRange {
    return { first: 0, count: this.config.vocabularySize };
  }

  get backend(): Backend {
    return this.#session.backend;
  }

  /** Whether `sampleInGraph` is available: several ids per run. */
  get samplesInGraph(): boolean {
    return this.#session.samplesInGraph;
  }

  /**
   * Maximum number of ids that a run can read so that all later ids stay the same. With float32 weights any number: logits differ
   * in the last bits only. With quantized weights such a difference could be rounded to another activation, so it is the number of rows
   * that have the same bits as in single runs; 1 where the processor does not allow it, which the first call measures.
   */
  async exactRunLength(cache: KeyValueCache): Promise<number> {
    if (!this.isQuantized) return Infinity;
    return (await this.readsAhead()) ? exactRunLength(cache) : 1;
  }

  /**
   * Whether drafts can be verified in one run: on the native backend, which samples id by id; in int8 only where a run of several ids is
   * exact, see `exactRunLength`.
   */
  async readsAhead(): Promise<boolean> {
    if (this.backend !== "node" || !this.mayReadExactly) return false;
    if (!this.isQuantized) return true;
    this.#readsExactly ??= readsRowsExactly(this);
    return this.#readsExactly;
  }

  /**
   * An empty cache, for a new sequence.
   *
   * @param withSink whether the first quarter of a window is never evicted, see `AttentionSink`. No effect with learned
   * positions, whose context ends.
   */
  createCache(withSink = false): KeyValueCache {
    return new KeyValueCache(withSink ? this.#sinkShape : this.#cacheShape);
  }

  /**
   * Reads ids, appends them to the cache, and returns the logits of the next id. Relative positions have no limit; learned
   * positions end with the window.
   *
   * @param ids at least one, each from 0 to `vocabularySize - 1`. For a cache of several sequences, position by position, at
   * each the ids of all sequences.
   * @returns `[vocabularySize]`, of several sequences `[sequences, vocabularySize]`; or `[ids, vocabularySize]` for
   * `logits: "all"`. With `range` its count is in place of `vocabularySize`; the values are the same.
   * @throws EngineError for no ids, an id out of range, a full context, a cache of another decoder or in use, a
   * disposed decoder. The cache is then unchanged, unless an abort or ONNX Runtime stopped a long input between chunks.
   */
  async forward(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    options: ForwardOptions = {},
  ): Promise<Float32Array> {
    return (await this.#read(ids, cache, options, [])).logits;
  }

  /**
   * As `forward`, and returns the attention weights of the last id. Layers that are not requested are not copied out of
   * ONNX Runtime.
   *
   * @throws EngineError as `forward`, and for a layer or head out of range.
   *
   * @example
   * const { logits, attention } = await decoder.forwardWithAttention([60], cache, { layers: [5] });
   * const [{ heads, from, weights }] = attention; // weights: [heads, visible ids], the first at position `from`
   */
  async forwardWithAttention(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    request: AttentionRequest,
    options: ForwardOptions = {},
  ): Promise<ForwardWithAttention> {
    const checked = checkedRequest(this.config, request, cache.sequences);
    const { logits, results } = await this.#read(ids, cache, options, attentionNames(checked));
    return { logits, attention: layerAttention(this.config, checked, cache, results) };
  }

  /**
   * As `forwardWithAttention`, and returns the residual stream of the last id after each layer, with its logits. The first call reads
   * the weights again and builds a second graph; both stay in memory until `dispose`.
   *
   * @throws EngineError as `forwardWithAttention`, and when the decoder was loaded without `reopen`.
   *
   * @example
   * const { logits, layers } = await decoder.forwardWithLayers([389, 375, 60], cache, { layers: [] });
   * const ofEmbedding = layers.logits.subarray(0, 416);
   */
  async forwardWithLayers(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    request: AttentionRequest,
    options: Omit<ForwardOptions, "logits"> = {},
  ): Promise<ForwardWithLayers> {
    const checked = checkedRequest(this.config, request, cache.sequences);
    this.#session.checkAlive();
    const session = await this.#layers.open();
    const numbers = Array.from(ids);
    this.#check(numbers, cache, numbers.length);
    if (numbers.length > 1) await this.forward(numbers.slice(0, -1), cache, { ...options, range: NO_IDS });
    const names = [...attentionNames(checked), "stream"];
    const { logits, results } = await this.#read(numbers.slice(-1), cache, options, names, session);
    return {
      logits: logits.slice((logits.length / (1 + this.config.layers)) * this.config.layers), // of the last layer
      attention: layerAttention(this.config, checked, cache, results),
      layers: { logits: floats(results, "logits"), stream: floats(results, "stream") },
    };
  }

  /**
   * Reads ids and samples the next ones, in one run. The sampled ids are read too, except the last.
   *
   * @param sampling one entry for each sequence, with the same number of steps.
   * @returns the ids of each sequence: as many as steps, or fewer when no id was allowed for one of them.
   * @throws EngineError as `forward`; RangeError for more ids than `rowsBeforeEviction`; TypeError unless `samplesInGraph`,
   * or for another number of sequences.
   */
  async sampleInGraph(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    sampling: readonly SamplingInputs[],
  ): Promise<readonly SampledRun[]> {
    const { sequences } = cache;
    if (!this.samplesInGraph) throw new TypeError(`the backend ${this.backend} does not sample in the graph`);
    if (sampling.length !== sequences)
      throw new TypeError(`sampling for ${sampling.length} sequences, but the cache has ${sequences}`);
    const rows = ids.length / sequences + (sampling[0]?.steps ?? 1) - 1;
    this.#check(ids, cache, rows);
    if (rows > cache.rowsBeforeEviction)
      throw new RangeError(
        `${rows} ids in a run, but ${cache.rowsBeforeEviction} are left before an eviction`,
      );
    this.#busy.add(cache);
    try {
      const results = await this.#session.step(Int32Array.from(ids), cache, ["sampled"], { sampling });
      const sampled = results.get("sampled");
      if (sampled?.type !== "int32") throw new TypeError("the graph returned no ids");
      return sampledRuns(sampled.data, sequences);
    } finally {
      this.#busy.delete(cache);
    }
  }

  /** Frees the model's memory once its runs have ended; the decoder cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.#session.dispose();
    await this.#layers.dispose();
  }

  /** Reads ids in chunks. @returns the logits, and all results of the last chunk, including those named in `extra`. */
  async #read(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    { logits = "last", signal, range = this.#all }: ForwardOptions,
    extra: readonly string[],
    session = this.#session,
  ): Promise<{ readonly logits: Float32Array; readonly results: Results }> {
    this.#check(ids, cache, ids.length / cache.sequences);
    const numbers = Int32Array.from(ids);
    const all = logits === "all";
    const { head } = session;
    const selected = head.select(range);
    const none = head.select(NO_IDS).flags;
    const chunks: Float32Array[] = [];
    let results: Results = new Map();
    const most = Math.max(1, Math.floor(this.#chunk / cache.sequences));
    this.#busy.add(cache);
    try {
      cache.reserve(numbers.length / cache.sequences);
      for (let at = 0, chunk = 0; at < numbers.length; at += chunk) {
        signal?.throwIfAborted();
        chunk = cache.sequences * Math.min(most, cache.rowsBeforeEviction);
        const isLast = at + chunk >= numbers.length;
        const wanted = isLast ? ["logits", ...extra] : all ? ["logits"] : [];
        const slices = isLast || all ? selected.flags : none;
        results = await session.step(numbers.subarray(at, at + chunk), cache, wanted, { all, slices });
        if (isLast || all) chunks.push(columnsOf(floats(results, "logits"), selected.ids, range));
      }
    } finally {
      this.#busy.delete(cache);
    }
    return { logits: joined(chunks), results };
  }

  /** @param rows number of positions that the run computes: those of the ids, and of the sampled ones. */
  #check(ids: ArrayLike<number>, cache: KeyValueCache, rows: number): void {
    this.#session.checkAlive();
    if (cache.shape !== this.#cacheShape && cache.shape !== this.#sinkShape) {
      const hint = "use a cache from this decoder's createCache()";
      throw new EngineError("the cache belongs to another decoder", { code: "bad-cache", hint });
    }
    if (this.#busy.has(cache)) {
      const hint = "await that call, or use one cache per generation";
      throw new EngineError("the cache is in use by another call", { code: "busy", hint });
    }
    checkIds(this.config, ids, cache.sequences);
    checkPositions(this.config, cache.position + rows);
  }
}
