import { DYNAMICS, OptionError } from "../../options.ts";
import { switchOf, whenOn } from "./graph-nodes.ts";
import { firstId, type IdRange, type RuleInput, type SamplingRule } from "./rule.ts";
import { float32 } from "./tensors.ts";
import { areSameClass, changeClass, changeClassNodes, classInputs, declareClass } from "./token-class.ts";

/** Number of MIDI velocities that the velocity ids share equally. */
const VELOCITIES = 128;

/** Standard deviation of the weights, in MIDI velocities: the distance of two marks. */
const SPREAD = 16;

/** The velocity ids, and the velocity in the middle of their weights. */
interface Loudness extends IdRange {
  readonly velocity: number;
}

/**
 * Dynamics: multiplies the probabilities of the velocity ids by a normal distribution around the velocity of the dynamic mark, then
 * by a constant, so that the probability of the class as a whole, and with it the number of changes of loudness, stays the same. A
 * product of experts (Hinton 2002). Melody and accompaniment keep their difference in part.
 */
export const dynamics: SamplingRule = {
  name: "dynamics",
  isWarper: false,
  isOn: (input) => loudness(input) !== undefined,
  apply: (scores, input) => {
    const mark = loudness(input);
    if (!mark) return;
    changeClass(scores, mark, firstId(input.context), (score, index) => score + logWeight(mark, index));
  },
  check: loudness,
  graph: {
    declare: (outer) => {
      const velocities = declareClass(outer, "velocity");
      const weights = outer.input("sampling.dynamics", "float32", ["sequences", "velocities"]);
      const isOn = outer.input("sampling.isDynamics", "float32", ["sequences", 1]);
      const rule = switchOf(outer, isOn, outer.floats([0]));
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) =>
            changeClassNodes(inner, scores, velocities, (group) => inner.node("Add", [group, weights])),
          ),
      };
    },
    inputs: (sequences) => {
      const marks = sequences.map(loudness);
      const range = marks.find((each) => each);
      const weights = marks.flatMap((mark) =>
        Array.from({ length: range?.count ?? 1 }, (_, index) => (mark ? logWeight(mark, index) : 0)),
      );
      return {
        ...classInputs("velocity", range),
        "sampling.dynamics": float32(weights, marks.length, range?.count ?? 1),
        "sampling.isDynamics": float32(
          marks.map((mark) => (mark ? 1 : 0)),
          marks.length,
          1,
        ),
      };
    },
    fitsOneRun: (sequences) => areSameClass(sequences.map(loudness)),
  },
};

/** ln of the weight of the id at this index of the class, up to a constant. */
function logWeight({ count, velocity }: Loudness, index: number): number {
  const distance = ((index + 0.5) * VELOCITIES) / count - velocity;
  return -((distance / SPREAD) ** 2) / 2;
}

/** @throws OptionError for a model whose ids have no velocities. */
function loudness({ options, velocities }: RuleInput): Loudness | undefined {
  if (options.dynamics === undefined) return undefined;
  if (!velocities)
    throw new OptionError("dynamics requires a model that generates loudness", {
      code: "not-for-this-model",
      hint: "leave dynamics out, or load another model",
    });
  return { ...velocities, velocity: DYNAMICS[options.dynamics] };
}
