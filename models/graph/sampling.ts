/**
 * Sampling in the graph, with the rules of the engine's sampler in the same order: bias, automaton, class temperature,
 * temperature, top-k, top-p, min-p, typical; then the largest `score + noise`. Scores are `[1, vocabulary]`, −∞ for excluded
 * ids. The noise is an input, so graph and sampler sample the same id.
 */
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";

/** One number each, `[1]`, except the bias. */
export type SamplingValues = Readonly<
  Record<
    | "bias"
    | "classFirst"
    | "classEnd"
    | "classTemperature"
    | "temperature"
    | "topK"
    | "topP"
    | "minP"
    | "typicalP",
    Value
  >
>;

/**
 * Declares the sampling inputs. Values that switch a rule off: topK 0, topP 1, typicalP 1, minP −∞ (the input is its
 * logarithm), one bias of 0, classTemperature 1. The class is the ids from `classFirst` up to `classEnd`.
 */
export function samplingInputs(graph: GraphBuilder): SamplingValues {
  const number = (name: string): Value => graph.input(`sampling.${name}`, "float32", [1]);
  const whole = (name: string): Value => graph.input(`sampling.${name}`, "int32", [1]);
  return {
    bias: graph.input("sampling.bias", "float32", ["biases"]), // one for each id, or one for all
    classFirst: whole("classFirst"),
    classEnd: whole("classEnd"),
    classTemperature: number("classTemperature"),
    temperature: number("temperature"),
    topK: whole("topK"),
    topP: number("topP"),
    minP: number("minP"),
    typicalP: number("typicalP"),
  };
}

/** Logits to scores, −∞ for excluded ids. @param restrict excludes the ids that the automaton does not allow. */
export function scores(
  graph: GraphBuilder,
  sampling: SamplingValues,
  logits: Value, // [1, vocabulary]
  restrict: (scores: Value) => Value,
): Value {
  const biased = graph.node("Add", [logits, sampling.bias]);
  const restricted = restrict(biased);
  const isEven = graph.node("Equal", [sampling.classTemperature, graph.floats([1])]);
  const grouped = when(graph, graph.node("Not", [isEven]), restricted, (inner) =>
    applyClassTemperature(inner, restricted, sampling),
  );
  const scaled = graph.node("Div", [grouped, sampling.temperature]);
  const topK = when(graph, above(graph, sampling.topK, 0), scaled, (inner) =>
    keepTopK(inner, scaled, sampling.topK),
  );
  const topP = when(graph, below(graph, sampling.topP, 1), topK, (inner) =>
    keepTopP(inner, topK, sampling.topP),
  );
  const minP = keepMinP(graph, topP, sampling.minP);
  return when(graph, below(graph, sampling.typicalP, 1), minP, (inner) =>
    keepTypical(inner, minP, sampling.typicalP),
  );
}

/** The sample if all ids are excluded. */
export const NO_SAMPLE = -1;

/**
 * The id with the largest noisy score, the first of equal ones.
 *
 * @returns the id, int32 `[1]`, or `NO_SAMPLE` if all ids are excluded; and whether there is one, bool `[1, 1]`.
 */
export function sample(
  graph: GraphBuilder,
  scored: Value,
  noise: Value,
): { readonly id: Value; readonly isSampled: Value } {
  const noisy = graph.node("Add", [scored, noise]);
  const highest = graph.node("ReduceMax", [noisy, graph.integers([1])]); // [1, 1]
  const isSampled = graph.node("Greater", [highest, graph.floats([-Infinity])]);
  const best = graph.node("ArgMax", [noisy], { axis: integer(1), keepdims: integer(0) });
  const id = graph.node("Cast", [best], { to: integer(INT32) }); // [1]
  const isOne = graph.node("Reshape", [isSampled, graph.integers([1])]);
  return { id: graph.node("Where", [isOne, id, graph.integers([NO_SAMPLE], "int32")]), isSampled };
}

/** −∞ where a condition (bool) is false. */
export function only(graph: GraphBuilder, condition: Value, scored: Value): Value {
  return graph.node("Where", [condition, scored, graph.floats([-Infinity])]);
}

/**
 * The scores of a class divided by its temperature, plus a constant, so that the probability of the class as a whole stays
 * the same. No effect if all its ids are excluded.
 */
function applyClassTemperature(graph: GraphBuilder, scored: Value, sampling: SamplingValues): Value {
  const axis = { axis: integer(1) };
  const part = (from: Value, to: Value): Value =>
    graph.node("Slice", [scored, from, to, graph.integers([1], "int32")]);
  const end = graph.node("Cast", [graph.node("Shape", [scored], { start: integer(1) })], {
    to: integer(INT32),
  });
  const group = part(sampling.classFirst, sampling.classEnd); // [1, group]
  const isIn = graph.node("Greater", [group, graph.floats([-Infinity])]);
  const finite = graph.node("Max", [group, graph.floats([OUT])]); // −∞ − (−∞) would be NaN
  const total = (values: Value): Value => graph.node("ReduceLogSumExp", [values, graph.integers([1])]); // [1, 1]
  const divided = graph.node("Div", [finite, sampling.classTemperature]);
  const moved = graph.node("Add", [divided, graph.node("Sub", [total(finite), total(divided)])]);
  const scaled = only(graph, isIn, moved);
  const before = part(graph.integers([0], "int32"), sampling.classFirst);
  return graph.node("Concat", [before, scaled, part(sampling.classEnd, end)], axis);
}

/** Less than any score, also when divided by the lowest temperature. */
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
  const logs = graph.node("Log", [probabilities]); // −∞ for excluded ids
  const products = graph.node("Mul", [probabilities, logs]);
  const isIn = graph.node("Greater", [probabilities, graph.floats([0])]);
  const terms = graph.node("Where", [isIn, products, graph.floats([0])]);
  const negativeEntropy = graph.node("ReduceSum", [terms, graph.integers([1])]); // [1, 1]
  const distances = graph.node("Abs", [graph.node("Sub", [logs, negativeEntropy])]);
  return keepUntilMass(graph, scored, probabilities, graph.node("Neg", [distances]), mass);
}

/** Keeps ids in descending order of `rank` until their probabilities reach `mass`, the one that crosses it included. */
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
  // The sum before the first id is 0, which is less than any mass: one id is always kept.
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

/** The scores, changed if a condition is true. */
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
