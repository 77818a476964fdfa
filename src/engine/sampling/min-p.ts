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
});
