/**
 * Sampling in the graph: a run of the decoder returns several ids. No other file of the engine's loop knows of such runs.
 *
 * A run ends where a rule changes (`LogitsProcessor.adjustmentLength`). Where the rules have no graph form, as the repetition
 * penalty, or masks have no automaton, it ends after one id; that costs what single steps cost, in WebAssembly 1.3 to 1.7 times
 * as much per id. Candidates and `override` need single steps too.
 */
import type { DecoderConfig } from "../../models/index.ts";
import { stepsPerRun } from "./loop.ts";
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
  /** The first runs are short, so that the first ids arrive soon. */
  #wish = 1;
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
    this.#wish = Math.min(2 * this.#wish, stepsPerRun(this.#config));
    if (length === 1 || previous === undefined) return this.#steps.next();
    const ids = await this.#run(previous, length);
    for (const id of ids) this.#steps.append(id);
    this.#isStuck = ids.length < length;
    if (ids.length === 0) throw emptyDistribution();
    return Array.from(ids, (id) => ({ id }));
  }

  #run(previous: number, steps: number): Promise<Int32Array> {
    const { sampler, contextShift = false, signal } = this.#request;
    signal?.throwIfAborted();
    const { automaton, ...adjustment } = this.#steps.state.graphContext();
    const { vocabularySize } = this.#config;
    const sampling = sampler.graphInputs(this.#steps.step, steps, vocabularySize, adjustment);
    return this.#runs.sampleInGraph(previous, { ...sampling, automaton }, { contextShift });
  }

  #runLength(): number {
    if (this.#request.sampler.needsRecent) return 1;
    const most = stepsPerRun(this.#config);
    return Math.max(1, Math.min(this.#wish, most, this.#runs.maxRunLength, this.#steps.state.idsUntilChange));
  }
}
