/** Parts of the graph forms of several rules. Scores are float32 `[sequences, vocabulary]`, −∞ for excluded ids. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";

/** Numbers in `TensorProto.DataType`. */
export const [FLOAT, INT32, INT64, BOOL] = [1, 6, 7, 9];

/** −∞ where a condition (bool) is false. */
export function only(graph: GraphBuilder, condition: Value, scores: Value): Value {
  return graph.node("Where", [condition, scores, graph.floats([-Infinity])]);
}

/** The highest score of each sequence, `[sequences, 1]`. */
export function highest(graph: GraphBuilder, scores: Value): Value {
  return graph.node("ReduceMax", [scores, graph.integers([1])]);
}

/** Where a rule is off. */
export interface RuleSwitch {
  readonly isOff: Value; // bool [sequences, 1]
  readonly areAllOff: Value; // bool
}

/** Compares the values of a rule, `[sequences, 1]`, with its off value. In the outer graph, so that it is computed once per run. */
export function switchOf(outer: GraphBuilder, values: Value, off: Value): RuleSwitch {
  const isOff = outer.node("Equal", [values, off]);
  return { isOff, areAllOff: outer.node("ReduceMin", [isOff], { keepdims: integer(0) }) };
}

/** The changed scores of the sequences for which a rule is on; the branch is not computed if there are none. */
export function whenOn(
  graph: GraphBuilder,
  { isOff, areAllOff }: RuleSwitch,
  scores: Value,
  change: (inner: GraphBuilder) => Value,
): Value {
  return graph.branch(
    areAllOff,
    "float32",
    ["sequences", "vocabulary"],
    (inner) => inner.node("Identity", [scores]),
    (inner) => inner.node("Where", [isOff, scores, change(inner)]),
  );
}

/** Keeps ids in descending order of `rank` until their probabilities reach `mass`, the one that crosses it included. */
export function keepUntilMass(
  graph: GraphBuilder,
  scores: Value,
  probabilities: Value,
  rank: Value,
  mass: Value,
): Value {
  const axis = { axis: integer(1) };
  const size = graph.node("Shape", [scores], { start: integer(1) });
  const [, order = ""] = graph.nodes("TopK", [rank, size], 2, axis); // int64 [sequences, vocabulary]
  const sorted = graph.node("GatherElements", [probabilities, order], axis);
  const before = graph.node("CumSum", [sorted, graph.integers([1])], { exclusive: integer(1) });
  // The sum before the first id is 0, which is less than any mass: one id is always kept.
  const enough = graph.node("Max", [mass, graph.floats([1e-30])]);
  const isKept = graph.node("Less", [before, enough]);
  const kept = only(graph, isKept, graph.node("GatherElements", [scores, order], axis));
  return graph.node("ScatterElements", [scores, order, kept], axis);
}
