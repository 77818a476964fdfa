/** Several draws in one run: what the graph of `decoderLoop` is given besides what it reads. */
import type { DecoderConfig, LegalityTables } from "../../models/index.ts";
import type { RuntimeTensor } from "./runtime.ts";

/** How the ids of a run are drawn. */
export interface Draws {
  /** How many, at least one. */
  readonly steps: number;
  /** To be added to the scores: a row for each draw, of one number for each id, or of a single one for all. */
  readonly noise: Float32Array; // [steps, vocabulary or 1]
  /** To be added to the logits: one number for each id, or a single one for all. */
  readonly bias: Float32Array; // [vocabulary or 1]
  /** Ids whose scores have a temperature of their own; absent: none. */
  readonly group?: IdGroup | undefined;
  readonly temperature: number;
  /** 0: all. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly typicalP: number;
  /** Which ids are legal; absent: all. */
  readonly legality?: Legality | undefined;
}

/** Neighbouring ids, and what divides their scores; together they stay as likely as they are. */
export interface IdGroup {
  readonly first: number;
  readonly count: number;
  /** Above 0. */
  readonly temperature: number;
}

/** Rules of what may come next that a graph can follow, and where it begins. */
export interface Legality {
  readonly tables: LegalityTables;
  readonly counters: Float32Array; // [counters]
}

/** Any draw will do, for runs whose draw is not looked at. */
export const ANY_DRAW: Draws = {
  steps: 1,
  noise: new Float32Array(1),
  bias: new Float32Array(1),
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
};

/** The graph's inputs for some draws. */
export function drawInputs(draws: Draws): Record<string, RuntimeTensor> {
  const { steps, noise, bias, legality } = draws;
  const group = draws.group ?? { first: 0, count: 0, temperature: 1 };
  return {
    steps: int32([steps], 1),
    noise: float32(noise, steps, noise.length / steps),
    "sampling.bias": float32(bias, bias.length),
    "sampling.groupFirst": int32([group.first], 1),
    "sampling.groupEnd": int32([group.first + group.count], 1),
    "sampling.groupTemperature": float32([group.temperature], 1),
    "sampling.temperature": float32([draws.temperature], 1),
    "sampling.topK": int32([draws.topK], 1),
    "sampling.topP": float32([draws.topP], 1),
    "sampling.minP": float32([Math.log(draws.minP)], 1),
    "sampling.typicalP": float32([draws.typicalP], 1),
    constrained: int32([legality ? 1 : 0], 1),
    ...legalityInputs(legality ?? NO_LEGALITY),
  };
}

function legalityInputs({ tables, counters }: Legality): Record<string, RuntimeTensor> {
  const size = tables.baseVetoes.length;
  return {
    "legality.keeps": float32(tables.keeps, size, tables.counters),
    "legality.adds": float32(tables.adds, size, tables.counters),
    "legality.jointWeights": float32(tables.jointWeights, tables.counters, tables.joints),
    "legality.jointOffsets": float32(tables.jointOffsets, tables.joints),
    "legality.vetoes": float32(tables.vetoes, tables.counters + tables.joints, size),
    "legality.baseVetoes": float32(tables.baseVetoes, size),
    "legality.clocks": int32(tables.clocks, size),
    "legality.limits": float32(tables.limits, size),
    counters: float32(counters, 1, tables.counters),
  };
}

/** Stands in where there are no rules; it is not looked at. */
const NO_LEGALITY: Legality = {
  tables: {
    counters: 1,
    joints: 1,
    keeps: new Float32Array(1),
    adds: new Float32Array(1),
    jointWeights: new Float32Array(1),
    jointOffsets: new Float32Array(1),
    vetoes: new Float32Array(2),
    baseVetoes: new Float32Array(1),
    clocks: new Int32Array(1),
    limits: new Float32Array(1),
  },
  counters: new Float32Array(1),
};

/** Numbers that are read in about 100 ms on a middling machine. */
const NUMBERS_PER_RUN = 3.7e8;
/** A run has no more steps than that. */
export const MOST_STEPS = 16;

/**
 * How many steps make up a run: as many as take about 100 ms on a middling machine, since nothing can stop a run and what
 * it draws arrives at once. Where it is one, drawing inside the graph saves nothing. Fixed by the model's size, not by the
 * clock, so that a seed gives the same ids every time: how rows fall into runs touches the last digits of the logits.
 */
export function stepsPerRun(config: DecoderConfig): number {
  const { layers, width, feedForward, vocabularySize, window, position } = config;
  const weights = layers * width * (4 * width + 2 * feedForward) + vocabularySize * width;
  const cache = layers * width * 2 * window;
  // With relative positions every time is scored twice, and the scores are moved about: measured, thrice the cost.
  const numbers = weights + cache * (position.kind === "relative" ? 3 : 1);
  return Math.max(1, Math.min(MOST_STEPS, Math.floor(NUMBERS_PER_RUN / numbers)));
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
