/**
 * Sampling in the graph: a run of the decoder returns several ids. No other file of the engine's loop handles such runs.
 *
 * A run ends where a rule changes: after a number of ids (`LogitsProcessor.adjustmentLength`), or after certain ids (`changingIds`), which
 * the graph checks. Where a rule has no graph form, such as the repetition penalty, or a mask has no automaton, it ends after one id. It
 * then takes the time of single steps, in WebAssembly 1.1 to 1.4 times as much per id. Candidates and `override` need single steps too.
 */
import type { DecoderConfig } from "../../models/index.ts";
import { type GeneratedId, type NextIds, SingleSteps, type SamplingRequest } from "./next-ids.ts";
import { emptyDistribution } from "./sampler.ts";
import type { GraphRuns, SequenceContext } from "./sequence-context.ts";

/** The source of ids for a context: runs of several ids where backend, model and request allow them, or single steps. */
export function nextIds(config: DecoderConfig, context: SequenceContext, request: SamplingRequest): NextIds {
  const steps = new SingleSteps(config, context, request);
  const { inGraph } = context;
  const isStepwise = request.candidates !== undefined || request.override !== undefined;
  return inGraph && !isStepwise ? new InGraph(config, inGraph, steps, request) : steps;
}

class InGraph implements NextIds {
  readonly #config: DecoderConfig;
  readonly #runs: GraphRuns;
  readonly #steps: SingleSteps;
  readonly #request: SamplingRequest;
  /** The preferred length of the next run. The first runs are short, so that the first ids arrive soon. */
  #preferred = 1;
  /** The last run ended early, since no id was allowed. */
  #isStuck = false;

  constructor(config: DecoderConfig, runs: GraphRuns, steps: SingleSteps, request: SamplingRequest) {
    this.#config = config;
    this.#runs = runs;
    this.#steps = steps;
    this.#request = request;
  }

  async next(): Promise<readonly GeneratedId[]> {
    if (this.#isStuck) throw emptyDistribution();
    const { previous } = this.#steps;
    const length = this.#runLength();
    this.#preferred = Math.min(2 * this.#preferred, MAX_STEPS_PER_RUN);
    if (length === 1 || previous === undefined) return this.#steps.next();
    const run = await this.#run(previous, length);
    if ("logits" in run) return this.#steps.sample(run.logits);
    this.#isStuck = run.isStuck;
    // A run that an id has ended is likely to be followed by another short one.
    if (run.ids.length < length) this.#preferred = Math.min(2 * run.ids.length + 2, MAX_STEPS_PER_RUN);
    if (run.ids.length === 0) throw emptyDistribution();
    return Array.from(run.ids, (id) => ({ id }));
  }

  append(id: number): void {
    this.#steps.append(id);
  }

  #run(previous: number, steps: number): ReturnType<GraphRuns["sampleInGraph"]> {
    const { sampler, contextShift = false, signal } = this.#request;
    signal?.throwIfAborted();
    const { step, state } = this.#steps;
    const sampling = sampler.graphInputs(step, steps, this.#config.vocabularySize, state.graphContext());
    return this.#runs.sampleInGraph(previous, sampling, { contextShift });
  }

  #runLength(): number {
    const { state } = this.#steps;
    const { sequences, maxRunLength, isQuantized } = this.#runs;
    const left = Math.min(maxRunLength, state.idsUntilChange);
    const most = evenLength(left, stepsPerRun(this.#config, sequences, isQuantized));
    if (most <= 1 || !this.#request.sampler.hasGraphForm(state.graphContext())) return 1;
    return Math.min(this.#preferred, most);
  }
}

/** The length of runs of at most `most` steps that divide the steps left evenly, without a short one at the end. */
function evenLength(left: number, most: number): number {
  if (left <= most) return left;
  return left > MAX_STEPS_PER_RUN ? most : Math.ceil(left / Math.ceil(left / most));
}

/** The number of weights and cached values that a run reads in about 100 ms, on an average machine. */
const NUMBERS_PER_RUN = 3.7e8;
/** Maximum number of steps of a run. */
export const MAX_STEPS_PER_RUN = 16;
/** Minimum number of steps of a run of several sequences, unless one sequence has fewer: each run copies the caches of all sequences. */
const MIN_BATCH_STEPS = 4;

/**
 * Number of steps of a run: about 100 ms of work, since a run cannot be stopped and its ids arrive at once. With one step,
 * sampling in the graph saves nothing. The number is computed from the model's size, not measured, so that a seed always
 * gives the same ids: the division into runs changes the last digits of the logits.
 */
export function stepsPerRun(config: DecoderConfig, sequences = 1, isQuantized = false): number {
  const steps = Math.floor(NUMBERS_PER_RUN / numbersPerStep(config, sequences, isQuantized));
  const least = sequences === 1 ? 1 : Math.min(MIN_BATCH_STEPS, stepsPerRun(config, 1, isQuantized));
  return Math.max(least, Math.min(MAX_STEPS_PER_RUN, steps));
}

/** The number of weights and cached values that a step of all sequences reads. Weights of 8 bits take half the time and count half. */
function numbersPerStep(config: DecoderConfig, sequences: number, isQuantized: boolean): number {
  const { layers, width, feedForward, vocabularySize, window, position } = config;
  const matrices = layers * width * (4 * width + 2 * feedForward) + vocabularySize * width;
  const weights = isQuantized ? matrices / 2 : matrices;
  const cache = layers * width * 2 * window;
  // Relative attention computes two scores for each position, and moves the scores: three times the cost, measured. A third of it, the
  // vectors, is shared by the sequences.
  return weights + cache * (position.kind === "relative" ? 1 + 2 * sequences : sequences);
}
