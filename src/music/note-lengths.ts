/**
 * Limits the durations of notes. A model leaves notes sounding for too long, so the limits add note ends, up to the rate of human music
 * (a hazard rate, by register and age; the age of a note is the time since its onset). The ends lie at random release points: at each,
 * the sounding notes whose expected number of added ends is above a random threshold end together, as when a pedal is lifted.
 */
import {
  type LengthLimits,
  type NoteState,
  type PerformanceState,
  STEPS_PER_SECOND,
} from "../../encoding/index.ts";
import { EndFactors } from "./end-factor.ts";
import { endRate, REGISTERS, registerOf } from "./end-rates.ts";
import { HALF_STEP, randomNumbers } from "./random-numbers.ts";

/** The lowest age, in steps of 10 ms, at which a limit ends a note. */
const MIN_AGE_STEPS = 100;

/**
 * The rate of added ends as a share of the human rate, for ages below `lateFromStep` and from it on. Chosen on the `dev` pieces
 * (docs/experiments/piano.md).
 */
export const ADDED_ENDS = { early: 0.3, late: 0.65, lateFromStep: 150 };
/**
 * The same with a factor of the piece: `early` times the factor for lower ages; then the factor without `lateOfModel`, the share of the human
 * rate that the model reaches by itself, but at least `minLate`, so that no note sounds for minutes.
 */
export const ADDED_ENDS_WITH_FACTOR = { early: 0.15, lateOfModel: 0.4, minLate: 0.1 };

/** Ids between two updates of the limits, so that runs that sample in the graph can be this long. */
const LIMITS_PERIOD = 16;

/**
 * Upper bound of the random shortest duration of notes, in steps of 10 ms. Models end too many notes within a few steps, so a shortest
 * duration is chosen for every `LIMITS_PERIOD` ids, at random from 0 to this number.
 */
const MAX_SHORTEST_STEPS = 8;
/** The lower bound of the shortest duration is half that of the shortest of the last notes of the prompt, but at most this number. */
const MAX_PROMPT_SHORTEST_STEPS = 11;
/** Notes shorter than this are short. */
const SHORT_STEPS = 5;
/** With a higher share of short notes among the last notes of the prompt, the shortest duration is at most `SHORT_STEPS`. */
const SOME_SHORT = 0.02;
/** With a share higher than this one, it is 0. */
const MANY_SHORT = 0.05;
/** With fewer last notes, the prompt does not change these bounds. */
const MIN_NOTES = 20;
/** The length of the excerpt, at the end of the prompt, whose notes are its last notes. */
const EXCERPT_STEPS = 2000;

/** The time is divided into intervals of this many steps. Each has one release point, at a random step. */
const INTERVAL_STEPS = 25;
/** The longest limit, in intervals. */
const MAX_INTERVALS = 1000;

/** A time at which notes may end. */
interface ReleasePoint {
  readonly step: number;
  /** It ends the notes whose expected number of added ends in one interval is higher. */
  readonly threshold: number;
}

export interface NoteLengthOptions {
  /** Seed of the release points. */
  readonly seed: number;
  /** Number of prompt ids. No limit ends a note within the prompt. */
  readonly promptLength: number;
  /** Whether notes have a shortest duration. Default false, for music in which note-offs are forced. */
  readonly hasShortestDuration?: boolean;
  /** Whether the rate of ends has a factor of the piece: see `end-factor.ts`. Default false. */
  readonly hasEndFactor?: boolean;
}

/**
 * The limits of the notes of a performance, for `PerformanceGrammar`: functions of the seed, the step of the onset and the pitch. Until the
 * next update, a new note has the limit of a note that begins at the step of the last update.
 */
export class NoteLengthLimits implements LengthLimits {
  readonly current: Float64Array;
  readonly next: Float64Array;
  shortest = 0;
  readonly #state: PerformanceState;
  readonly #options: NoteLengthOptions;
  /** The keys whose notes began since the last update, or before the end of the prompt. */
  readonly #newKeys = new Set<number>();
  #onsets: number;
  /** The step at the end of the prompt. */
  #promptEndStep = 0;
  /** The notes of the prompt that have ended. */
  readonly #endedNotes: NoteState[] = [];
  #factors: EndFactors | undefined;
  /** The range of the shortest duration, in steps. */
  #minShortest = 0;
  #maxShortest = MAX_SHORTEST_STEPS;

  /**
   * @param state receives each id before `push`. Its sounding notes have no limit.
   * @param source limits of a state that `state` is a copy of.
   */
  constructor(state: PerformanceState, options: NoteLengthOptions, source?: NoteLengthLimits) {
    const keys = state.soundingByKey.length;
    this.#state = state;
    this.#options = options;
    this.current = source?.current.slice() ?? new Float64Array(keys).fill(Infinity);
    this.next = source?.next.slice() ?? new Float64Array(keys).fill(Infinity);
    this.#onsets = state.onsets;
    if (source) this.#copy(source);
    else if (state.length >= options.promptLength) this.#beginContinuation();
  }

  /** A copy for a copy of the state. */
  fork(state: PerformanceState): NoteLengthLimits {
    return new NoteLengthLimits(state, this.#options, this);
  }

  #copy(source: NoteLengthLimits): void {
    this.shortest = source.shortest;
    for (const key of source.#newKeys) this.#newKeys.add(key);
    this.#promptEndStep = source.#promptEndStep;
    this.#endedNotes.push(...source.#endedNotes);
    this.#factors = source.#factors;
    this.#minShortest = source.#minShortest;
    this.#maxShortest = source.#maxShortest;
  }

  /**
   * Updates the limits. Call it after each id of the state.
   *
   * @param note the note that the id begins or ends.
   */
  push(note?: NoteState): void {
    const { onsets, newest, length } = this.#state;
    if (onsets > this.#onsets && newest) {
      const key = newest.pitch - this.#state.lowestPitch;
      this.current[key] = this.next[key]!;
      this.#newKeys.add(key);
    }
    this.#onsets = onsets;
    const { promptLength } = this.#options;
    if (length <= promptLength && note?.endStep !== undefined) this.#endedNotes.push(note);
    if (length === promptLength) this.#beginContinuation();
    else if (length > promptLength && length % LIMITS_PERIOD === 0) this.#update();
  }

  /** Removes the limit of the newest note of a pitch, whose end is fixed. */
  removeLimit(pitch: number): void {
    const key = pitch - this.#state.lowestPitch;
    this.current[key] = Infinity;
    this.#newKeys.delete(key);
  }

  /** The number of ids before the next update; until then `next` stays the same. */
  idsUntilUpdate(): number {
    const { length } = this.#state;
    return LIMITS_PERIOD - (length % LIMITS_PERIOD);
  }

  #beginContinuation(): void {
    const { step } = this.#state;
    this.#promptEndStep = step;
    const lastNotes = [...this.#endedNotes.splice(0), ...this.#state.soundingNotes()].filter(
      ({ startStep }) => startStep >= step - EXCERPT_STEPS,
    );
    if (this.#options.hasEndFactor) {
      this.#factors = new EndFactors(this.#options.seed, lastNotes, step);
      this.#limitShortest(lastNotes.map(({ startStep, endStep = Infinity }) => endStep - startStep));
    }
    this.#update();
  }

  /** @param durations the durations of the last notes of the prompt, in steps. */
  #limitShortest(durations: readonly number[]): void {
    if (durations.length < MIN_NOTES) return;
    const short = durations.filter((duration) => duration < SHORT_STEPS).length;
    if (short > MANY_SHORT * durations.length) this.#maxShortest = 0;
    else if (short > SOME_SHORT * durations.length) this.#maxShortest = SHORT_STEPS;
    else this.#minShortest = Math.min(MAX_PROMPT_SHORTEST_STEPS, Math.floor(Math.min(...durations) / 2));
  }

  #update(): void {
    const { onsetSteps, step, lowestPitch, length } = this.#state;
    for (const key of this.#newKeys)
      this.current[key] = this.#limit(onsetSteps[key]!, registerOf(lowestPitch + key));
    this.#newKeys.clear();
    const limits = Array.from({ length: REGISTERS }, (_, register) => this.#limit(step, register));
    for (let key = 0; key < this.next.length; key += 1)
      this.next[key] = limits[registerOf(lowestPitch + key)]!;
    if (!this.#options.hasShortestDuration) return;
    const [number] = randomNumbers(this.#options.seed, "shortestNotes", Math.floor(length / LIMITS_PERIOD));
    this.shortest = Math.max(this.#minShortest, Math.floor(number * (this.#maxShortest + 1)));
  }

  /** The limit of a note: its age, in steps, at the first release point that ends it. */
  #limit(onset: number, register: number): number {
    const from = Math.max(onset + MIN_AGE_STEPS, this.#promptEndStep);
    const first = Math.floor(from / INTERVAL_STEPS);
    for (let interval = first; interval < first + MAX_INTERVALS; interval += 1) {
      const { step, threshold } = this.#releasePoint(interval);
      const age = step - onset;
      const share = addedShare(age, this.#factors?.at(step));
      const ends = share * endRate(register, age) * (INTERVAL_STEPS / STEPS_PER_SECOND);
      if (step >= from && threshold < ends) return age;
    }
    return from + MAX_INTERVALS * INTERVAL_STEPS - onset;
  }

  /** The release point of an interval. Its threshold is exponential: that of a Poisson process. */
  #releasePoint(interval: number): ReleasePoint {
    const [first, second] = randomNumbers(this.#options.seed, "noteEnds", interval);
    return {
      step: interval * INTERVAL_STEPS + Math.floor(second * INTERVAL_STEPS),
      threshold: -Math.log(first + HALF_STEP),
    };
  }
}

/**
 * The rate of added ends, as a share of the human rate in all pieces.
 *
 * @param age in steps.
 * @param factor the factor of the piece: see `end-factor.ts`. Undefined: none.
 */
function addedShare(age: number, factor: number | undefined): number {
  const isEarly = age < ADDED_ENDS.lateFromStep;
  if (factor === undefined) return isEarly ? ADDED_ENDS.early : ADDED_ENDS.late;
  const { early, lateOfModel, minLate } = ADDED_ENDS_WITH_FACTOR;
  return isEarly ? early * factor : Math.max(minLate, factor - lateOfModel);
}
