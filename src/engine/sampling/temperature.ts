import { numberRule } from "./rule.ts";

/** Lower temperatures have the same effect, but a score divided by them could overflow, so that no id would remain. */
const LOWEST = 1e-30;

/**
 * Temperature (Ackley et al. 1985, "A Learning Algorithm for Boltzmann Machines"): divides all scores. At 0 the likeliest id is
 * taken, and no warper applies, this one included.
 */
export const temperature = numberRule({
  option: "temperature",
  off: 1,
  isWarper: true,
  process: (scores, value) => {
    const divisor = Math.max(LOWEST, value);
    for (let id = 0; id < scores.length; id += 1) scores[id]! /= divisor;
  },
  graph: {
    toInput: (value) => Math.max(LOWEST, value),
    process: (graph, scores, value) => graph.node("Div", [scores, value]),
    isCheap: true,
  },
});
