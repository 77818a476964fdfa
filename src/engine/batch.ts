/** Batched decoding: several continuations of one prompt, whose steps run together, so that each run reads the weights once. */
import type { KeyValueCache } from "./cache.ts";
import type { ContextOptions } from "./cached-context.ts";
import type { Decoder } from "./decoder.ts";
import type { ForwardWithAttention } from "./forward.ts";
import { firstSteps, fitOneRun, type SampledRun, type SamplingInputs } from "./graph-sampling.ts";
import type { GraphRuns, SequenceContext } from "./sequence-context.ts";
import type { IdRange } from "./sampling/index.ts";

/**
 * One sequence of a batch. `append` and `sampleInGraph` wait until every other sequence of the batch has called one of them, or
 * has left. So all must be advanced concurrently, and each must leave at its end.
 */
export class BatchSequence implements SequenceContext, GraphRuns {
  readonly #batch: SequenceBatch;

  constructor(batch: SequenceBatch) {
    this.#batch = batch;
  }

  /** Reads the prompt, once for all sequences; of a prompt longer than the window, the last window. */
  async prefill(
    ids: readonly number[],
    { range, signal }: Pick<ContextOptions, "range" | "signal"> = {},
  ): Promise<ForwardWithAttention> {
    const logits = await this.#batch.prefill(ids, signal); // all ids, since other sequences may need others
    return {
      logits: range ? logits.subarray(range.first, range.first + range.count) : logits,
      attention: [],
    };
  }

  /**
   * Reads one id.
   *
   * @throws EngineError as `Decoder.forward`; RangeError for more than one id, or for `contextShift`, which batches do not have.
   */
  async append(
    ids: readonly number[],
    { contextShift = false, range }: Pick<ContextOptions, "contextShift" | "range"> = {},
  ): Promise<ForwardWithAttention> {
    const [id] = ids;
    if (id === undefined || ids.length > 1)
      throw new RangeError(`a sequence of a batch reads one id at a time, not ${ids.length}`);
    if (contextShift) throw noContextShift();
    return { logits: await this.#batch.step(this, id, range), attention: [] };
  }

  /** Runs of several ids, where the backend has them. */
  get inGraph(): GraphRuns | undefined {
    return this.#batch.samplesInGraph ? this : undefined;
  }

  /** Number of sequences that have not left. */
  get sequences(): number {
    return this.#batch.active;
  }

  /** Whether the matrices have fewer than 32 bits a weight. */
  get isQuantized(): boolean {
    return this.#batch.isQuantized;
  }

  /** Maximum number of ids that one run can read. */
  get maxRunLength(): number {
    return this.#batch.maxRunLength;
  }

  /**
   * Reads one id and samples the next ones, in one run for all sequences. It has the smallest number of steps that any of them requests.
   *
   * @returns the ids; or the logits of the first one, if another sequence requests logits, or has rules that do not fit
   * the same run.
   * @throws EngineError as `Decoder.forward`; RangeError for `contextShift`, which batches do not have.
   */
  async sampleInGraph(
    id: number,
    sampling: SamplingInputs,
    { contextShift = false }: Pick<ContextOptions, "contextShift"> = {},
  ): Promise<RunResult> {
    if (contextShift) throw noContextShift();
    return this.#batch.run(this, id, { sampling });
  }

  /** Removes this sequence from the batch; the others no longer wait for it. */
  leave(): void {
    this.#batch.leave(this);
  }
}

function noContextShift(): RangeError {
  return new RangeError("a batch has no context shift");
}

type RunResult = SampledRun | { readonly logits: Float32Array };

/** An id to be read in the next run, and the promise of the result. */
interface PendingStep {
  readonly id: number;
  readonly range: IdRange | undefined;
  /** How to sample in the graph. Default: the logits are returned. */
  readonly sampling: SamplingInputs | undefined;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A batch of sequences that begin with one prompt.
 *
 * @example
 * const { sequences } = new SequenceBatch(decoder, 4);
 * await Promise.all(sequences.map((context, i) => generateInto(pieces[i], { context }).finally(() => context.leave())));
 */
export class SequenceBatch {
  /** All sequences, those that have left included. */
  readonly sequences: readonly BatchSequence[];
  readonly #decoder: Decoder;
  readonly #pending = new Map<BatchSequence, PendingStep>();
  /** The sequences that have not left. */
  #active: readonly BatchSequence[];
  /** The sequences in the cache, in its order. */
  #cached: readonly BatchSequence[] = [];
  #cache: KeyValueCache;
  #prompt: Promise<Float32Array> | undefined;

  /**
   * @param decoder if not `hasIndependentRows`, the sequences affect each other.
   * @param withSink whether the first rows of the prompt are never evicted: see `Decoder.createCache`. Default false.
   */
  constructor(decoder: Decoder, count: number, withSink = false) {
    this.#decoder = decoder;
    this.#cache = decoder.createCache(withSink);
    this.sequences = Array.from({ length: count }, () => new BatchSequence(this));
    this.#active = this.sequences;
  }

  /**
   * Reads the prompt at the first call; later calls return the same logits. Called by `BatchSequence`.
   *
   * @param signal of the first call: it stops the prefill for all sequences.
   * @returns `[vocabulary]`
   * @throws EngineError as `Decoder.forward`; the signal's reason.
   */
  prefill(ids: readonly number[], signal: AbortSignal | undefined): Promise<Float32Array> {
    this.#prompt ??= this.#decoder.forward(ids.slice(-this.#decoder.config.window), this.#cache, { signal });
    return this.#prompt;
  }

  /**
   * Adds an id to the next run, which starts when every sequence of the batch has one.
   *
   * @param range as for `Decoder.forward`.
   * @returns the logits of this sequence's next id, `[vocabulary]` or those of `range`.
   * @throws EngineError as `Decoder.forward`, for all sequences.
   */
  async step(sequence: BatchSequence, id: number, range?: IdRange): Promise<Float32Array> {
    const result = await this.run(sequence, id, { range });
    if ("logits" in result) return result.logits;
    throw new TypeError("ids were sampled for a sequence that asked for logits");
  }

  /** As `step`; with `sampling` it returns ids, if all sequences can be sampled in one run: see `BatchSequence.sampleInGraph`. */
  run(
    sequence: BatchSequence,
    id: number,
    { sampling, range }: Partial<Pick<PendingStep, "sampling" | "range">>,
  ): Promise<RunResult> {
    const result = new Promise<RunResult>((resolve, reject) =>
      this.#pending.set(sequence, { id, sampling, range, resolve, reject }),
    );
    this.#stepWhenAllPending();
    return result;
  }

  /** Whether the backend samples in the graph. */
  get samplesInGraph(): boolean {
    return this.#decoder.samplesInGraph;
  }

  /** Whether the matrices have fewer than 32 bits a weight. */
  get isQuantized(): boolean {
    return this.#decoder.isQuantized;
  }

  /** Number of sequences that have not left. */
  get active(): number {
    return this.#active.length;
  }

  /** Maximum number of ids of each sequence that one run can read. */
  get maxRunLength(): number {
    const { window, position } = this.#decoder.config;
    const left = position.kind === "relative" ? Infinity : window - this.#cache.position;
    return Math.min(left, this.#cache.rowsBeforeEviction);
  }

  /** Removes a sequence; if the others waited for it alone, their run starts. A second call has no effect. */
  leave(sequence: BatchSequence): void {
    this.#active = this.#active.filter((other) => other !== sequence);
    this.#stepWhenAllPending();
  }

  #stepWhenAllPending(): void {
    if (this.#active.length === 0 || !this.#active.every((sequence) => this.#pending.has(sequence))) return;
    const sequences = this.#active;
    const steps = sequences.flatMap((sequence) => this.#pending.get(sequence) ?? []);
    this.#pending.clear();
    this.#read(sequences, steps).catch((reason: unknown) => {
      for (const { reject } of steps) reject(reason);
    });
  }

  async #read(sequences: readonly BatchSequence[], steps: readonly PendingStep[]): Promise<void> {
    if (sequences.length !== this.#cached.length) {
      // Before the first step the cache contains one sequence, the prompt, from which all sequences continue.
      this.#cache = this.#cache.select(
        sequences.map((sequence) => Math.max(0, this.#cached.indexOf(sequence))),
      );
      this.#cached = sequences;
    }
    const results = await this.#results(steps);
    for (const [i, { resolve }] of steps.entries()) resolve(results[i]!);
  }

  async #results(pending: readonly PendingStep[]): Promise<readonly RunResult[]> {
    const ids = pending.map(({ id }) => id);
    const sampling = pending.flatMap((each) => each.sampling ?? []); // of those that can be sampled in the graph
    const length = Math.min(...sampling.map(({ steps }) => steps));
    if (sampling.length === ids.length && length > 1 && fitOneRun(sampling)) {
      const shortened = sampling.map((each) => firstSteps(each, length));
      return this.#decoder.sampleInGraph(ids, this.#cache, shortened);
    }
    const all = { first: 0, count: this.#decoder.config.vocabularySize };
    const ranges = pending.map(({ range = all }) => range);
    const range = hull(ranges);
    const logits = await this.#decoder.forward(ids, this.#cache, { range }); // [sequences, range.count]
    return ranges.map(({ first, count }, i) => {
      const at = i * range.count + first - range.first;
      return { logits: logits.subarray(at, at + count) };
    });
  }
}

/** The shortest range that contains these ranges. */
function hull(ranges: readonly IdRange[]): IdRange {
  const first = Math.min(...ranges.map((range) => range.first));
  return { first, count: Math.max(...ranges.map((range) => range.first + range.count)) - first };
}
