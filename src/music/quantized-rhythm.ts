/**
 * Whether music has a quantized rhythm: the gaps between its chords are equal or clearly different, as in music made on a grid, and hardly
 * ever almost equal. After such music people's continuations are as exact, and a model's are not. Our own rule, chosen on the `dev`
 * pieces (docs/experiments/piano.md).
 */
import { PerformanceState, STEPS_PER_SECOND, type Vocabulary } from "../../encoding/index.ts";

/** The last part of the music counts. */
const LAST_STEPS = 20 * STEPS_PER_SECOND;
/** Notes that begin within so many steps are a chord. */
const TOGETHER_STEPS = 3;
/** A gap is equal to the one before if its ratio to it, or the inverse, is at most this; almost equal up to `ALMOST`. */
const EQUAL = 1.05;
const ALMOST = 1.25;
/** Almost equal gaps, of those and the equal ones, in quantized music at most. */
const MOST_ALMOST = 0.1;
/** Fewer gaps that are equal or almost equal say little. */
const FEWEST = 10;
/** The power of a rhythm temperature below 1 after quantized music, and the least result. */
const QUANTIZED_POWER = 3.5;
const LEAST_TEMPERATURE = 0.05;

/**
 * The rhythm temperature of the music that follows: lower after music with a quantized rhythm, but 1 or more stays what it is.
 *
 * @param ids the music before, as a performance, of which the last 20 s count.
 */
export function rhythmTemperatureAfter(
  vocabulary: Vocabulary,
  ids: readonly number[],
  temperature: number,
): number {
  if (temperature >= 1 || !isQuantized(vocabulary, ids)) return temperature;
  return Math.max(LEAST_TEMPERATURE, temperature ** QUANTIZED_POWER);
}

function isQuantized(vocabulary: Vocabulary, ids: readonly number[]): boolean {
  let [equal, almost] = [0, 0];
  const gaps = gapsOf(chordSteps(vocabulary, ids));
  for (const [index, gap] of gaps.entries()) {
    const before = gaps[index - 1] ?? Infinity;
    const ratio = Math.max(gap, before) / Math.min(gap, before);
    if (ratio <= EQUAL) equal += 1;
    else if (ratio <= ALMOST) almost += 1;
  }
  return equal + almost >= FEWEST && almost <= MOST_ALMOST * (equal + almost);
}

/** The steps at which chords begin, of the last part. */
function chordSteps(vocabulary: Vocabulary, ids: readonly number[]): number[] {
  const state = new PerformanceState(vocabulary);
  const steps: number[] = [];
  let { onsets } = state;
  for (const id of ids) {
    state.push(id);
    if (state.onsets > onsets && state.step > (steps.at(-1) ?? -Infinity) + TOGETHER_STEPS)
      steps.push(state.step);
    ({ onsets } = state);
  }
  return steps.filter((step) => step >= state.step - LAST_STEPS);
}

function gapsOf(steps: readonly number[]): number[] {
  return steps.slice(1).map((step, index) => step - steps[index]!);
}
