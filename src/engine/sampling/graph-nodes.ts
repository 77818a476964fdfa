/** Parts of the graph forms of several rules. Scores are float32 `[1, vocabulary]`, −∞ for excluded ids. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";

/** Numbers in `TensorProto.DataType`. */
export const [FLOAT, INT32, INT64, BOOL] = [1, 6, 7, 9];

/** −∞ where a condition (bool) is false. */
export function only(graph: GraphBuilder, condition: Value, scores: Value): Value {
  return graph.node("Where", [condition, scores, graph.floats([-Infinity])]);
}

/** The highest score, `[1, 1]`. */
export function highest(graph: GraphBuilder, scores: Value): Value {
  return graph.node("ReduceMax", [scores, graph.integers([1])]);
}

/** The changed scores if a value differs from its off value; the branch is not computed otherwise. */
export function whenOn(
  graph: GraphBuilder,
  value: Value,
  off: Value,
  scores: Value,
  change: (inner: GraphBuilder) => Value,
): Value {
  const isOn = graph.node("Not", [graph.node("Equal", [value, off])]);
  return graph.branch(isOn, "float32", [1, "vocabulary"], change, (inner) =>
    inner.node("Identity", [scores]),
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
  const [, order = ""] = graph.nodes("TopK", [rank, size], 2, axis); // int64 [1, vocabulary]
  const sorted = graph.node("GatherElements", [probabilities, order], axis);
  const before = graph.node("CumSum", [sorted, graph.integers([1])], { exclusive: integer(1) });
  // The sum before the first id is 0, which is less than any mass: one id is always kept.
  const enough = graph.node("Max", [mass, graph.floats([1e-30])]);
  const isKept = graph.node("Less", [before, enough]);
  const kept = only(graph, isKept, graph.node("GatherElements", [scores, order], axis));
  return graph.node("ScatterElements", [scores, order, kept], axis);
}
