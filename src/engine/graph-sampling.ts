/** Sampling in the graph: the rules in their graph form, as the body of the loop of `models/graph/loop.ts`. */
import { type DeclareSampling, integer, NO_SAMPLE, type Value } from "../../models/index.ts";
import { argmaxNodes, float32, type GraphInputs, int32, type RuleInput, RULES } from "./sampling/index.ts";

/** How the ids of one sequence are sampled in a run. */
export interface SamplingInputs {
  /** Number of samples, from 1. */
  readonly steps: number;
  readonly rules: RuleInput;
  /** Whether warpers are not applied. */
  readonly isGreedy: boolean;
  /** `[steps, vocabulary]`, or zeros if there is none: `[steps]`. */
  readonly noise: Float32Array;
}

/** The ids that a run sampled for one sequence. */
export interface SampledRun {
  readonly ids: Int32Array;
  /** Whether no id was allowed after these. All are read then; otherwise all but the last. */
  readonly isStuck: boolean;
}

/** Declares the inputs of all rules that have a graph form; the sampling step applies them in the order of the list. */
export const declareSampling: DeclareSampling = (outer) => {
  const rules = RULES.flatMap(({ graph }) => (graph ? [graph.declare(outer)] : []));
  const noise = outer.input("sampling.noise", "float32", ["steps", "sequences", "noises"]);
  const ends = {
    ids: outer.input("sampling.endIds", "int32", ["ends", 1]),
    shares: outer.input("sampling.endShares", "float32", ["ends", 1]),
    initial: outer.floats([0]),
  };
  const states = rules.map(({ state = [] }) => state);
  return {
    state: [{ initial: ends.initial, type: "float32", shape: ["ended"] }, ...states.flat()],
    sample: (graph, logits, iteration, [before = ends.initial, ...state]) => {
      const values = groups(
        state,
        states.map(({ length }) => length),
      );
      const scores = rules.reduce((changed, rule, i) => rule.apply(graph, changed, values[i]!), logits);
      const sampled = argmaxNodes(graph, scores, graph.node("Gather", [noise, iteration]));
      const isEnd = graph.node("Equal", [ends.ids, sampled.id]); // [ends, sequences]
      const shares = graph.node("Where", [isEnd, ends.shares, graph.floats([0])]);
      const sum = graph.node("ReduceSum", [shares, graph.integers([0])], { keepdims: integer(0) });
      const after = graph.node("Add", [before, sum]); // [sequences]
      const goOn = graph.node("Less", [after, graph.floats([1])]);
      const goesOn = graph.node("ReduceMin", [goOn], { keepdims: integer(0) });
      const next = rules.flatMap((rule, i) => rule.next?.(graph, values[i]!, sampled.id) ?? []);
      return { ...sampled, goesOn, state: [after, ...next] };
    },
  };
};

/** The values of these inputs. @param sequences the sampling of each sequence, with the same number of steps. */
export function samplingTensors(sequences: readonly SamplingInputs[], vocabularySize: number): GraphInputs {
  const inputs = RULES.flatMap(({ isWarper, graph }) => {
    const rules = sequences.map((each) => (each.isGreedy && isWarper ? OFF : each.rules));
    return Object.entries(graph?.inputs(rules, vocabularySize) ?? {});
  });
  const ends = sequences.flatMap(({ rules }) => rules.context.ends ?? []);
  ends.push({ first: NO_SAMPLE, count: 1, share: 0 }); // an empty tensor cannot be read
  const ids = ends.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
  const shares = ends.flatMap(({ share, count }) => Array<number>(count).fill(share));
  return {
    ...Object.fromEntries(inputs),
    "sampling.noise": noiseTensor(sequences),
    "sampling.endIds": int32(ids, ids.length, 1),
    "sampling.endShares": float32(shares, ids.length, 1),
  };
}

/** Whether one run can sample for these sequences together. */
export function fitOneRun(sequences: readonly SamplingInputs[]): boolean {
  const rules = sequences.map((each) => each.rules);
  return RULES.every(({ graph }) => graph?.fitsOneRun?.(rules) ?? true);
}

/** The sampling of the first steps of a run. */
export function firstSteps(sampling: SamplingInputs, steps: number): SamplingInputs {
  const { noise } = sampling;
  return { ...sampling, steps, noise: noise.subarray(0, (noise.length / sampling.steps) * steps) };
}

/** The samples of each sequence. @param sampled `[steps, sequences]` */
export function sampledRuns(sampled: Int32Array, sequences: number): SampledRun[] {
  return Array.from({ length: sequences }, (_, sequence): SampledRun => {
    const ids = sampled.filter((__, i) => i % sequences === sequence);
    const isStuck = ids.at(-1) === NO_SAMPLE;
    return { ids: isStuck ? ids.subarray(0, -1) : ids, isStuck };
  });
}

/** The input with which no rule is on. */
const OFF: RuleInput = { options: {}, context: {}, pitches: undefined };

/** The tensors for runs whose samples are not used, of any number of sequences. */
export const DEFAULT_TENSORS: GraphInputs = samplingTensors(
  [{ steps: 1, rules: OFF, isGreedy: true, noise: new Float32Array(1) }],
  1,
);

/** The noise of all sequences, `[steps, sequences, vocabulary]`; one number for all ids if no sequence has noise. */
function noiseTensor(sequences: readonly SamplingInputs[]): GraphInputs[string] {
  const steps = sequences[0]?.steps ?? 1;
  const width = Math.max(...sequences.map(({ noise }) => noise.length)) / steps;
  const all = new Float32Array(steps * sequences.length * width);
  for (const [i, { noise }] of sequences.entries()) {
    for (let step = 0; step < steps && noise.length === steps * width; step += 1)
      all.set(noise.subarray(step * width, (step + 1) * width), (step * sequences.length + i) * width);
  }
  return float32(all, steps, sequences.length, width);
}

/** Divides a list into groups of these sizes. */
function groups(list: readonly Value[], sizes: readonly number[]): Value[][] {
  let at = 0;
  return sizes.map((size) => list.slice(at, (at += size)));
}
