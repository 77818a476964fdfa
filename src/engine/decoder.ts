import {
  choosePlan,
  type DecoderConfig,
  decoderGraph,
  decoderLoop,
  graphWeights,
  NOTHING_DRAWN,
  type Locate,
  type Precision,
  type PrecisionPlan,
  type Tensors,
  type WeightArray,
} from "../../models/index.ts";
import { type AttentionRequest, checkedRequest, type LayerAttention, visibleWeights } from "./attention.ts";
import type { AttentionSink } from "./attention-sink.ts";
import { type CacheShape, KeyValueCache } from "./cache.ts";
import { EngineError } from "./errors.ts";
import { ANY_DRAW, drawInputs, type Draws } from "./loop.ts";
import { cacheNames, floats, graphInputs, joined, type Results } from "./graph-values.ts";
import { checkIds, checkPositions } from "./read-checks.ts";
import type { Backend, Runtime, Session, WeightFolder } from "./runtime.ts";

/** A checkpoint, and what is to run it. */
export interface DecoderSource {
  readonly config: DecoderConfig;
  /** As `readCheckpoint` gives them; not needed any more once the decoder is loaded. */
  readonly tensors: Tensors;
  readonly runtime: Runtime;
  /** How the matrices are kept and multiplied with. Default "fp32". */
  readonly precision?: Precision;
}

/** Weights by the names of `graphWeights`. */
export interface PreparedSource {
  readonly config: DecoderConfig;
  readonly plan: PrecisionPlan;
  readonly runtime: Runtime;
  /** In memory: not needed any more once the decoder is loaded. In files: they must stay as they are while it lives. */
  readonly weights: ReadonlyMap<string, WeightArray> | WeightsInFiles;
}

/** Weights that stay in files: a folder that ONNX Runtime maps into memory, and where in it each of them begins, in bytes. */
export interface WeightsInFiles extends WeightFolder {
  readonly located: ReadonlyMap<string, { readonly file: string; readonly offset: number }>;
}

/** What `Decoder.forward` is to give, and what may stop it. */
export interface ForwardOptions {
  /** Logits of what follows the last id, or of what follows each. Default "last". */
  readonly logits?: "last" | "all";
  /** Stops between two chunks of a long input; `forward` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Logits, and what the last id looked at on the way to them. */
export interface ForwardWithAttention {
  /** As `forward` gives them. */
  readonly logits: Float32Array;
  /** Of the layers asked for, in the order asked. */
  readonly attention: readonly LayerAttention[];
}

/** Long inputs are read in chunks of so many ids: attention within one costs its square in memory. */
const CHUNK = 128;

/**
 * A loaded model: ids in, logits of the next id out. It remembers nothing between calls; what it has read is in the
 * cache, so several generations can go on from one decoder, each with its own.
 *
 * @example
 * const decoder = await Decoder.load({ ...(await readCheckpoint(files)), runtime });
 * const cache = decoder.createCache();
 * const logits = await decoder.forward([389, 375, 60], cache); // [vocabularySize]
 */
export class Decoder {
  readonly config: DecoderConfig;
  readonly backend: Backend;
  /** Whether `draw` can draw ids inside the graph, many in one run. */
  readonly drawsInside: boolean;
  readonly #session: Session;
  readonly #cacheNames: readonly string[];
  /** The very objects that this decoder's caches, and their forks, carry. */
  readonly #cacheShape: CacheShape;
  readonly #sinkShape: CacheShape;
  readonly #busy = new WeakSet<KeyValueCache>();
  readonly #runs = new Set<Promise<unknown>>();
  #disposed = false;

  /**
   * @throws CheckpointError for a tensor that is missing or has the wrong shape; EngineError when ONNX Runtime cannot
   * load the model.
   */
  static async load({ config, tensors, runtime, precision = "fp32" }: DecoderSource): Promise<Decoder> {
    const plan = choosePlan(precision, runtime.backend, config);
    return Decoder.fromWeights({ config, plan, runtime, weights: await graphWeights(config, tensors, plan) });
  }

  /**
   * A decoder whose weights have the layout of the graph already.
   *
   * @throws EngineError when ONNX Runtime cannot load the model.
   */
  static async fromWeights({ config, plan, runtime, weights }: PreparedSource): Promise<Decoder> {
    // WebAssembly copies the cache for every run; for the native library a step at a time is as fast.
    const drawsInside = runtime.backend === "wasm";
    const build = drawsInside ? decoderLoop : decoderGraph;
    const graph = build(config, { plan, locate: "located" in weights ? placesOf(weights) : undefined });
    const session = await runtime.createSession(graph.bytes, weights);
    return new Decoder(config, runtime.backend, drawsInside, session);
  }

  private constructor(config: DecoderConfig, backend: Backend, drawsInside: boolean, session: Session) {
    this.config = config;
    this.backend = backend;
    this.drawsInside = drawsInside;
    this.#session = session;
    this.#cacheNames = cacheNames(config.layers);
    // The newest of the window's ids is not in the past.
    this.#cacheShape = { layers: config.layers, width: config.width, limit: config.window - 1 };
    this.#sinkShape = { ...this.#cacheShape, sink: sinkOf(config) };
  }

  /**
   * An empty cache, for the beginning of a piece or text.
   *
   * @param withSink whether the first quarter of a window is never evicted, see `AttentionSink`. No effect with learned
   * positions, whose context ends.
   */
  createCache(withSink = false): KeyValueCache {
    return new KeyValueCache(withSink ? this.#sinkShape : this.#cacheShape);
  }

  /**
   * Reads ids, which are added to the cache, and gives the logits of what follows. With relative positions this can go
   * on for ever; with learned ones the window is the end.
   *
   * @param ids at least one, each from 0 to `vocabularySize - 1`. For a cache of several sequences, where the backend is
   * "node", time by time, in each the ids of all sequences.
   * @returns `[vocabularySize]`, of several sequences `[sequences, vocabularySize]`; or `[ids, vocabularySize]` for
   * `logits: "all"`.
   * @throws EngineError for no ids, an id out of range, a full context, a cache of another decoder or in use, a
   * disposed decoder. The cache is then as it was, unless an abort or ONNX Runtime stopped a long input between chunks.
   */
  async forward(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    options: ForwardOptions = {},
  ): Promise<Float32Array> {
    return (await this.#read(ids, cache, options, [])).logits;
  }

  /**
   * As `forward`, and tells what the last id looked at: the attention from which the logits of the next one came. Layers
   * that are not asked for are not copied out of ONNX Runtime.
   *
   * @throws EngineError as `forward`, and for a layer or head that the model does not have.
   *
   * @example
   * const { logits, attention } = await decoder.forwardWithAttention([60], cache, { layers: [5] });
   * const [{ heads, from, weights }] = attention; // weights: [heads, ids seen], the first of them at position `from`
   */
  async forwardWithAttention(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    request: AttentionRequest,
    options: ForwardOptions = {},
  ): Promise<ForwardWithAttention> {
    if (cache.sequences > 1) {
      const hint = "select one of them from the cache";
      throw new EngineError(`attention of ${cache.sequences} sequences at once`, {
        code: "bad-attention",
        hint,
      });
    }
    const { layers, heads } = checkedRequest(this.config, request);
    const names = layers.map((layer) => `attention.${layer}`);
    const { logits, results } = await this.#read(ids, cache, options, names);
    const seen = cache.visibleSpan(cache.position - 1);
    const from = cache.position - seen;
    const attention = layers.map((layer): LayerAttention => {
      const weights = floats(results, `attention.${layer}`); // [all heads, times]
      return { layer, heads, from, weights: visibleWeights(this.config, weights, heads, seen) };
    });
    return { logits, attention };
  }

  /**
   * Reads a few ids and draws those that follow, in one run, where `drawsInside`. All that are drawn but the last are read
   * too.
   *
   * @returns `[steps]`; fewer, all of which are read, where nothing was left that could be drawn.
   * @throws EngineError as `forward`; RangeError for more than the cache has `room` for; TypeError where the graph cannot draw.
   */
  async draw(ids: ArrayLike<number>, cache: KeyValueCache, draws: Draws): Promise<Int32Array> {
    if (!this.drawsInside) throw new TypeError(`the graph of the backend ${this.backend} does not draw`);
    const rows = ids.length + draws.steps - 1;
    this.#check(ids, cache, rows);
    if (rows > cache.rowsBeforeEviction)
      throw new RangeError(`${rows} ids in a run, the cache has room for ${cache.rowsBeforeEviction}`);
    this.#busy.add(cache);
    try {
      const wanted = ["drawn", ...this.#cacheNames];
      const results = await this.#step(Int32Array.from(ids), cache, false, wanted, draws);
      const drawn = results.get("drawn");
      if (drawn?.type !== "int32") throw new TypeError("the graph gave no ids");
      return drawn.data.at(-1) === NOTHING_DRAWN ? drawn.data.subarray(0, -1) : drawn.data;
    } finally {
      this.#busy.delete(cache);
    }
  }

  /** Frees the model's memory, after the runs under way; the decoder cannot be used afterwards. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.allSettled(this.#runs);
    await this.#session.dispose();
  }

  /** Reads ids in chunks. @returns the logits, and all results of the last chunk, those of `extra` included. */
  async #read(
    ids: ArrayLike<number>,
    cache: KeyValueCache,
    { logits = "last", signal }: ForwardOptions,
    extra: readonly string[],
  ): Promise<{ readonly logits: Float32Array; readonly results: Results }> {
    this.#check(ids, cache, ids.length / cache.sequences);
    const numbers = Int32Array.from(ids);
    const wanted = ["logits", ...this.#cacheNames];
    const chunks: Float32Array[] = [];
    let results: Results = new Map();
    const most = Math.max(1, Math.floor(CHUNK / cache.sequences));
    this.#busy.add(cache);
    try {
      for (let at = 0, chunk = 0; at < numbers.length; at += chunk) {
        signal?.throwIfAborted();
        chunk = cache.sequences * Math.min(most, cache.rowsBeforeEviction);
        const names = at + chunk < numbers.length ? wanted : [...wanted, ...extra];
        results = await this.#step(numbers.subarray(at, at + chunk), cache, logits === "all", names);
        chunks.push(floats(results, "logits"));
      }
    } finally {
      this.#busy.delete(cache);
    }
    return { logits: logits === "all" ? joined(chunks) : floats(results, "logits"), results };
  }

  async #step(
    ids: Int32Array,
    cache: KeyValueCache,
    all: boolean,
    wanted: readonly string[],
    draws: Draws = ANY_DRAW,
  ): Promise<Results> {
    this.#checkAlive();
    const { position } = cache;
    const rows = ids.length / cache.sequences + draws.steps - 1; // computed in this run
    const inputs = graphInputs(this.config, ids, rows, cache, all);
    const run = this.#session.run(this.drawsInside ? { ...inputs, ...drawInputs(draws) } : inputs, wanted);
    this.#runs.add(run);
    try {
      const results = await run;
      if (cache.position !== position) {
        const hint = "await the call before rewinding or clearing its cache, or fork the cache";
        throw new EngineError("the cache was changed while ids were read", { code: "busy", hint });
      }
      const added = this.#cacheNames.map((name) => floats(results, name));
      // Fewer rows than asked for where a draw found nothing to draw.
      cache.append(added, added[0]!.length / (cache.sequences * this.config.width));
      return results;
    } finally {
      this.#runs.delete(run);
    }
  }

  /** @param rows how many times will be read: those of the ids given, or more that are drawn. */
  #check(ids: ArrayLike<number>, cache: KeyValueCache, rows: number): void {
    this.#checkAlive();
    if (cache.shape !== this.#cacheShape && cache.shape !== this.#sinkShape) {
      const hint = "take one from this decoder's createCache()";
      throw new EngineError("the cache is not this decoder's", { code: "bad-cache", hint });
    }
    if (this.#busy.has(cache)) {
      const hint = "await the call before, or use a cache for each generation";
      throw new EngineError("the cache is in use by another call", { code: "busy", hint });
    }
    if (cache.sequences > 1 && this.drawsInside) {
      throw new EngineError(
        `a cache of ${cache.sequences} sequences, but the backend ${this.backend} reads one`,
        {
          code: "bad-cache",
          hint: "fork the cache instead, and read each fork on its own",
        },
      );
    }
    checkIds(this.config, ids, cache.sequences);
    checkPositions(this.config, cache.position + rows);
  }

  #checkAlive(): void {
    if (!this.#disposed) return;
    throw new EngineError("the decoder is disposed", { code: "disposed", hint: "load the model again" });
  }
}

/** The sink is a quarter of the window, an eviction block a sixteenth. Undefined for windows under 16 ids. */
function sinkOf({ window, position }: DecoderConfig): AttentionSink | undefined {
  const [sinkRows, evictionBlock] = [Math.floor(window / 4), Math.floor(window / 16)];
  return position.kind === "relative" && evictionBlock > 0 ? { sinkRows, evictionBlock } : undefined;
}

function placesOf({ located }: WeightsInFiles): Locate {
  return (data) => {
    const place = located.get(data);
    if (!place) throw new TypeError(`no file holds "${data}"`);
    return place;
  };
}
