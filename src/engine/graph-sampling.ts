/** Sampling in the graph: the rules in their graph form, as the body of the loop of `models/graph/loop.ts`. */
import type { DeclareSampling, Value } from "../../models/index.ts";
import { argmaxNodes, float32, type GraphInputs, type RuleInput, RULES } from "./sampling/index.ts";

/** How the ids of a run are sampled. */
export interface SamplingInputs {
  /** Number of samples, from 1. */
  readonly steps: number;
  /** The inputs that `declareSampling` declares. */
  readonly inputs: GraphInputs;
}

/** Declares the inputs of all rules that have a graph form; the sampling step applies them in the order of the list. */
export const declareSampling: DeclareSampling = (outer) => {
  const rules = RULES.flatMap(({ graph }) => (graph ? [graph.declare(outer)] : []));
  const noise = outer.input("sampling.noise", "float32", ["steps", "noises"]);
  const states = rules.map(({ state = [] }) => state);
  return {
    state: states.flat(),
    sample: (graph, logits, iteration, state) => {
      const values = groups(
        state,
        states.map(({ length }) => length),
      );
      const scores = rules.reduce((before, rule, i) => rule.apply(graph, before, values[i]!), logits);
      const sampled = argmaxNodes(graph, scores, graph.node("Gather", [noise, iteration]));
      const next = rules.flatMap((rule, i) => rule.next?.(graph, values[i]!, sampled.id) ?? []);
      return { ...sampled, state: next };
    },
  };
};

/** No rule is on. */
const OFF: RuleInput = { options: {}, context: {}, pitches: undefined };

/**
 * The values of these inputs.
 *
 * @param noise one row per sample, with one number per id, or one for all.
 * @param isGreedy whether warpers are left out.
 */
export function samplingInputs(
  input: RuleInput,
  steps: number,
  noise: Float32Array,
  vocabularySize: number,
  isGreedy: boolean,
): SamplingInputs {
  const inputs = RULES.flatMap(({ isWarper, graph }) =>
    Object.entries(graph?.inputs(isGreedy && isWarper ? OFF : input, vocabularySize) ?? {}),
  );
  const noiseInput = float32(noise, steps, noise.length / steps);
  return { steps, inputs: { ...Object.fromEntries(inputs), "sampling.noise": noiseInput } };
}

/** For runs whose sample is not used. */
export const DEFAULT_INPUTS: SamplingInputs = samplingInputs(OFF, 1, new Float32Array(1), 1, true);

/** Divides a list into groups of these sizes. */
function groups(list: readonly Value[], sizes: readonly number[]): Value[][] {
  let at = 0;
  return sizes.map((size) => list.slice(at, (at += size)));
}
