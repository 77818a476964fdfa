/** The graph of a decoder in ONNX Runtime, and its runs, each of which appends to a cache. */
import {
  type Backend,
  type DecoderConfig,
  decoderGraph,
  decoderLoop,
  HEAD_SLICES,
  type Locate,
  type QuantizationScheme,
  sampledRanges,
  type WeightArray,
} from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";
import { EngineError } from "./errors.ts";
import { freeMemory } from "./free-memory.ts";
import { declareSampling, DEFAULT_TENSORS, type SamplingInputs, samplingTensors } from "./graph-sampling.ts";
import {
  floats,
  graphInputs,
  type InputForm,
  type Results,
  type RunLayout,
  runLayout,
} from "./graph-values.ts";
import { Head } from "./head-slices.ts";
import { lastRowWeights, withoutGap } from "./native-values.ts";
import type { Runtime, RuntimeTensor, Session, WeightFolder } from "./runtime.ts";

/** Weights by the names of `graphWeights`. */
export interface PreparedSource {
  readonly config: DecoderConfig;
  readonly scheme: QuantizationScheme;
  readonly runtime: Runtime;
  /**
   * Numbers of ids of the slices of the head: `forward` with `range` computes only the slices that overlap the range. Ids after them are
   * one more slice. The logits are the same to the last bit if the numbers are multiples of 4. Default: the ranges that the vocabulary of the
   * config is sampled from; [] for a head without slices.
   */
  readonly headSlices?: readonly number[];
  /** In memory: may be freed once the decoder is loaded. In files: must not change until the decoder is disposed. */
  readonly weights: Weights;
  /**
   * Returns the weights again, for the graph of `forwardWithLayers`, which is built on the first call. Default: that method throws.
   */
  readonly reopen?: () => Promise<Weights>;
}

/** Weights in memory, or in files. */
export type Weights = ReadonlyMap<string, WeightArray> | WeightsInFiles;

/** Weights in files: a folder that ONNX Runtime maps into memory, and the byte offset of each weight. */
export interface WeightsInFiles extends WeightFolder {
  readonly located: ReadonlyMap<string, { readonly file: string; readonly offset: number }>;
}

/** The result with the rows that are appended to the cache. */
const ADDED = "keys_values";

/** Options of `DecoderSession.step`. */
interface StepOptions {
  /** Whether to return the logits of all rows, or of the last. Default false. */
  readonly all?: boolean;
  /** The slices of the head to compute. Default: all. */
  readonly slices?: Int32Array;
  /** How to sample for each sequence, in a graph that samples. Default: the samples are not used. */
  readonly sampling?: readonly SamplingInputs[];
}

/** A loaded graph of a decoder. */
export class DecoderSession {
  readonly backend: Backend;
  /** Whether the graph samples: several ids per run. */
  readonly samplesInGraph: boolean;
  readonly head: Head;
  readonly #form: InputForm;
  readonly #session: Session;
  readonly #runs = new Set<Promise<unknown>>();
  #disposed = false;

  /**
   * @param layers whether for the graph that returns the stream after each layer.
   * @throws EngineError when ONNX Runtime cannot load the model.
   */
  static async load(source: PreparedSource, layers = false): Promise<DecoderSession> {
    const { config, scheme, runtime, weights } = source;
    // WebAssembly copies the cache for every run; the native library does not, so stepping is as fast there.
    const samplesInGraph = runtime.backend === "wasm" && !layers;
    // WebGPU computes the whole head: each branch would wait for the GPU.
    const isWhole = runtime.backend === "webgpu" || layers;
    const headSlices = isWhole ? [] : (source.headSlices ?? sampledRanges(config));
    const locate = "located" in weights ? locations(weights) : undefined;
    const options = { scheme, locate, headSlices, layers };
    const graph = samplesInGraph
      ? decoderLoop(config, declareSampling, options)
      : decoderGraph(config, options);
    const session = await runtime.createSession(graph.bytes, weights);
    const head = new Head(headSlices, config.vocabularySize, samplesInGraph);
    const form = { config, isExact: scheme.isExact };
    return new DecoderSession(form, runtime.backend, samplesInGraph, head, session);
  }

  private constructor(
    form: InputForm,
    backend: Backend,
    samplesInGraph: boolean,
    head: Head,
    session: Session,
  ) {
    this.#form = form;
    this.backend = backend;
    this.samplesInGraph = samplesInGraph;
    this.head = head;
    this.#session = session;
  }

  /**
   * Reads ids in one run, and appends their rows to the cache, as well as those of sampled ids.
   *
   * @param wanted names of the results, besides the rows for the cache.
   * @throws EngineError when ONNX Runtime fails, for a cache that changes meanwhile, and after `dispose`.
   */
  async step(
    ids: Int32Array,
    cache: KeyValueCache,
    wanted: readonly string[],
    { all = false, slices, sampling }: StepOptions,
  ): Promise<Results> {
    this.checkAlive();
    const { config } = this.#form;
    const { position } = cache;
    const steps = sampling?.[0]?.steps ?? 1;
    const rows = ids.length / cache.sequences + steps - 1; // computed in this run
    const layout = runLayout(this.#form, rows, cache);
    const inputs = graphInputs(this.#form, ids, layout, cache, all);
    if (this.head.isSliced) {
      const { vocabularySize: count } = config;
      const data = slices ?? this.head.select({ first: 0, count }).flags;
      inputs[HEAD_SLICES] = { type: "int32", data, shape: [data.length] };
    }
    if (this.samplesInGraph) {
      inputs["steps"] = { type: "int32", data: Int32Array.of(steps), shape: [1] };
      const tensors = sampling ? samplingTensors(sampling, config.vocabularySize) : DEFAULT_TENSORS;
      Object.assign(inputs, tensors);
    }
    const run = this.#session.run(inputs, [...wanted, ADDED]);
    this.#runs.add(run);
    try {
      const results = await run;
      if (cache.position !== position) {
        const hint = "await the call before you rewind or clear its cache, or fork the cache";
        throw new EngineError("the cache was changed while ids were read", { code: "busy", hint });
      }
      const added = floats(results, ADDED);
      cache.append(added); // fewer rows than `rows` if no id was allowed
      freeMemory(added);
      const names = wanted.filter((name) => name.startsWith("attention."));
      const last = (name: string): RuntimeTensor => lastWeights(this.#form, results.get(name), layout);
      return names.length === 0
        ? results
        : new Map([...results, ...names.map((name) => [name, last(name)] as const)]);
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Frees the memory once its runs have ended. A second call has no effect. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.allSettled(this.#runs);
    await this.#session.dispose();
  }

  /** @throws EngineError after `dispose`. */
  checkAlive(): void {
    if (!this.#disposed) return;
    throw new EngineError("the decoder is disposed", { code: "disposed", hint: "load the model again" });
  }
}

/** The attention weights of the last row over the visible positions, from those that a graph returned.  # [heads, positions] */
function lastWeights(
  { config, isExact }: InputForm,
  weights: RuntimeTensor | undefined,
  { run, gap }: RunLayout,
): RuntimeTensor {
  if (weights?.type !== "float32") throw new TypeError("the graph returned no attention weights");
  const lastRow = isExact ? lastRowWeights(weights, run.rows, run.spare) : weights.data;
  const data = gap ? withoutGap(lastRow, config.heads, gap) : lastRow;
  return { type: "float32", data, shape: [config.heads, data.length / config.heads] };
}

function locations({ located }: WeightsInFiles): Locate {
  return (data) => {
    const location = located.get(data);
    if (!location) throw new TypeError(`no file contains "${data}"`);
    return location;
  };
}
