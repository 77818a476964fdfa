import type { SamplingRule } from "./rule.ts";

/** Forced token: excludes all ids but one (as Hugging Face's processor of forced tokens). */
export const forcedToken: SamplingRule = {
  name: "forced",
  isWarper: false,
  isOn: ({ context }) => context.forced !== undefined,
  apply: (scores, { context: { forced } }) => {
    if (forced === undefined) return;
    const score = scores[forced]!;
    scores.fill(-Infinity);
    scores[forced] = score;
  },
};
