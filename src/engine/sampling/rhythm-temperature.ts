import { OptionError } from "../../options.ts";
import type { GraphBuilder, Value } from "../../../models/index.ts";
import { floats } from "./graph-nodes.ts";
import { firstId, type RuleInput, type SamplingRule } from "./rule.ts";
import { changeClass, classScores, temperatureForm, type TemperedClass } from "./token-class.ts";

/** The slope is `MAX_SLOPE` · u³, with u from −1 to 1: the search is finest near 0, where most slopes are. */
const MAX_SLOPE = 100;
/** The interval of u is divided into `PARTS` parts, `DIVISIONS` times. The mean then differs by less than 0.01 steps at usual temperatures. */
const [PARTS, DIVISIONS] = [8, 7];

/**
 * Rhythm temperature: divides the scores of the time shifts by a temperature of their own, then adds a line, so that the mean shift stays
 * the same (an exponential tilt), and a constant, so that the probability of the class as a whole does. A plain temperature would
 * change the mean shift, and with it the note density. The longest shift keeps its probability: it is followed by other shifts, so it is a
 * rest rather than rhythm, and a higher probability would cause long silences. A rule of this project.
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
    const slope = slopeKeepingMean(classScores(scores, times, first), temperature);
    changeClass(scores, times, first, (score, index) => score / temperature + slope * index);
  },
  check: rhythm,
  graph: temperatureForm("rhythmTemperature", rhythm, (outer, { first, end }) => {
    const count = outer.node("Squeeze", [outer.node("Sub", [end, first])]);
    const scalar = (value: number): Value => outer.node("Squeeze", [outer.integers([value], "int32")]);
    const indices = floats(outer, outer.node("Range", [scalar(0), count, scalar(1)]));
    const line = outer.node("Mul", [indices, outer.floats([MAX_SLOPE])]); // [times]
    return (graph, group, temperature) => tilted(graph, group, temperature, line);
  }),
};

/** The slope with which the mean index stays the same, by bisection, since the mean rises with the slope. */
function slopeKeepingMean(scores: Float64Array, temperature: number): number {
  const mean = meanIndex(scores, 1, 0);
  let [u, width] = [-1, 2];
  for (let parts = 1; parts < PARTS ** DIVISIONS; parts *= 2) {
    width /= 2;
    if (meanIndex(scores, temperature, MAX_SLOPE * (u + width) ** 3) < mean) u += width;
  }
  return MAX_SLOPE * u ** 3;
}

/**
 * The same in the graph, where all boundaries of the parts are tried at once.
 *
 * @param scores `[sequences, times]`
 * @param line the line with the slope `MAX_SLOPE`, `[times]`.
 * @returns the scores divided by the temperature, with the line added.
 */
function tilted(graph: GraphBuilder, scores: Value, temperature: Value, line: Value): Value {
  const node = (operator: string, ...inputs: Value[]): Value => graph.node(operator, inputs);
  const axis = graph.integers([1]);
  const column = node("Unsqueeze", line, axis);
  const meanOf = (values: Value): Value => node("MatMul", node("Softmax", values), column); // [sequences, tried, 1]
  const before = node("Unsqueeze", scores, axis);
  const cooled = node("Div", before, node("Unsqueeze", temperature, axis));
  const withLine = (u: Value): Value =>
    node("Add", cooled, node("Mul", node("Pow", u, graph.floats([3])), line)); // [sequences, tried, times]
  const mean = meanOf(before);
  let u = graph.floats([-1], [1, 1, 1]);
  let width = 2;
  for (let division = 0; division < DIVISIONS; division += 1) {
    width /= PARTS;
    const steps = Array.from({ length: PARTS - 1 }, (_, i) => (i + 1) * width);
    const tried = node("Add", u, graph.floats(steps, [PARTS - 1, 1]));
    const isBelow = node("Less", meanOf(withLine(tried)), mean);
    const added = node("Where", isBelow, graph.floats([width]), graph.floats([0]));
    u = node("Add", u, node("ReduceSum", added, axis));
  }
  return node("Squeeze", withLine(u), axis);
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

/** The time shifts except the longest, with their temperature; undefined for temperature 1. @throws OptionError for a model without such ids. */
function rhythm({ options, times }: RuleInput): TemperedClass | undefined {
  const { rhythmTemperature: temperature = 1 } = options;
  if (temperature === 1) return undefined;
  if (!times)
    throw new OptionError("rhythmTemperature requires a model that generates time shifts", {
      code: "not-for-this-model",
      hint: "omit rhythmTemperature, or load a piano model",
    });
  return { first: times.first, count: times.count - 1, temperature };
}
