import * as nodes from "./graph-nodes.ts";
import { excludeBelow, highest } from "./distribution.ts";
import { numberRule } from "./rule.ts";

/**
 * Min-p (Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs"): keeps the ids that are
 * at least this many times as likely as the likeliest.
 */
export const minP = numberRule({
  option: "minP",
  off: 0,
  isWarper: true,
  process: (scores, share) => excludeBelow(scores, highest(scores) + Math.log(share)),
  graph: {
    toInput: Math.log, // −∞ keeps all
    process: (graph, scores, logShare) => {
      const lowest = graph.node("Add", [nodes.highest(graph, scores), logShare]); // [sequences, 1]
      return nodes.only(graph, graph.node("GreaterOrEqual", [scores, lowest]), scores);
    },
    isCheap: true,
  },
});
