import { numberRule } from "./rule.ts";

/**
 * Temperature (Ackley et al. 1985, "A Learning Algorithm for Boltzmann Machines"): divides all scores. At 0 the likeliest id is
 * taken, and no warper applies, this one included.
 */
export const temperature = numberRule({
  option: "temperature",
  off: 1,
  isWarper: true,
  process: (scores, value) => {
    for (let id = 0; id < scores.length; id += 1) scores[id]! /= value;
  },
  graph: { process: (graph, scores, value) => graph.node("Div", [scores, value]), isCheap: true },
});
