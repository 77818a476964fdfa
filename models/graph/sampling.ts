/**
 * The draw of the next id inside a graph, in the order and by the rules of the engine's sampler: bias, legality, temperature of
 * a group, temperature, top-k, top-p, min-p, typical; then the largest `score + noise`. Scores are `[1, vocabulary]`, −∞ for ids
 * that are out. The noise comes from outside, so graph and sampler draw the same id.
 */
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";

/** One number each, float32 `[1]`, but for the bias. */
export type SamplingValues = Readonly<
  Record<
    | "bias"
    | "groupFirst"
    | "groupEnd"
    | "groupTemperature"
    | "temperature"
    | "topK"
    | "topP"
    | "minP"
    | "typicalP",
    Value
  >
>;

/**
 * Declares what a draw depends on as inputs. What does not apply is left out by: topK 0, topP 1, typicalP 1, minP −∞
 * (it is given as a logarithm), a bias of one 0, a group's temperature of 1. A group is the ids from `groupFirst` up to `groupEnd`.
 */
export function samplingInputs(graph: GraphBuilder): SamplingValues {
  const number = (name: string): Value => graph.input(`sampling.${name}`, "float32", [1]);
  const whole = (name: string): Value => graph.input(`sampling.${name}`, "int32", [1]);
  return {
    bias: graph.input("sampling.bias", "float32", ["biases"]), // one for each id, or one for all
    groupFirst: whole("groupFirst"),
    groupEnd: whole("groupEnd"),
    groupTemperature: number("groupTemperature"),
    temperature: number("temperature"),
    topK: whole("topK"),
    topP: number("topP"),
    minP: number("minP"),
    typicalP: number("typicalP"),
  };
}

/** Logits to scores of the ids that may be drawn. @param legal bool `[1, vocabulary]`; absent: all are. */
export function scores(
  graph: GraphBuilder,
  sampling: SamplingValues,
  logits: Value, // [1, vocabulary]
  restrict: (scores: Value) => Value,
): Value {
  const biased = graph.node("Add", [logits, sampling.bias]);
  const restricted = restrict(biased);
  const isEven = graph.node("Equal", [sampling.groupTemperature, graph.floats([1])]);
  const grouped = when(graph, graph.node("Not", [isEven]), restricted, (inner) =>
    warmGroup(inner, restricted, sampling),
  );
  const warmed = graph.node("Div", [grouped, sampling.temperature]);
  const topK = when(graph, above(graph, sampling.topK, 0), warmed, (inner) =>
    keepTopK(inner, warmed, sampling.topK),
  );
  const topP = when(graph, below(graph, sampling.topP, 1), topK, (inner) =>
    keepTopP(inner, topK, sampling.topP),
  );
  const minP = keepMinP(graph, topP, sampling.minP);
  return when(graph, below(graph, sampling.typicalP, 1), minP, (inner) =>
    keepTypical(inner, minP, sampling.typicalP),
  );
}

/** Drawn where all ids are out. */
export const NOTHING_DRAWN = -1;

/**
 * The id with the largest noisy score, the first of equals.
 *
 * @returns the id, int32 `[1]`, `NOTHING_DRAWN` where all ids are out; and whether there is one, bool `[1, 1]`.
 */
export function pick(
  graph: GraphBuilder,
  scored: Value,
  noise: Value,
): { readonly id: Value; readonly isDrawn: Value } {
  const noisy = graph.node("Add", [scored, noise]);
  const highest = graph.node("ReduceMax", [noisy, graph.integers([1])]); // [1, 1]
  const isDrawn = graph.node("Greater", [highest, graph.floats([-Infinity])]);
  const best = graph.node("ArgMax", [noisy], { axis: integer(1), keepdims: integer(0) });
  const id = graph.node("Cast", [best], { to: integer(INT32) }); // [1]
  const isOne = graph.node("Reshape", [isDrawn, graph.integers([1])]);
  return { id: graph.node("Where", [isOne, id, graph.integers([NOTHING_DRAWN], "int32")]), isDrawn };
}

/** −∞ where a condition (bool) does not hold. */
export function only(graph: GraphBuilder, condition: Value, scored: Value): Value {
  return graph.node("Where", [condition, scored, graph.floats([-Infinity])]);
}

/**
 * The scores of a group divided by its temperature, and moved so that the group is as likely as before. Where no id of it
 * is in, nothing changes.
 */
function warmGroup(graph: GraphBuilder, scored: Value, sampling: SamplingValues): Value {
  const axis = { axis: integer(1) };
  const part = (from: Value, to: Value): Value =>
    graph.node("Slice", [scored, from, to, graph.integers([1], "int32")]);
  const end = graph.node("Cast", [graph.node("Shape", [scored], { start: integer(1) })], {
    to: integer(INT32),
  });
  const group = part(sampling.groupFirst, sampling.groupEnd); // [1, group]
  const isIn = graph.node("Greater", [group, graph.floats([-Infinity])]);
  const finite = graph.node("Max", [group, graph.floats([OUT])]); // −∞ less −∞ would be no number
  const total = (values: Value): Value => graph.node("ReduceLogSumExp", [values, graph.integers([1])]); // [1, 1]
  const divided = graph.node("Div", [finite, sampling.groupTemperature]);
  const moved = graph.node("Add", [divided, graph.node("Sub", [total(finite), total(divided)])]);
  const warmed = only(graph, isIn, moved);
  const before = part(graph.integers([0], "int32"), sampling.groupFirst);
  return graph.node("Concat", [before, warmed, part(sampling.groupEnd, end)], axis);
}

/** Less than any score, and still so when divided by the lowest temperature. */
const OUT = -1e30;

function keepTopK(graph: GraphBuilder, scored: Value, count: Value): Value {
  const k = graph.node("Cast", [count], { to: integer(INT64) });
  const [best = ""] = graph.nodes("TopK", [scored, k], 2, { axis: integer(1) });
  const lowest = graph.node("ReduceMin", [best, graph.integers([1])]); // [1, 1]
  return only(graph, graph.node("GreaterOrEqual", [scored, lowest]), scored);
}

function keepTopP(graph: GraphBuilder, scored: Value, mass: Value): Value {
  const probabilities = graph.node("Softmax", [scored], { axis: integer(1) });
  return keepUntilMass(graph, scored, probabilities, probabilities, mass);
}

function keepMinP(graph: GraphBuilder, scored: Value, logShare: Value): Value {
  const highest = graph.node("ReduceMax", [scored, graph.integers([1])]); // [1, 1]
  const lowest = graph.node("Add", [highest, logShare]);
  return only(graph, graph.node("GreaterOrEqual", [scored, lowest]), scored);
}

function keepTypical(graph: GraphBuilder, scored: Value, mass: Value): Value {
  const probabilities = graph.node("Softmax", [scored], { axis: integer(1) });
  const logs = graph.node("Log", [probabilities]); // −∞ for ids that are out
  const products = graph.node("Mul", [probabilities, logs]);
  const isIn = graph.node("Greater", [probabilities, graph.floats([0])]);
  const terms = graph.node("Where", [isIn, products, graph.floats([0])]);
  const negativeEntropy = graph.node("ReduceSum", [terms, graph.integers([1])]); // [1, 1]
  const distances = graph.node("Abs", [graph.node("Sub", [logs, negativeEntropy])]);
  return keepUntilMass(graph, scored, probabilities, graph.node("Neg", [distances]), mass);
}

/** Keeps ids in falling order of `rank` until their probabilities reach `mass`, the one that crosses it included. */
function keepUntilMass(
  graph: GraphBuilder,
  scored: Value,
  probabilities: Value,
  rank: Value,
  mass: Value,
): Value {
  const axis = { axis: integer(1) };
  const size = graph.node("Shape", [scored], { start: integer(1) });
  const [, order = ""] = graph.nodes("TopK", [rank, size], 2, axis); // int64 [1, vocabulary]
  const sorted = graph.node("GatherElements", [probabilities, order], axis);
  const before = graph.node("CumSum", [sorted, graph.integers([1])], { exclusive: integer(1) });
  // Before the first there is nothing, which is less than any mass: one id is always kept.
  const enough = graph.node("Max", [mass, graph.floats([1e-30])]);
  const isKept = graph.node("Less", [before, enough]);
  const kept = only(graph, isKept, graph.node("GatherElements", [scored, order], axis));
  return graph.node("ScatterElements", [scored, order, kept], axis);
}

const [INT32, INT64] = [6, 7]; // numbers in `TensorProto.DataType`

function above(graph: GraphBuilder, value: Value, limit: number): Value {
  return graph.node("Greater", [value, graph.integers([limit], "int32")]);
}

function below(graph: GraphBuilder, value: Value, limit: number): Value {
  return graph.node("Less", [value, graph.floats([limit])]);
}

/** Scores, changed where a condition holds. */
function when(
  graph: GraphBuilder,
  condition: Value,
  scored: Value,
  change: (inner: GraphBuilder) => Value,
): Value {
  return graph.branch(condition, "float32", [1, "vocabulary"], change, (inner) =>
    inner.node("Identity", [scored]),
  );
}
