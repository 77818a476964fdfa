import { OptionError } from "../../options.ts";
import type { RuleInput, SamplingRule } from "./rule.ts";
import { float32 } from "./tensors.ts";

/**
 * Logit bias: adds a number to the logits of single ids (as OpenAI's `logit_bias` and Hugging Face's sequence bias). They come
 * from the option, and from the logits processors of a generation.
 */
export const logitBias: SamplingRule = {
  name: "logitBias",
  isWarper: false,
  isOn,
  apply: addBiases,
  graph: {
    declare: (outer) => {
      const bias = outer.input("sampling.logitBias", "float32", ["biases"]); // one for each id, or one for all
      return { apply: (graph, scores) => graph.node("Add", [scores, bias]) };
    },
    inputs: (input, vocabularySize) => {
      const bias = new Float64Array(isOn(input) ? vocabularySize : 1);
      addBiases(bias, input);
      return { "sampling.logitBias": float32(Float32Array.from(bias), bias.length) };
    },
  },
};

function isOn({ options, context }: RuleInput): boolean {
  return options.logitBias !== undefined || (context.biases ?? []).length > 0;
}

/** @throws OptionError when the option names an id outside the vocabulary. */
function addBiases(scores: Float64Array, { options, context }: RuleInput): void {
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
