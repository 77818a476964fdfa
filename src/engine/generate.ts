/** The generation loop. */
import type { Decoder } from "./decoder.ts";
import { type Automaton, MAX_STEPS_PER_RUN, stepsPerRun } from "./loop.ts";
import type { BatchSequence } from "./batch.ts";
import { CachedContext } from "./cached-context.ts";
import { type Sample, emptyDistribution, type Sampler } from "./sampler.ts";
import type { LogitAdjustment } from "./sampling/index.ts";

/** A logits processor with state: it receives every id, prompt included, and masks and adjusts the next logits. */
export interface LogitsProcessor {
  /** Appends an id to its state. Ids of the prompt and of `override` need not be allowed ones. */
  push(id: number): void;
  /** Sets one byte per id: 1 for allowed ids, 0 for others. */
  mask(allowed: Uint8Array): void;
  /**
   * Adjusts the logits. Called after every `ADJUSTMENT_PERIOD` ids of the sequence, in a prompt at the last such position only.
   * The result must depend on the ids alone; it applies to the next `ADJUSTMENT_PERIOD` ids.
   */
  adjustment?(): LogitAdjustment;
  /** The mask as an automaton with its present state, for sampling in the graph. */
  automaton?(): Automaton;
}

/** Ids between two updates of the logit adjustment: the longest run with sampling in the graph. */
export const ADJUSTMENT_PERIOD = MAX_STEPS_PER_RUN;

/** The state of a logits processor: passes ids to it, and updates the adjustment every `ADJUSTMENT_PERIOD` ids. */
export class ProcessorState {
  readonly #processor: LogitsProcessor | undefined;
  #length = 0;
  /** The adjustment of the next id. */
  adjustment: LogitAdjustment = {};

  /** @param prompt the first ids. */
  constructor(processor: LogitsProcessor | undefined, prompt: readonly number[]) {
    this.#processor = processor;
    const lastUpdate = prompt.length - (prompt.length % ADJUSTMENT_PERIOD);
    for (const id of prompt) this.#push(id, this.#length + 1 === lastUpdate);
  }

  push(id: number): void {
    this.#push(id, (this.#length + 1) % ADJUSTMENT_PERIOD === 0);
  }

  /** Ids until the next update: 1 to `ADJUSTMENT_PERIOD`. */
  get idsUntilUpdate(): number {
    return ADJUSTMENT_PERIOD - (this.#length % ADJUSTMENT_PERIOD);
  }

  #push(id: number, updates: boolean): void {
    this.#processor?.push(id);
    this.#length += 1;
    if (updates) this.adjustment = this.#processor?.adjustment?.() ?? {};
  }
}

/** The prompt, the sampler, and what restricts or replaces samples. */
export interface GenerateIdsOptions {
  /** Ids to continue; at least one. Of a prompt longer than the model's window, the last window is read. */
  readonly prompt: readonly number[];
  readonly sampler: Sampler;
  readonly processor?: LogitsProcessor;
  /** Return this many of the likeliest candidates with each id, and its log-probability. */
  readonly candidates?: number;
  /** Samples taken earlier in the same generation: the counter of the random numbers. Default 0. */
  readonly randomStep?: number;
  /** The cached context, or a sequence of a batch. Default: a new context. */
  readonly context?: CachedContext | BatchSequence;
  /** See `ContextOptions`. Default false. */
  readonly reuseBeyondWindow?: boolean;
  /** See `ContextOptions`. Default false: an error when learned positions run out. */
  readonly contextShift?: boolean;
  /** Called with each sample; returns the id to append in its place. Default: the sampled id. */
  readonly override?: (sample: GeneratedId) => Promise<number>;
  /** Stops the generation: the iterator throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A generated id; with `candidates`, the whole sample. */
export type GeneratedId = Pick<Sample, "id"> & Partial<Sample>;

/**
 * Generates ids without end; stop iterating to stop. With relative positions the cache rolls, so memory and time per id are
 * constant. When learned positions run out it throws an EngineError, or with `contextShift` it reads the last half window
 * again before the next id.
 *
 * If the backend samples in the graph, a run returns several ids. Candidates, `override`, the repetition penalty and
 * processors without an automaton need one run per id. Both ways give the same ids, unless two noisy scores are equal within
 * the rounding of the logits.
 *
 * @throws EngineError when no id is allowed; else as `CachedContext`.
 */
export async function* generateIds(
  decoder: Decoder,
  options: GenerateIdsOptions,
): AsyncGenerator<GeneratedId, never> {
  const {
    prompt,
    sampler,
    processor,
    candidates,
    randomStep = 0,
    reuseBeyondWindow = false,
    contextShift = false,
    override,
    signal,
  } = options;
  const { window, vocabularySize } = decoder.config;
  const state = new ProcessorState(processor, prompt);
  const allowed = processor && new Uint8Array(vocabularySize);
  const recent = sampler.needsRecent ? prompt.slice(-window) : undefined;
  const context = options.context ?? new CachedContext(decoder);
  signal?.throwIfAborted();
  let { logits } = await context.prefill(prompt, { reuseBeyondWindow, signal });
  const inGraph =
    decoder.samplesInGraph &&
    stepsPerRun(decoder.config) > 1 &&
    context instanceof CachedContext &&
    candidates === undefined &&
    override === undefined &&
    !sampler.needsRecent &&
    (processor === undefined || processor.automaton !== undefined)
      ? context
      : undefined;
  for (let step = randomStep; ; step += 1) {
    if (processor && allowed) processor.mask(allowed);
    const samplingContext = { allowed, recent, ...state.adjustment };
    const sample =
      candidates === undefined
        ? { id: sampler.sample(logits, step, samplingContext) }
        : sampler.sampleWithCandidates(logits, step, samplingContext, candidates);
    const next = override ? replaced(sample, await override(sample)) : sample;
    state.push(next.id);
    if (recent?.push(next.id) === window + 1) recent.shift();
    yield next;
    if (inGraph)
      return yield* sampleInGraph(decoder, inGraph, state, next.id, { ...options, randomStep: step + 1 });
    signal?.throwIfAborted();
    ({ logits } = await context.append([next.id], { contextShift, signal }));
  }
}

/** The ids after `previous`, sampled in the graph. */
async function* sampleInGraph(
  decoder: Decoder,
  context: CachedContext,
  state: ProcessorState,
  previous: number,
  { sampler, processor, randomStep = 0, contextShift = false, signal }: GenerateIdsOptions,
): AsyncGenerator<GeneratedId, never> {
  const most = stepsPerRun(decoder.config);
  let step = randomStep;
  // The first runs are short, so that the first ids arrive soon.
  for (let wish = 2; ; wish = Math.min(2 * wish, most)) {
    signal?.throwIfAborted();
    const steps = Math.max(1, Math.min(wish, most, context.maxRunLength, state.idsUntilUpdate));
    const sampling = sampler.graphInputs(step, steps, decoder.config.vocabularySize, state.adjustment);
    const ids = await context.sampleInGraph(
      previous,
      { ...sampling, automaton: processor?.automaton?.() },
      { contextShift },
    );
    for (const id of ids) {
      state.push(id);
      yield { id };
      previous = id;
    }
    if (ids.length < steps) throw emptyDistribution();
    step += steps;
  }
}

/** The sample with another id; its log-probability is undefined unless the id is a candidate. */
function replaced(sample: GeneratedId, id: number): GeneratedId {
  if (id === sample.id) return sample;
  const { candidates = [] } = sample;
  const candidate = candidates.find((each) => each.id === id);
  return { id, candidates, logProbability: candidate && Math.log(candidate.probability) };
}
