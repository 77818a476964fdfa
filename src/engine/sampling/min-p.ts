import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { excludeBelow, highest, roundedSoftmax } from "./distribution.ts";
import * as nodes from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/**
 * Min-p (Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs"): keeps the ids that are
 * at least this many times as likely as the likeliest; in float32, as transformers' `MinPLogitsWarper`.
 */
export const minP = numberRule({
  option: "minP",
  off: 0,
  isWarper: true,
  process: keepMinP,
  graph: { process: minPNodes },
});

/**
 * An upper bound of the relative rounding errors in float32: of two scores and of their difference, 2 × 2⁻²⁴ of each score, and of five
 * further operations, 5 × 2⁻²⁴. Where no score is that near to the bound, no probabilities are needed.
 */
const ROUNDING = 3e-7;

function keepMinP(scores: Float64Array, share: number): void {
  const top = highest(scores);
  const lowest = top + Math.log(share);
  const margin = ROUNDING * (1 + Math.abs(top) + Math.abs(lowest));
  let isNear = false;
  for (let id = 0; id < scores.length; id += 1) isNear ||= Math.abs(scores[id]! - lowest) < margin;
  if (!isNear) return excludeBelow(scores, lowest);
  const { probabilities } = roundedSoftmax(scores);
  const least = Math.fround(Math.fround(share) * highest(probabilities));
  for (let id = 0; id < scores.length; id += 1) if (probabilities[id]! < least) scores[id] = -Infinity;
}

function minPNodes(graph: GraphBuilder, scores: Value, share: Value): Value {
  const probabilities = graph.node("Softmax", [scores], { axis: integer(1) });
  const least = graph.node("Mul", [nodes.highest(graph, probabilities), share]); // [sequences, 1]
  return nodes.only(graph, graph.node("GreaterOrEqual", [probabilities, least]), scores);
}
