import { OptionError } from "../../options.ts";
import { firstId, type RuleInput, type SamplingRule } from "./rule.ts";
import { changeClass } from "./token-class.ts";

/**
 * Class bias: adds numbers to scores within classes of ids, then a constant, so that the probability of each class as a whole stays the
 * same. The numbers come from the theme memory of a generation, and the option `themes` multiplies them. Our own rule.
 */
export const classBias: SamplingRule = {
  name: "themes",
  isWarper: false,
  isOn: (input) => strength(input) !== 0 && (input.context.classBiases ?? []).length > 0,
  apply: (scores, input) => {
    const times = strength(input);
    if (times === 0) return;
    for (const { biases, ...range } of input.context.classBiases ?? [])
      changeClass(scores, range, firstId(input.context), (score, i) => score + times * (biases.get(i) ?? 0));
  },
  check: strength,
};

/** Default 0. @throws OptionError for a model without time shifts, whose generations have no theme memory. */
function strength({ options: { themes = 0 }, times }: RuleInput): number {
  if (themes !== 0 && !times)
    throw new OptionError("themes requires a model that generates time shifts", {
      code: "not-for-this-model",
      hint: "omit themes, or load a piano model",
    });
  return themes;
}
