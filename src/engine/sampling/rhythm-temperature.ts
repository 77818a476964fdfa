import { OptionError } from "../../options.ts";
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { switchOf, whenOn } from "./graph-nodes.ts";
import { firstId, type IdRange, type RuleInput, type SamplingRule } from "./rule.ts";
import { float32 } from "./tensors.ts";
import { areSameClass, changeClass, changeClassNodes, classInputs, declareClass } from "./token-class.ts";

/** The time shifts but the longest, by rising length, and the temperature of their scores. */
interface Rhythm extends IdRange {
  /** Above 0. */
  readonly temperature: number;
}

/** The slope that keeps the mean is between these, and equal to `STEEPEST` · u³: slopes near 0 are the most frequent. */
const STEEPEST = 100;
/** The interval of u is divided into so many parts, so many times. The mean then differs by less than 0.01 steps at usual temperatures. */
const [PARTS, DIVISIONS] = [16, 3];
/** In place of 0, by which nothing can be divided. */
const LEAST = 1e-30;

/**
 * Rhythm temperature: divides the scores of the time shifts by a temperature of their own, then adds a line, so that the mean shift stays
 * the same (an exponential tilt), and a constant, so that the probability of the class as a whole does. A plain temperature would
 * change the mean shift, and with it the note density. The longest shift keeps its probability: others follow it, so it is no
 * rhythm but a rest, and likelier ones would leave long silences. Our own rule.
 */
export const rhythmTemperature: SamplingRule = {
  name: "rhythmTemperature",
  isWarper: true,
  isOn: (input) => rhythm(input) !== undefined,
  apply: (scores, input) => {
    const times = rhythm(input);
    if (!times) return;
    const first = firstId(input.context);
    const { temperature } = times;
    const [from, to] = [
      Math.max(first, times.first),
      Math.min(first + scores.length, times.first + times.count),
    ];
    const group = scores.subarray(from - first, Math.max(from, to) - first);
    const slope = slopeKeepingMean(group, temperature);
    const before = from - times.first;
    changeClass(scores, times, first, (score, index) => score / temperature + slope * (index - before));
  },
  check: rhythm,
  graph: {
    declare: (outer) => {
      const times = declareClass(outer, "time");
      const slopes = outer.input("sampling.timeSlopes", "float32", ["times", 1]);
      const temperature = outer.input("sampling.rhythmTemperature", "float32", ["sequences", 1]);
      const rule = switchOf(outer, temperature, outer.floats([1]));
      return {
        apply: (graph, scores) =>
          whenOn(graph, rule, scores, (inner) =>
            changeClassNodes(inner, scores, times, (group) => tilted(inner, group, temperature, slopes)),
          ),
      };
    },
    inputs: (sequences) => {
      const rhythms = sequences.map(rhythm);
      const range = rhythms.find((each) => each);
      const { count = 1 } = range ?? {};
      const temperatures = rhythms.map((each) => each?.temperature ?? 1);
      return {
        ...classInputs("time", range),
        "sampling.timeSlopes": float32(
          Array.from({ length: count }, (_, i) => STEEPEST * i),
          count,
          1,
        ),
        "sampling.rhythmTemperature": float32(temperatures, temperatures.length, 1),
      };
    },
    fitsOneRun: (sequences) => areSameClass(sequences.map(rhythm)),
  },
};

/** The slope with which the mean index stays the same, by bisection, since the mean rises with the slope; then by interpolation. */
function slopeKeepingMean(scores: Float64Array, temperature: number): number {
  const mean = meanIndex(scores, 1, 0);
  const meanAt = (u: number): number => meanIndex(scores, temperature, STEEPEST * u ** 3);
  let [u, width] = [-1, 2];
  for (let parts = 1; parts < PARTS ** DIVISIONS; parts *= 2) {
    width /= 2;
    if (meanAt(u + width) < mean) u += width;
  }
  const low = meanAt(u);
  const part = (mean - low) / Math.max(meanAt(u + width) - low, LEAST);
  return STEEPEST * (u + width * Math.min(Math.max(part, 0), 1)) ** 3;
}

/**
 * The same in the graph, where all ends of the parts are tried at once.
 *
 * @param scores `[sequences, times]`
 * @param slopes of the steepest line, `[times, 1]`.
 * @returns the scores divided by the temperature, with the line added.
 */
function tilted(graph: GraphBuilder, scores: Value, temperature: Value, slopes: Value): Value {
  const node = (operator: string, ...inputs: Value[]): Value => graph.node(operator, inputs);
  const axis = graph.integers([1]);
  const line = node("Squeeze", slopes, axis);
  const meanOf = (values: Value): Value => node("MatMul", node("Softmax", values), slopes); // [sequences, tried, 1]
  const before = node("Unsqueeze", scores, axis);
  const cooled = node("Div", before, node("Unsqueeze", temperature, axis));
  const withLine = (u: Value): Value =>
    node("Add", cooled, node("Mul", node("Pow", u, graph.floats([3])), line)); // [sequences, tried, times]
  const mean = meanOf(before);
  let u = graph.floats([-1], [1, 1, 1]);
  let width = 2;
  const between = (count: number, from: number): Value => {
    const steps = Array.from({ length: count }, (_, i) => (from + i) * width);
    return node("Add", u, graph.floats(steps, [count, 1]));
  };
  for (let division = 0; division < DIVISIONS; division += 1) {
    width /= PARTS;
    const isBelow = node("Less", meanOf(withLine(between(PARTS - 1, 1))), mean);
    const added = node("Where", isBelow, graph.floats([width]), graph.floats([0]));
    u = node("Add", u, node("ReduceSum", added, axis));
  }
  const ends = meanOf(withLine(between(2, 0)));
  const [low = "", high = ""] = graph.nodes("Split", [ends], 2, {
    axis: integer(1),
    num_outputs: integer(2),
  });
  const rise = node("Max", node("Sub", high, low), graph.floats([LEAST]));
  const part = node("Div", node("Sub", mean, low), rise);
  const clamped = node("Clip", part, graph.floats([0], []), graph.floats([1], []));
  const found = node("Add", u, node("Mul", clamped, graph.floats([width])));
  return node("Squeeze", withLine(found), axis);
}

/** The mean index of the probabilities; NaN if all scores are −∞. */
function meanIndex(scores: Float64Array, temperature: number, slope: number): number {
  let highest = -Infinity;
  for (let i = 0; i < scores.length; i += 1)
    highest = Math.max(highest, scores[i]! / temperature + slope * i);
  let [total, sum] = [0, 0];
  for (let i = 0; i < scores.length; i += 1) {
    const weight = Math.exp(scores[i]! / temperature + slope * i - highest);
    total += weight;
    sum += weight * i;
  }
  return sum / total;
}

/** The time shifts but the longest, with their temperature; undefined for temperature 1. @throws OptionError for a model without such ids. */
function rhythm({ options, times }: RuleInput): Rhythm | undefined {
  const { rhythmTemperature: temperature = 1 } = options;
  if (temperature === 1) return undefined;
  if (!times)
    throw new OptionError("rhythmTemperature requires a model that generates time shifts", {
      code: "not-for-this-model",
      hint: "omit rhythmTemperature, or load a piano model",
    });
  return { first: times.first, count: times.count - 1, temperature };
}
