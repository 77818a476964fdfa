import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { roundedSoftmax } from "./distribution.ts";
import * as nodes from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/**
 * Locally typical sampling (Meister et al. 2023, "Locally Typical Sampling"): keeps the ids whose information content is nearest
 * to the entropy, until their probabilities reach this mass, the one that crosses it and all at its distance included; in
 * float32, as transformers' `TypicalLogitsWarper`.
 */
export const typicalP = numberRule({
  option: "typicalP",
  off: 1,
  isWarper: true,
  process: keepTypical,
  graph: { process: typicalNodes },
});

function keepTypical(scores: Float64Array, mass: number): void {
  const { scores: rounded, probabilities, top, sum } = roundedSoftmax(scores);
  const logSum = Math.fround(Math.log(sum));
  const logs = rounded.map((score) => Math.fround(score - top) - logSum);
  const ids: number[] = [];
  let negativeEntropy = 0;
  for (const [id, log] of logs.entries()) {
    if (log === -Infinity) continue;
    ids.push(id);
    negativeEntropy += Math.fround(log * Math.fround(Math.exp(log)));
  }
  negativeEntropy = Math.fround(negativeEntropy);
  const distances = logs.map((log) => Math.abs(log - negativeEntropy));
  ids.sort((a, b) => distances[a]! - distances[b]!);
  const reached = Math.fround(mass);
  let total = 0;
  const last = ids.find((id) => Math.fround((total += probabilities[id]!)) >= reached) ?? ids.at(-1)!;
  const furthest = distances[last]!;
  for (let id = 0; id < scores.length; id += 1) if (distances[id]! > furthest) scores[id] = -Infinity;
}

function typicalNodes(graph: GraphBuilder, scores: Value, mass: Value): Value {
  const axis = { axis: integer(1) };
  const logs = graph.node("LogSoftmax", [scores], axis); // −∞ for excluded ids
  const products = graph.node("Mul", [logs, graph.node("Exp", [logs])]);
  const isIn = graph.node("Greater", [logs, graph.floats([-Infinity])]);
  const terms = nodes.doubles(graph, graph.node("Where", [isIn, products, graph.floats([0])]));
  const negativeEntropy = nodes.floats(graph, graph.node("ReduceSum", [terms, graph.integers([1])])); // [sequences, 1]
  const distances = graph.node("Abs", [graph.node("Sub", [logs, negativeEntropy])]);
  const { values, order } = nodes.rising(graph, distances);
  const probabilities = graph.node("Softmax", [scores], axis);
  const sorted = nodes.doubles(graph, graph.node("GatherElements", [probabilities, order], axis));
  const before = graph.node("CumSum", [sorted, graph.integers([1])], { exclusive: integer(1) });
  // The sum before the first id is 0, which is less than any mass: one id is always kept.
  const enough = graph.node("Max", [mass, graph.floats([1e-30])]);
  const isKept = graph.node("Less", [nodes.floats(graph, before), enough]);
  const kept = graph.node("Where", [isKept, values, graph.floats([0])]);
  const furthest = nodes.highest(graph, kept); // [sequences, 1]
  return nodes.only(graph, graph.node("LessOrEqual", [distances, furthest]), scores);
}
