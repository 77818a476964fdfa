/** Rules that add numbers to the scores of classes of ids. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { OptionError } from "../../options.ts";
import { switchOf, whenOn } from "./graph-nodes.ts";
import { firstId, type GraphForm, type IdRange, type RuleInput, type SamplingRule } from "./rule.ts";
import { float32 } from "./tensors.ts";
import { changeClass, OUT } from "./token-class.ts";

/** A class of ids, and what is added to the score of the id at an index of the class. */
interface BiasedClass extends IdRange {
  bias(index: number): number;
}

/**
 * A rule that adds numbers to scores within classes, then a constant, so that the probability of each class as a whole stays the same.
 *
 * @param classesOf classes that do not overlap; none if the rule is off.
 */
export function classBiasRule(
  name: string,
  classesOf: (input: RuleInput) => readonly BiasedClass[],
): SamplingRule {
  return {
    name,
    isWarper: false,
    isOn: (input) => classesOf(input).length > 0,
    apply: (scores, input) => {
      for (const each of classesOf(input))
        changeClass(scores, each, firstId(input.context), (score, i) => score + each.bias(i));
    },
    check: classesOf,
    graph: graphForm(`sampling.${name}`, classesOf),
  };
}

/** Class bias by the theme memory of a generation; the option `themes` multiplies it. A rule of this project. */
export const classBias = classBiasRule("themes", (input) => {
  const factor = strength(input);
  if (factor === 0) return [];
  const { classBiases = [] } = input.context;
  return classBiases.map(({ biases, ...range }) => ({
    ...range,
    bias: (i) => factor * (biases.get(i) ?? 0),
  }));
});

/** Default 0. @throws OptionError for a model without time shifts, whose generations have no theme memory. */
function strength({ options: { themes = 0 }, times }: RuleInput): number {
  if (themes !== 0 && !times)
    throw new OptionError("themes requires a model that generates time shifts", {
      code: "not-for-this-model",
      hint: "omit themes, or load a piano model",
    });
  return themes;
}

function graphForm(name: string, classesOf: (input: RuleInput) => readonly BiasedClass[]): GraphForm {
  return {
    declare: (outer) => {
      const biases = outer.input(`${name}.biases`, "float32", ["sequences", 1, `${name}.ids`]);
      const members = outer.input(`${name}.members`, "float32", ["sequences", "classes", `${name}.ids`]);
      const isOn = outer.input(`${name}.isOn`, "float32", ["sequences", 1]);
      const rule = switchOf(outer, isOn, outer.floats([0]));
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) => biased(inner, scores, biases, members)),
      };
    },
    inputs: (sequences, vocabularySize) => {
      const all = sequences.map(classesOf);
      const most = Math.max(...all.map(({ length }) => length));
      const size = most > 0 ? vocabularySize : 1;
      const rows = Math.max(1, most);
      const biases = new Float32Array(all.length * size);
      const members = new Float32Array(all.length * rows * size);
      for (const [sequence, classes] of all.entries()) {
        for (const [row, each] of classes.entries()) {
          for (let i = 0; i < each.count; i += 1) {
            members[(sequence * rows + row) * size + each.first + i] = 1;
            biases[sequence * size + each.first + i] = each.bias(i);
          }
        }
      }
      return {
        [`${name}.biases`]: float32(biases, all.length, 1, size),
        [`${name}.members`]: float32(members, all.length, rows, size),
        [`${name}.isOn`]: float32(
          all.map(({ length }) => length),
          all.length,
          1,
        ),
      };
    },
  };
}

/**
 * All classes at once.
 *
 * @param biases `[sequences, 1, vocabulary]`
 * @param members `[sequences, classes, vocabulary]`: 1 for the ids of a class, else 0.
 */
function biased(graph: GraphBuilder, scores: Value, biases: Value, members: Value): Value {
  const node = (operator: string, ...inputs: Value[]): Value => graph.node(operator, inputs);
  const [first, second] = [graph.integers([1]), graph.integers([2])];
  const out = graph.floats([OUT]);
  const others = node("Mul", node("Sub", graph.floats([1]), members), out);
  const total = (values: Value): Value => node("ReduceLogSumExp", node("Add", values, others), second);
  const before = node("Unsqueeze", node("Max", scores, out), first);
  const moved = node("Sub", total(before), total(node("Add", before, biases))); // [sequences, classes, 1]
  const constants = graph.node("ReduceSum", [node("Mul", moved, members), first], { keepdims: integer(0) });
  return node("Add", scores, node("Add", node("Squeeze", biases, first), constants));
}
