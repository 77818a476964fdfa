/** Sampling in the graph: the inputs of `decoderLoop` besides ids and cache. */
import type { DecoderConfig, AutomatonTables } from "../../models/index.ts";
import type { RuntimeTensor } from "./runtime.ts";
import type { TokenClass } from "./sampling/index.ts";

/** How the ids of a run are sampled. */
export interface SamplingInputs {
  /** Number of samples, from 1. */
  readonly steps: number;
  /** Added to the scores: one row per sample, with one number per id, or one for all. */
  readonly noise: Float32Array; // [steps, vocabulary or 1]
  /** Added to the logits: one number per id, or one for all. */
  readonly bias: Float32Array; // [vocabulary or 1]
  /** Ids with a temperature of their own. Default: none. */
  readonly tokenClass?: TokenClass | undefined;
  readonly temperature: number;
  /** 0 keeps all. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly typicalP: number;
  /** The allowed ids. Default: all. */
  readonly automaton?: Automaton | undefined;
}

/** The allowed ids as an automaton with counters: its tables, and its state. */
export interface Automaton {
  readonly tables: AutomatonTables;
  readonly counters: Float32Array; // [counters]
}

/** For runs whose sample is not used. */
export const DEFAULT_INPUTS: SamplingInputs = {
  steps: 1,
  noise: new Float32Array(1),
  bias: new Float32Array(1),
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
};

/** The inputs by the names of `models/graph/loop.ts`. */
export function toGraphInputs(sampling: SamplingInputs): Record<string, RuntimeTensor> {
  const { steps, noise, bias, automaton } = sampling;
  const tokenClass = sampling.tokenClass ?? { first: 0, count: 0, temperature: 1 };
  return {
    steps: int32([steps], 1),
    noise: float32(noise, steps, noise.length / steps),
    "sampling.bias": float32(bias, bias.length),
    "sampling.classFirst": int32([tokenClass.first], 1),
    "sampling.classEnd": int32([tokenClass.first + tokenClass.count], 1),
    "sampling.classTemperature": float32([tokenClass.temperature], 1),
    "sampling.temperature": float32([sampling.temperature], 1),
    "sampling.topK": int32([sampling.topK], 1),
    "sampling.topP": float32([sampling.topP], 1),
    "sampling.minP": float32([Math.log(sampling.minP)], 1),
    "sampling.typicalP": float32([sampling.typicalP], 1),
    constrained: int32([automaton ? 1 : 0], 1),
    ...automatonInputs(automaton ?? NO_AUTOMATON),
  };
}

function automatonInputs({ tables, counters }: Automaton): Record<string, RuntimeTensor> {
  const size = tables.baseBlockCounts.length;
  return {
    "automaton.factors": float32(tables.factors, size, tables.counters),
    "automaton.increments": float32(tables.increments, size, tables.counters),
    "automaton.conjunctionWeights": float32(tables.conjunctionWeights, tables.counters, tables.conjunctions),
    "automaton.conjunctionOffsets": float32(tables.conjunctionOffsets, tables.conjunctions),
    "automaton.blockCounts": float32(tables.blockCounts, tables.counters + tables.conjunctions, size),
    "automaton.baseBlockCounts": float32(tables.baseBlockCounts, size),
    "automaton.clocks": int32(tables.clocks, size),
    "automaton.limits": float32(tables.limits, size),
    counters: float32(counters, 1, tables.counters),
  };
}

/** Placeholder for a run without an automaton; `constrained` is 0, so the graph does not use it. */
const NO_AUTOMATON: Automaton = {
  tables: {
    counters: 1,
    conjunctions: 1,
    factors: new Float32Array(1),
    increments: new Float32Array(1),
    conjunctionWeights: new Float32Array(1),
    conjunctionOffsets: new Float32Array(1),
    blockCounts: new Float32Array(2),
    baseBlockCounts: new Float32Array(1),
    clocks: new Int32Array(1),
    limits: new Float32Array(1),
  },
  counters: new Float32Array(1),
};

/** Numbers that a run reads in about 100 ms, on an average machine. */
const NUMBERS_PER_RUN = 3.7e8;
/** Upper bound of the steps of a run. */
export const MAX_STEPS_PER_RUN = 16;

/**
 * Steps of a run: about 100 ms of work, since a run cannot be stopped and its ids arrive at once. At one step, sampling in
 * the graph saves nothing. The number follows from the model's size and not from a clock, so that a seed always gives the
 * same ids: the division into runs changes the last digits of the logits.
 */
export function stepsPerRun(config: DecoderConfig): number {
  const { layers, width, feedForward, vocabularySize, window, position } = config;
  const weights = layers * width * (4 * width + 2 * feedForward) + vocabularySize * width;
  const cache = layers * width * 2 * window;
  // Relative attention scores every position twice, and moves the scores: measured, three times the cost.
  const numbers = weights + cache * (position.kind === "relative" ? 3 : 1);
  return Math.max(1, Math.min(MAX_STEPS_PER_RUN, Math.floor(NUMBERS_PER_RUN / numbers)));
}

function float32(values: Float32Array | readonly number[], ...shape: number[]): RuntimeTensor {
  return {
    type: "float32",
    data: values instanceof Float32Array ? values : Float32Array.from(values),
    shape,
  };
}

function int32(values: Int32Array | readonly number[], ...shape: number[]): RuntimeTensor {
  return { type: "int32", data: values instanceof Int32Array ? values : Int32Array.from(values), shape };
}
