import { OptionError } from "../../options.ts";
import { firstId, type RuleInput, type SamplingRule } from "./rule.ts";
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
      const bias = outer.input("sampling.logitBias", "float32", ["sequences", "biases"]); // one for each id, or one for all
      return { apply: (graph, scores) => graph.node("Add", [scores, bias]) };
    },
    inputs: (sequences, vocabularySize) => {
      const size = sequences.some(isOn) ? vocabularySize : 1;
      const all = new Float32Array(sequences.length * size);
      for (const [i, input] of sequences.entries()) {
        const bias = new Float64Array(size);
        addBiases(bias, input);
        all.set(bias, i * size);
      }
      return { "sampling.logitBias": float32(all, sequences.length, size) };
    },
  },
};

function isOn({ options, context }: RuleInput): boolean {
  return options.logitBias !== undefined || (context.biases ?? []).length > 0;
}

/** @throws OptionError when the option names an id outside the vocabulary. */
function addBiases(scores: Float64Array, { options, context }: RuleInput): void {
  const start = firstId(context);
  const size = context.slice?.vocabularySize ?? scores.length;
  for (const [id, bias] of options.logitBias ?? []) {
    if (!(Number.isInteger(id) && id >= 0 && id < size))
      throw new OptionError(`logitBias names id ${id}, but the model's ids end at ${size - 1}`, {
        code: "out-of-range",
        hint: "use ids of the model's vocabulary only",
      });
    if (id - start in scores) scores[id - start]! += bias;
  }
  for (const { first, biases } of context.biases ?? []) {
    for (let i = 0; i < biases.length; i += 1) {
      const at = first + i - start;
      if (at in scores) scores[at]! += biases[i]!;
    }
  }
}
