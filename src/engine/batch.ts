/** Batched decoding: several continuations of one prompt, whose steps run together, so that each run reads the weights once. */
import type { KeyValueCache } from "./cache.ts";
import type { Decoder, ForwardWithAttention } from "./decoder.ts";
import type { ContextOptions } from "./cached-context.ts";

/**
 * One sequence of a batch. `append` waits until every other sequence of the batch has called it, or has left. So all must be
 * advanced concurrently, and each must leave at its end.
 */
export class BatchSequence {
  readonly #batch: SequenceBatch;

  constructor(batch: SequenceBatch) {
    this.#batch = batch;
  }

  /** Reads the prompt, once for all sequences; of a prompt longer than the window, the last window. */
  async prefill(
    ids: readonly number[],
    options: Pick<ContextOptions, "signal"> = {},
  ): Promise<ForwardWithAttention> {
    return { logits: await this.#batch.prefill(ids, options.signal), attention: [] };
  }

  /**
   * Reads one id.
   *
   * @throws EngineError as `Decoder.forward`; RangeError for more than one id, or for `contextShift`, which batches do not have.
   */
  async append(
    ids: readonly number[],
    { contextShift = false }: Pick<ContextOptions, "contextShift"> = {},
  ): Promise<ForwardWithAttention> {
    const [id] = ids;
    if (id === undefined || ids.length > 1)
      throw new RangeError(`a sequence of a batch reads one id at a time, not ${ids.length}`);
    if (contextShift) throw new RangeError("a batch has no context shift");
    return { logits: await this.#batch.step(this, id), attention: [] };
  }

  /** Removes this sequence from the batch; the others no longer wait for it. */
  leave(): void {
    this.#batch.leave(this);
  }
}

/** An id to be read in the next run, and the promise of its logits. */
interface PendingStep {
  readonly id: number;
  readonly resolve: (logits: Float32Array) => void;
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
   * @returns the logits of this sequence's next id, `[vocabulary]`.
   * @throws EngineError as `Decoder.forward`, for all sequences.
   */
  step(sequence: BatchSequence, id: number): Promise<Float32Array> {
    const logits = new Promise<Float32Array>((resolve, reject) =>
      this.#pending.set(sequence, { id, resolve, reject }),
    );
    this.#stepWhenAllPending();
    return logits;
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
    const ids = steps.map(({ id }) => id);
    const logits = await this.#decoder.forward(ids, this.#cache); // [sequences, vocabulary]
    const size = this.#decoder.config.vocabularySize;
    for (const [i, { resolve }] of steps.entries()) resolve(logits.subarray(i * size, (i + 1) * size));
  }
}
