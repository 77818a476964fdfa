/**
 * Lowers the rhythm temperature after music with a quantized rhythm: its inter-onset intervals (IOIs) are equal or clearly different, and
 * rarely almost equal. Human continuations of such music are quantized too; those of the model are not. A heuristic of this project, chosen
 * on the `dev` pieces (docs/experiments/piano.md).
 */
import { PerformanceState, STEPS_PER_SECOND, type Vocabulary } from "../../encoding/index.ts";

/** The length of the excerpt that is examined: the last 20 s. */
const EXCERPT_STEPS = 20 * STEPS_PER_SECOND;
/** Notes within this many steps of 10 ms of the first note of a chord belong to it. */
const CHORD_STEPS = 3;
/** The highest ratio of two successive IOIs, the longer to the shorter, at which they are equal. */
const EQUAL_RATIO = 1.05;
/** The highest ratio at which they are almost equal. */
const SIMILAR_RATIO = 1.25;
/** The highest share of almost equal IOIs, among those that are equal or almost equal, in quantized music. */
const MAX_SIMILAR_SHARE = 0.1;
/** The fewest equal or almost equal IOIs for a decision; with fewer, the rhythm is not quantized. */
const MIN_COUNT = 10;
/** The exponent of the rhythm temperature after quantized music, and the lowest result. */
const QUANTIZED_EXPONENT = 3.5;
const MIN_TEMPERATURE = 0.05;

/**
 * The rhythm temperature of a continuation: lower after music with a quantized rhythm. A temperature of 1 or more stays the same.
 *
 * @param ids the music before the continuation, as a performance. Only its last 20 s are examined.
 */
export function rhythmTemperatureAfter(
  vocabulary: Vocabulary,
  ids: readonly number[],
  temperature: number,
): number {
  if (temperature >= 1 || !isQuantized(vocabulary, ids)) return temperature;
  return Math.max(MIN_TEMPERATURE, temperature ** QUANTIZED_EXPONENT);
}

function isQuantized(vocabulary: Vocabulary, ids: readonly number[]): boolean {
  let [equal, similar] = [0, 0];
  const intervals = interOnsetIntervals(chordOnsets(vocabulary, ids));
  for (const [index, interval] of intervals.entries()) {
    const previous = intervals[index - 1] ?? Infinity;
    const ratio = Math.max(interval, previous) / Math.min(interval, previous);
    if (ratio <= EQUAL_RATIO) equal += 1;
    else if (ratio <= SIMILAR_RATIO) similar += 1;
  }
  return equal + similar >= MIN_COUNT && similar <= MAX_SIMILAR_SHARE * (equal + similar);
}

/** The onsets of the chords in the excerpt, in steps. */
function chordOnsets(vocabulary: Vocabulary, ids: readonly number[]): number[] {
  const state = new PerformanceState(vocabulary);
  const steps: number[] = [];
  let { onsets } = state;
  for (const id of ids) {
    state.push(id);
    if (state.onsets > onsets && state.step > (steps.at(-1) ?? -Infinity) + CHORD_STEPS)
      steps.push(state.step);
    ({ onsets } = state);
  }
  return steps.filter((step) => step >= state.step - EXCERPT_STEPS);
}

function interOnsetIntervals(steps: readonly number[]): number[] {
  return steps.slice(1).map((step, index) => step - steps[index]!);
}
