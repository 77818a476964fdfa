import { OptionError } from "../../options.ts";
import { firstId, type IdRange, type RuleInput, type SamplingRule } from "./rule.ts";
import { changeClass } from "./token-class.ts";

/** The time shifts but the longest, by rising length, and the temperature of their scores. */
interface Rhythm extends IdRange {
  /** Above 0. */
  readonly temperature: number;
}

/** The slope that keeps the mean is found between these, per step, in so many halvings. */
const STEEPEST = 100;
const HALVINGS = 60;

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
};

/** The slope with which the mean index stays the same, by bisection: the mean rises with the slope. */
function slopeKeepingMean(scores: Float64Array, temperature: number): number {
  const mean = meanIndex(scores, 1, 0);
  let [low, high] = [-STEEPEST, STEEPEST];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (meanIndex(scores, temperature, middle) < mean) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
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
