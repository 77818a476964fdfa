/** Parts of the graph forms of several rules. Scores are float32 `[sequences, vocabulary]`, −∞ for excluded ids. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";

/** Numbers in `TensorProto.DataType`. */
export const [FLOAT, INT32, INT64, BOOL, DOUBLE] = [1, 6, 7, 9, 11];

/** −∞ where a condition (bool) is false. */
export function only(graph: GraphBuilder, condition: Value, scores: Value): Value {
  return graph.node("Where", [condition, scores, graph.floats([-Infinity])]);
}

/** The highest score of each sequence, `[sequences, 1]`. */
export function highest(graph: GraphBuilder, scores: Value): Value {
  return graph.node("ReduceMax", [scores, graph.integers([1])]);
}

/** The sequences for which a rule is off. */
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

/** Values in rising order, and their ids, int64; of equal values the lower id comes first. Both `[sequences, vocabulary]`. */
export function rising(
  graph: GraphBuilder,
  values: Value,
): { readonly values: Value; readonly order: Value } {
  const size = graph.node("Shape", [values], { start: integer(1) });
  const attributes = { axis: integer(1), largest: integer(0) };
  const [sorted = "", order = ""] = graph.nodes("TopK", [values, size], 2, attributes);
  return { values: sorted, order };
}

/** float64, in which PyTorch adds float32 numbers on CPUs. */
export function doubles(graph: GraphBuilder, values: Value): Value {
  return graph.node("Cast", [values], { to: integer(DOUBLE) });
}

/** float32. */
export function floats(graph: GraphBuilder, values: Value): Value {
  return graph.node("Cast", [values], { to: integer(FLOAT) });
}
