import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { OptionError } from "../../options.ts";
import { logSumExp } from "./distribution.ts";
import { INT32, only, switchOf, whenOn } from "./graph-nodes.ts";
import { firstId, type IdRange, type RuleInput, type SamplingRule } from "./rule.ts";
import { float32, int32 } from "./tensors.ts";

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
    if (pitches) applyClassTemperature(scores, pitches, firstId(input.context));
  },
  check: pitchClass,
  graph: {
    declare: (outer) => {
      const nodes: ClassValues = {
        first: outer.input("sampling.classFirst", "int32", [1]),
        end: outer.input("sampling.classEnd", "int32", [1]),
        temperature: outer.input("sampling.classTemperature", "float32", ["sequences", 1]),
      };
      const rule = switchOf(outer, nodes.temperature, outer.floats([1]));
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) => classTemperatureNodes(inner, scores, nodes)),
      };
    },
    inputs: (sequences) => {
      const classes = sequences.map(pitchClass);
      const { first, count } = classes.find((each) => each) ?? { first: 0, count: 0 };
      const temperatures = classes.map((each) => each?.temperature ?? 1);
      return {
        "sampling.classFirst": int32([first], 1),
        "sampling.classEnd": int32([first + count], 1),
        "sampling.classTemperature": float32(temperatures, temperatures.length, 1),
      };
    },
    fitsOneRun: (sequences) => {
      const classes = sequences.flatMap((input) => pitchClass(input) ?? []);
      return classes.every(({ first, count }) => first === classes[0]?.first && count === classes[0].count);
    },
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

/** @param firstScore id of the first score. */
function applyClassTemperature(
  scores: Float64Array,
  { first, count, temperature }: TokenClass,
  firstScore: number,
): void {
  const at = first - firstScore;
  const group = scores.subarray(Math.max(0, at), Math.max(0, at + count));
  const before = logSumExp(group);
  if (before === -Infinity) return;
  for (let i = 0; i < group.length; i += 1) group[i]! /= temperature;
  const change = before - logSumExp(group);
  for (let i = 0; i < group.length; i += 1) group[i]! += change;
}

/** The class is the ids from `first` up to `end`. */
type ClassValues = Readonly<Record<"first" | "end" | "temperature", Value>>;

/** No effect if all ids of the class are excluded. */
function classTemperatureNodes(
  graph: GraphBuilder,
  scores: Value,
  { first, end, temperature }: ClassValues,
): Value {
  const part = (from: Value, to: Value): Value =>
    graph.node("Slice", [scores, from, to, graph.integers([1], "int32")]);
  const size = graph.node("Shape", [scores], { start: integer(1) });
  const group = part(first, end); // [sequences, group]
  const isIn = graph.node("Greater", [group, graph.floats([-Infinity])]);
  const finite = graph.node("Max", [group, graph.floats([OUT])]); // −∞ − (−∞) would be NaN
  const total = (values: Value): Value => graph.node("ReduceLogSumExp", [values, graph.integers([1])]); // [sequences, 1]
  const divided = graph.node("Div", [finite, temperature]);
  const moved = graph.node("Add", [divided, graph.node("Sub", [total(finite), total(divided)])]);
  const before = part(graph.integers([0], "int32"), first);
  const after = part(end, graph.node("Cast", [size], { to: integer(INT32) }));
  return graph.node("Concat", [before, only(graph, isIn, moved), after], { axis: integer(1) });
}

/** Less than any score, also when divided by the lowest temperature. */
const OUT = -1e30;
