/** Rules that change the scores of one class of ids, and leave the probability of the class as a whole the same. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { logSumExp } from "./distribution.ts";
import { INT32, only, switchOf, whenOn } from "./graph-nodes.ts";
import type { GraphForm, IdRange, RuleInput } from "./rule.ts";
import { float32, int32 } from "./tensors.ts";

/**
 * Changes the scores of the class, then adds a constant. No effect if all ids of the class are excluded.
 *
 * @param firstScore id of the first score.
 * @param change the new score of the id at this index of the class.
 */
export function changeClass(
  scores: Float64Array,
  ids: IdRange,
  firstScore: number,
  change: (score: number, index: number) => number,
): void {
  const group = classScores(scores, ids, firstScore);
  const before = logSumExp(group);
  if (before === -Infinity) return;
  const skipped = Math.max(0, firstScore - ids.first);
  for (let i = 0; i < group.length; i += 1) group[i] = change(group[i]!, skipped + i);
  const shift = before - logSumExp(group);
  for (let i = 0; i < group.length; i += 1) group[i]! += shift;
}

/** A view of the scores of the class. @param firstScore id of the first score. */
export function classScores(
  scores: Float64Array,
  { first, count }: IdRange,
  firstScore: number,
): Float64Array {
  return scores.subarray(Math.max(0, first - firstScore), Math.max(0, first - firstScore + count));
}

/** A class of ids, and the temperature of their scores. */
export interface TemperedClass extends IdRange {
  /** Above 0. */
  readonly temperature: number;
}

/** The ids from `first` up to `end`, int32 `[1]`. */
export type ClassNodes = Readonly<Record<"first" | "end", Value>>;

/**
 * The graph form of a rule with a temperature of a class of ids.
 *
 * @param classOf undefined if the rule is off.
 * @param declare adds nodes to the outer graph, and returns the change of scores `[sequences, class]`, which are finite; the temperature is
 * `[sequences, 1]`.
 */
export function temperatureForm(
  name: string,
  classOf: (input: RuleInput) => TemperedClass | undefined,
  declare: (
    outer: GraphBuilder,
    ids: ClassNodes,
  ) => (graph: GraphBuilder, group: Value, temperature: Value) => Value,
): GraphForm {
  const temperatureName = `sampling.${name}`;
  const [firstName, endName] = [`${temperatureName}First`, `${temperatureName}End`];
  return {
    declare: (outer) => {
      const ids = { first: outer.input(firstName, "int32", [1]), end: outer.input(endName, "int32", [1]) };
      const temperature = outer.input(temperatureName, "float32", ["sequences", 1]);
      const rule = switchOf(outer, temperature, outer.floats([1]));
      const change = declare(outer, ids);
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) =>
            changeClassNodes(inner, scores, ids, (group) => change(inner, group, temperature)),
          ),
      };
    },
    inputs: (sequences) => {
      const classes = sequences.map(classOf);
      const { first, count } = classes.find((each) => each) ?? { first: 0, count: 0 };
      const temperatures = classes.map((each) => each?.temperature ?? 1);
      return {
        [firstName]: int32([first], 1),
        [endName]: int32([first + count], 1),
        [temperatureName]: float32(temperatures, temperatures.length, 1),
      };
    },
    fitsOneRun: (sequences) => {
      const all = sequences.flatMap((input) => classOf(input) ?? []);
      return all.every(({ first, count }) => first === all[0]?.first && count === all[0].count);
    },
  };
}

/** The graph form of `changeClass`. */
function changeClassNodes(
  graph: GraphBuilder,
  scores: Value,
  { first, end }: ClassNodes,
  change: (group: Value) => Value,
): Value {
  const part = (from: Value, to: Value): Value =>
    graph.node("Slice", [scores, from, to, graph.integers([1], "int32")]);
  const size = graph.node("Shape", [scores], { start: integer(1) });
  const group = part(first, end); // [sequences, class]
  const isIn = graph.node("Greater", [group, graph.floats([-Infinity])]);
  const finite = graph.node("Max", [group, graph.floats([OUT])]); // −∞ − (−∞) would be NaN
  const total = (values: Value): Value => graph.node("ReduceLogSumExp", [values, graph.integers([1])]); // [sequences, 1]
  const changed = change(finite);
  const moved = graph.node("Add", [changed, graph.node("Sub", [total(finite), total(changed)])]);
  const before = part(graph.integers([0], "int32"), first);
  const after = part(end, graph.node("Cast", [size], { to: integer(INT32) }));
  return graph.node("Concat", [before, only(graph, isIn, moved), after], { axis: integer(1) });
}

/** The score of excluded ids in sums: lower than any other score, also when that is divided by the lowest temperature. */
export const OUT = -1e30;
