import type { SamplingRule } from "./rule.ts";

/** Token mask: excludes the ids that the logits processors of a generation do not allow. */
export const tokenMask: SamplingRule = {
  name: "allowed",
  isWarper: false,
  apply: (scores, { context: { allowed } }) => {
    if (allowed) for (let id = 0; id < scores.length; id += 1) if (allowed[id] === 0) scores[id] = -Infinity;
  },
};
