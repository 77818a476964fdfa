import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { roundedProbability, roundedSoftmax } from "./distribution.ts";
import * as nodes from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/**
 * Top-p, nucleus sampling (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration"): keeps the likeliest ids until
 * their probabilities reach this mass, the one that crosses it included. 0 keeps one id. As transformers' `TopPLogitsWarper`, it
 * removes the least likely ids while their sum is at most 1 − p, in float32; of equal ids the lower ones first (there with a
 * stable sort; PyTorch's default sort leaves their order open from 17 ids on).
 */
export const topP = numberRule({
  option: "topP",
  off: 1,
  isWarper: true,
  process: keepTopP,
  graph: { toInput: (mass) => 1 - mass, process: topPNodes },
});

function keepTopP(scores: Float64Array, mass: number): void {
  const distribution = roundedSoftmax(scores);
  const { probabilities, scores: rounded } = distribution;
  // Ids with a lower probability have less than 1 - mass in total, so they are removed without sorting.
  const negligible = (1 - mass) / scores.length;
  // Sorting numbers is many times faster than sorting ids with a comparison function.
  const likely = new Float32Array(scores.length);
  let count = 0;
  let rest = 0; // the sum of the ids up to `least`
  for (let id = 0; id < scores.length; id += 1) {
    const p = probabilities[id]!;
    rest += p;
    if (p >= negligible) likely[count++] = rounded[id]!;
  }
  const rising = likely.subarray(0, count).sort();
  const limit = Math.fround(1 - mass);
  let least = count;
  do {
    least -= 1;
    rest -= roundedProbability(distribution, rising[least]!);
  } while (least > 0 && Math.fround(rest) > limit);
  const threshold = rising[least]!;
  // Of ids as likely as the last one, the highest.
  let ties = rising.subarray(least).findLastIndex((score) => score === threshold) + 1;
  for (let id = scores.length - 1; id >= 0; id -= 1) {
    const score = rounded[id]!;
    const isKept = score > threshold || (score === threshold && ties > 0);
    if (score === threshold) ties -= 1;
    if (!isKept) scores[id] = -Infinity;
  }
}

function topPNodes(graph: GraphBuilder, scores: Value, limit: Value): Value {
  const axis = { axis: integer(1) };
  const probabilities = graph.node("Softmax", [scores], axis);
  const order = nodes.rising(graph, scores).order;
  const sorted = nodes.doubles(graph, graph.node("GatherElements", [probabilities, order], axis));
  const above = graph.node("CumSum", [sorted, graph.integers([1])], {
    exclusive: integer(1),
    reverse: integer(1),
  });
  const sum = graph.node("ReduceSum", [sorted, graph.integers([1])]); // [sequences, 1]
  const upTo = nodes.floats(graph, graph.node("Sub", [sum, above]));
  const isLast = graph.node("Not", [graph.node("Cast", [above], { to: integer(nodes.BOOL) })]);
  const isKept = graph.node("Or", [graph.node("Greater", [upTo, limit]), isLast]);
  const kept = nodes.only(graph, isKept, graph.node("GatherElements", [scores, order], axis));
  return graph.node("ScatterElements", [scores, order, kept], axis);
}
