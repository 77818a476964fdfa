/** Sampling step by step: one run of the decoder per id. */
import type { DecoderConfig } from "../../models/index.ts";
import { type LogitsProcessor, ProcessorState } from "./logits-processor.ts";
import type { Sample, Sampler } from "./sampler.ts";
import type { IdRange } from "./sampling/index.ts";
import type { SequenceContext } from "./sequence-context.ts";
import type { SamplesAhead } from "./speculation/index.ts";

/** The prompt, the sampler, and the processors of its samples. */
export interface SamplingRequest {
  /** Ids to continue; at least one. Of a prompt longer than the model's window, the last window is read. */
  readonly prompt: readonly number[];
  readonly sampler: Sampler;
  /** They mask and adjust the logits, in this order. Default: none. */
  readonly processors?: readonly LogitsProcessor[];
  /** Return this many of the likeliest candidates with each id, and its log-probability. */
  readonly candidates?: number;
  /** Samples taken earlier in the same generation: the counter of the random numbers. Default 0. */
  readonly randomStep?: number;
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

/** A source of ids: the interface of the generation loop to a backend. */
export interface NextIds {
  /** Samples the ids that follow those appended. @returns at least one; all are to be appended before the next call. */
  next(): Promise<readonly GeneratedId[]>;
  /** Appends an id to the state, just before the caller gets it: the caller reads the state of the processors after each id. */
  append(id: number): void;
}

/** A source that reads one id and samples the next one, with the state of the generation. */
export class SingleSteps implements NextIds {
  readonly state: ProcessorState;
  readonly #request: SamplingRequest;
  readonly #context: SequenceContext;
  /** The last id, which is not read yet; undefined before the first one. */
  #previous: number | undefined;
  #step: number;

  constructor(config: DecoderConfig, context: SequenceContext, request: SamplingRequest) {
    this.#request = request;
    this.#context = context;
    this.#step = request.randomStep ?? 0;
    this.state = new ProcessorState(request.processors ?? [], request.prompt, config);
  }

  /** The last id, which is not read yet; undefined before the first one. */
  get previous(): number | undefined {
    return this.#previous;
  }

  /** The counter of the random numbers for the next sample. */
  get step(): number {
    return this.#step;
  }

  async next(): Promise<readonly GeneratedId[]> {
    const { logits } = await this.#read();
    return this.sample(logits);
  }

  /** Samples the id that follows those read. @param logits `[vocabulary]` */
  async sample(logits: Float32Array): Promise<readonly GeneratedId[]> {
    const { sampler, candidates, override } = this.#request;
    const context = this.state.context();
    const sample =
      candidates === undefined
        ? { id: sampler.sample(logits, this.#step, context) }
        : sampler.sampleWithCandidates(logits, this.#step, context, candidates);
    return [override ? replaced(sample, await override(sample)) : sample];
  }

  append(id: number): void {
    this.state.push(id);
    this.#previous = id;
    this.#step += 1;
  }

  #read(): ReturnType<SequenceContext["append"]> {
    const { prompt, reuseBeyondWindow = false, contextShift = false, signal } = this.#request;
    signal?.throwIfAborted();
    const range = this.state.range();
    const ahead = (): SamplesAhead => new StepsAhead(this.#request.sampler, this.#step, this.state.fork());
    return this.#previous === undefined
      ? this.#context.prefill(prompt, { reuseBeyondWindow, range, signal, ahead })
      : this.#context.append([this.#previous], { contextShift, range, signal, ahead });
  }
}

/** The samples of the next steps, for drafts. The noise depends on seed and step only, so that similar logits mostly give the same ids. */
class StepsAhead implements SamplesAhead {
  readonly #sampler: Sampler;
  readonly #state: ProcessorState;
  #step: number;

  constructor(sampler: Sampler, step: number, state: ProcessorState) {
    this.#sampler = sampler;
    this.#step = step;
    this.#state = state;
  }

  range(): IdRange | undefined {
    return this.#state.range();
  }

  sample(logits: Float32Array): number | undefined {
    const id = this.#sampler.sampleIfAllowed(logits, this.#step, this.#state.context());
    if (id === undefined) return undefined;
    this.#state.push(id);
    this.#step += 1;
    return id;
  }
}

/** The sample with another id; its log-probability is undefined unless the id is a candidate. */
function replaced(sample: GeneratedId, id: number): GeneratedId {
  if (id === sample.id) return sample;
  const { candidates = [] } = sample;
  const candidate = candidates.find((each) => each.id === id);
  return { id, candidates, logProbability: candidate && Math.log(candidate.probability) };
}
