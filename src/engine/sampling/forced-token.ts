import { firstId, type SamplingRule } from "./rule.ts";

/** Forced token: excludes all ids but one (as Hugging Face's processor of forced tokens). */
export const forcedToken: SamplingRule = {
  name: "forced",
  isWarper: false,
  isOn: ({ context }) => context.forced !== undefined,
  apply: (scores, { context }) => {
    if (context.forced === undefined) return;
    const forced = context.forced - firstId(context);
    const score = scores[forced] ?? -Infinity;
    scores.fill(-Infinity);
    scores[forced] = score;
  },
};
