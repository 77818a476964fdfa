import type { GraphBuilder, Value } from "../../../models/index.ts";
import { excludeBelow, highest } from "./distribution.ts";
import * as nodes from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/**
 * Top-nσ (Tang et al. 2024, "Top-nσ: Not All Logits Are You Need", arXiv 2411.07641): keeps the ids whose logit is at most n
 * standard deviations below the highest. It comes before every temperature, so the kept ids do not depend on it. The standard
 * deviation is that of the population of the ids not excluded, and 0 keeps all, as in llama.cpp (`llama_sampler_top_n_sigma`);
 * Hugging Face has no such warper.
 */
export const topNSigma = numberRule({
  option: "topNSigma",
  off: 0,
  isWarper: true,
  process: (scores, n) => excludeBelow(scores, highest(scores) - n * standardDeviation(scores)),
  graph: { process: topNSigmaNodes },
});

function standardDeviation(scores: Float64Array): number {
  const logits = scores.filter((score) => score > -Infinity);
  const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
  return Math.sqrt(logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits.length);
}

function topNSigmaNodes(graph: GraphBuilder, scores: Value, n: Value): Value {
  const isIn = graph.node("Greater", [scores, graph.floats([-Infinity])]);
  const among = (values: Value): Value => graph.node("Where", [isIn, values, graph.floats([0])]);
  const sum = (values: Value): Value => graph.node("ReduceSum", [values, graph.integers([1])]); // [sequences, 1]
  const count = sum(among(graph.floats([1])));
  const mean = graph.node("Div", [sum(among(scores)), count]);
  const deviations = among(graph.node("Sub", [scores, mean]));
  const variance = graph.node("Div", [sum(graph.node("Mul", [deviations, deviations])), count]);
  const below = graph.node("Mul", [n, graph.node("Sqrt", [variance])]);
  const threshold = graph.node("Sub", [nodes.highest(graph, scores), below]); // [sequences, 1]
  return nodes.only(graph, graph.node("GreaterOrEqual", [scores, threshold]), scores);
}
