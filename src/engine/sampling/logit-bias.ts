import { OptionError } from "../../options.ts";
import type { RuleInput, SamplingRule } from "./rule.ts";

/**
 * Logit bias: adds a number to the logits of single ids (as OpenAI's `logit_bias` and Hugging Face's sequence bias). They come
 * from the option, and from the logits processors of a generation.
 */
export const logitBias: SamplingRule = {
  name: "logitBias",
  isWarper: false,
  apply: addBiases,
};

/** @throws OptionError when the option names an id outside the vocabulary. */
export function addBiases(scores: Float64Array, { options, context }: RuleInput): void {
  for (const [id, bias] of options.logitBias ?? []) {
    if (!(id in scores))
      throw new OptionError(`logitBias names id ${id}, but the model's ids end at ${scores.length - 1}`, {
        code: "out-of-range",
        hint: "use ids of the model's vocabulary only",
      });
    scores[id]! += bias;
  }
  for (const { first, biases } of context.biases ?? []) {
    for (let i = 0; i < biases.length; i += 1) scores[first + i]! += biases[i]!;
  }
}
