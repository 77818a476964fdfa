import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { softmax } from "./distribution.ts";
import * as nodes from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/**
 * Locally typical sampling (Meister et al. 2023, "Locally Typical Sampling"): keeps the ids whose information content is nearest
 * to the entropy, until their probabilities reach this mass, the one that crosses it included.
 */
export const typicalP = numberRule({
  option: "typicalP",
  off: 1,
  isWarper: true,
  process: keepTypical,
  graph: { process: typicalNodes },
});

function keepTypical(scores: Float64Array, mass: number): void {
  const probabilities = softmax(scores);
  const candidates: number[] = [];
  for (const [id, p] of probabilities.entries()) if (p > 0) candidates.push(id);
  const information = (id: number): number => -Math.log(probabilities[id]!);
  const entropy = candidates.reduce((sum, id) => sum + probabilities[id]! * information(id), 0);
  const distance = (id: number): number => Math.abs(information(id) - entropy);
  candidates.sort((a, b) => distance(a) - distance(b));
  keepUntilMass(scores, candidates, probabilities, mass);
}

/** Keeps the first of `ids` whose probabilities add up to `mass`, at least one. */
function keepUntilMass(
  scores: Float64Array,
  ids: readonly number[],
  probabilities: Float64Array,
  mass: number,
): void {
  const before = scores.slice();
  scores.fill(-Infinity);
  let sum = 0;
  for (const id of ids) {
    scores[id] = before[id]!;
    sum += probabilities[id]!;
    if (sum >= mass) return;
  }
}

function typicalNodes(graph: GraphBuilder, scores: Value, mass: Value): Value {
  const probabilities = graph.node("Softmax", [scores], { axis: integer(1) });
  const logs = graph.node("Log", [probabilities]); // −∞ for excluded ids
  const products = graph.node("Mul", [probabilities, logs]);
  const isIn = graph.node("Greater", [probabilities, graph.floats([0])]);
  const terms = graph.node("Where", [isIn, products, graph.floats([0])]);
  const negativeEntropy = graph.node("ReduceSum", [terms, graph.integers([1])]); // [sequences, 1]
  const distances = graph.node("Abs", [graph.node("Sub", [logs, negativeEntropy])]);
  return nodes.keepUntilMass(graph, scores, probabilities, graph.node("Neg", [distances]), mass);
}
