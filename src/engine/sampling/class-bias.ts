import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { OptionError } from "../../options.ts";
import { switchOf, whenOn } from "./graph-nodes.ts";
import { firstId, type RuleInput, type SamplingRule } from "./rule.ts";
import { float32 } from "./tensors.ts";
import { changeClass, OUT } from "./token-class.ts";

/**
 * Class bias: adds numbers to scores within classes of ids, then a constant, so that the probability of each class as a whole stays the
 * same. The numbers come from the theme memory of a generation, and the option `themes` multiplies them. Our own rule.
 */
export const classBias: SamplingRule = {
  name: "themes",
  isWarper: false,
  isOn,
  apply: (scores, input) => {
    const times = strength(input);
    if (times === 0) return;
    for (const { biases, ...range } of input.context.classBiases ?? [])
      changeClass(scores, range, firstId(input.context), (score, i) => score + times * (biases.get(i) ?? 0));
  },
  check: strength,
  graph: {
    declare: (outer) => {
      const biases = outer.input("sampling.classBias", "float32", ["sequences", 1, "classIds"]);
      const members = outer.input("sampling.classMembers", "float32", ["sequences", "classes", "classIds"]);
      const isBiased = outer.input("sampling.isClassBiased", "float32", ["sequences", 1]);
      const rule = switchOf(outer, isBiased, outer.floats([0]));
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) => biased(inner, scores, biases, members)),
      };
    },
    inputs: (sequences, vocabularySize) => {
      const size = sequences.some(isOn) ? vocabularySize : 1;
      const classes = Math.max(1, ...sequences.map(({ context }) => context.classBiases?.length ?? 0));
      const all = new Float32Array(sequences.length * size);
      const members = new Float32Array(sequences.length * classes * size);
      for (const [i, input] of sequences.entries()) {
        if (!isOn(input)) continue;
        for (const [k, { first, count, biases }] of input.context.classBiases!.entries()) {
          members.fill(1, (i * classes + k) * size + first, (i * classes + k) * size + first + count);
          for (let at = 0; at < count; at += 1)
            all[i * size + first + at] = strength(input) * (biases.get(at) ?? 0);
        }
      }
      return {
        "sampling.classBias": float32(all, sequences.length, 1, size),
        "sampling.classMembers": float32(members, sequences.length, classes, size),
        "sampling.isClassBiased": float32(
          sequences.map((input) => (isOn(input) ? 1 : 0)),
          sequences.length,
          1,
        ),
      };
    },
  },
};

function isOn(input: RuleInput): boolean {
  return strength(input) !== 0 && (input.context.classBiases ?? []).length > 0;
}

/**
 * The graph form, of all classes at once.
 *
 * @param biases `[sequences, 1, vocabulary]`
 * @param members `[sequences, classes, vocabulary]`: 1 for the ids of a class, else 0.
 */
function biased(graph: GraphBuilder, scores: Value, biases: Value, members: Value): Value {
  const add = (a: Value, b: Value): Value => graph.node("Add", [a, b]);
  const axis = (number: number): Value => graph.integers([number]);
  const others = graph.node("Mul", [graph.node("Sub", [graph.floats([1]), members]), graph.floats([OUT])]);
  const total = (values: Value): Value => graph.node("ReduceLogSumExp", [add(values, others), axis(2)]);
  const before = graph.node("Unsqueeze", [graph.node("Max", [scores, graph.floats([OUT])]), axis(1)]);
  const moved = graph.node("Sub", [total(before), total(add(before, biases))]); // [sequences, classes, 1]
  const constants = graph.node("ReduceSum", [graph.node("Mul", [moved, members]), axis(1)], {
    keepdims: integer(0),
  });
  return add(scores, add(graph.node("Squeeze", [biases, axis(1)]), constants));
}

/** Default 0. @throws OptionError for a model without time shifts, whose generations have no theme memory. */
function strength({ options: { themes = 0 }, times }: RuleInput): number {
  if (themes !== 0 && !times)
    throw new OptionError("themes requires a model that generates time shifts", {
      code: "not-for-this-model",
      hint: "omit themes, or load a piano model",
    });
  return themes;
}
