import { firstId, numberRule } from "./rule.ts";

/**
 * Repetition penalty (Keskar et al. 2019, "CTRL: A Conditional Transformer Language Model for Controllable Generation"): positive
 * logits of recent ids are divided by it, others multiplied, once per id, as in Hugging Face's processor.
 */
export const repetitionPenalty = numberRule({
  option: "repetitionPenalty",
  off: 1,
  isWarper: false,
  process: (scores, penalty, context) => {
    const first = firstId(context);
    for (const id of new Set(context.recent)) {
      const score = scores[id - first];
      if (score !== undefined) scores[id - first] = score > 0 ? score / penalty : score * penalty;
    }
  },
});
