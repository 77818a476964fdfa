import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { softmax } from "./distribution.ts";
import { keepUntilMass } from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/**
 * Top-p, nucleus sampling (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration"): keeps the likeliest ids until
 * their probabilities reach this mass, the one that crosses it included, as Hugging Face's warper. 0 keeps the likeliest id.
 */
export const topP = numberRule({
  option: "topP",
  off: 1,
  isWarper: true,
  process: keepTopP,
  graph: { process: topPNodes },
});

function keepTopP(scores: Float64Array, mass: number): void {
  const probabilities = softmax(scores);
  // Together, ids this unlikely have less than 1 - mass, so the sum is reached without sorting them.
  const negligible = (1 - mass) / scores.length;
  // Sorting a Float64Array is many times faster than sorting ids with a comparison function.
  const likely = probabilities.filter((p) => p >= negligible).sort(); // rising
  let least = likely.length - 1;
  for (let sum = likely[least]!; sum < mass && least > 0; sum += likely[least]!) least -= 1;
  const threshold = likely[least]!;
  // Of ids as likely as the last one, the lowest.
  let ties = likely.subarray(least).findLastIndex((p) => p === threshold) + 1;
  for (let id = 0; id < scores.length; id += 1) {
    const p = probabilities[id]!;
    const isKept = p > threshold || (p === threshold && ties > 0);
    if (p === threshold) ties -= 1;
    if (!isKept) scores[id] = -Infinity;
  }
}

function topPNodes(graph: GraphBuilder, scores: Value, mass: Value): Value {
  const probabilities = graph.node("Softmax", [scores], { axis: integer(1) });
  return keepUntilMass(graph, scores, probabilities, probabilities, mass);
}
