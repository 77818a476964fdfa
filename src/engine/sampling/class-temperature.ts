import { OptionError } from "../../options.ts";
import { switchOf, whenOn } from "./graph-nodes.ts";
import { firstId, type IdRange, type RuleInput, type SamplingRule } from "./rule.ts";
import { float32 } from "./tensors.ts";
import { areSameClass, changeClass, changeClassNodes, classInputs, declareClass } from "./token-class.ts";

/** Consecutive ids, and the temperature that divides their scores. */
interface TokenClass extends IdRange {
  /** Above 0. */
  readonly temperature: number;
}

/**
 * Class temperature: divides the scores of a class of ids, the note-ons, by a temperature of their own, then adds a constant, so
 * that the probability of the class as a whole stays the same. Our own rule.
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
  graph: {
    declare: (outer) => {
      const pitches = declareClass(outer, "class");
      const temperature = outer.input("sampling.classTemperature", "float32", ["sequences", 1]);
      const rule = switchOf(outer, temperature, outer.floats([1]));
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) =>
            changeClassNodes(inner, scores, pitches, (group) => inner.node("Div", [group, temperature])),
          ),
      };
    },
    inputs: (sequences) => {
      const classes = sequences.map(pitchClass);
      const temperatures = classes.map((each) => each?.temperature ?? 1);
      return {
        ...classInputs(
          "class",
          classes.find((each) => each),
        ),
        "sampling.classTemperature": float32(temperatures, temperatures.length, 1),
      };
    },
    fitsOneRun: (sequences) => areSameClass(sequences.map(pitchClass)),
  },
};

/** The note-on ids with their temperature; undefined for temperature 1. */
function pitchClass({ options, context, pitches }: RuleInput): TokenClass | undefined {
  const temperature = (context.pitchTemperature ?? 1) * (options.pitchTemperature ?? 1);
  if (temperature === 1) return undefined;
  if (!pitches)
    throw new OptionError("pitchTemperature requires a music vocabulary", {
      code: "not-for-this-model",
      hint: "leave pitchTemperature out, or load a music model",
    });
  if (!(temperature > 0))
    throw new OptionError(`pitchTemperature must be above 0, but its adjustment makes it ${temperature}`);
  return { ...pitches, temperature };
}
