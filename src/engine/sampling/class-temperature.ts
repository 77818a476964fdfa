import { OptionError } from "../../options.ts";
import { firstId, type RuleInput, type SamplingRule } from "./rule.ts";
import { changeClass, temperatureForm, type TemperedClass } from "./token-class.ts";

/**
 * Class temperature: divides the scores of a class of ids, the note-ons, by a temperature of their own, then adds a constant, so
 * that the probability of the class as a whole stays the same. A rule of this project.
 */
export const classTemperature: SamplingRule = {
  name: "pitchTemperature",
  isWarper: true,
  isOn: (input) => pitchClass(input) !== undefined,
  apply: (scores, input) => {
    const pitches = pitchClass(input);
    if (pitches) changeClass(scores, pitches, firstId(input.context), (score) => score / pitches.temperature);
  },
  check: pitchClass,
  graph: temperatureForm(
    "pitchTemperature",
    pitchClass,
    () => (graph, group, temperature) => graph.node("Div", [group, temperature]),
  ),
};

/** The note-on ids with their temperature; undefined for temperature 1. */
function pitchClass({ options, pitches }: RuleInput): TemperedClass | undefined {
  const temperature = options.pitchTemperature ?? 1;
  if (temperature === 1) return undefined;
  if (!pitches)
    throw new OptionError("pitchTemperature requires a music vocabulary", {
      code: "not-for-this-model",
      hint: "leave pitchTemperature out, or load a music model",
    });
  return { ...pitches, temperature };
}
