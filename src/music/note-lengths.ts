/**
 * Ends the notes that a model leaves sounding, as often as people end theirs. It happens at random moments, as when a pedal is lifted:
 * notes end together, at each moment those whose rate of ends, by register and age, is above the height of the moment.
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

/** Before this age only the model ends notes. */
const FIRST_AGE_STEPS = 100;

/**
 * Of people's ends, the share that the model does not cause itself, before and after 1.5 s. Chosen on the `dev` pieces
 * (docs/experiments/piano.md).
 */
export const MISSING_ENDS = { earlier: 0.3, later: 0.65, fromStep: 150 };
/**
 * The same in continuations, where notes end sooner or later by the piece: of people's ends in the piece before 1.5 s; after, the share of
 * ends in all pieces that the model causes itself. At least so many are added that no note sounds for minutes.
 */
export const MISSING_ENDS_BY_PIECE = { earlier: 0.15, ownLater: 0.4, least: 0.1 };

/** Ids between two updates of the limits, so that runs that sample in the graph can be this long. */
const LIMITS_PERIOD = 16;

/**
 * The shortest duration of a note, in steps: from 0 to `RANDOM_SHORTEST_STEPS`, at random for `LIMITS_PERIOD` ids, since models end young
 * notes too often. It is at least half the shortest duration of the last notes of the prompt, up to `SHORTEST_STEPS`.
 */
const RANDOM_SHORTEST_STEPS = 8;
const SHORTEST_STEPS = 11;
/** It is from 0 to `SHORT_STEPS` if more than `MANY_SHORT` of the last notes of the prompt are shorter, and 0 if more than `MOST_SHORT` are. */
const SHORT_STEPS = 5;
const MANY_SHORT = 0.02;
const MOST_SHORT = 0.05;
/** With fewer notes, the shortest duration of the prompt does not count. */
const FEWEST_NOTES = 20;
/** The last part of the prompt, in steps. */
const LAST_STEPS = 2000;

/** One moment lies at random in each cell of this many steps. */
const CELL_STEPS = 25;
/** The most moments that a note sounds. */
const MOST_CELLS = 1000;

export interface NoteLengthOptions {
  /** Seed of the moments. */
  readonly seed: number;
  /** Number of ids before the generated ones: moments within them end no note. */
  readonly promptLength: number;
  /** Whether notes have a shortest duration. Default false: note-offs may be forced. */
  readonly hasShortest?: boolean;
  /** Whether notes end sooner or later by the piece: see `end-factor.ts`. Default false. */
  readonly variesByPiece?: boolean;
}

/**
 * The limits of a performance, for `PerformanceGrammar`: functions of the seed, the step of the onset and the pitch. In the ids since the
 * last update, a limit is that of a note which begins at the step of the update.
 */
export class NoteLengthLimits implements LengthLimits {
  readonly current: Float64Array;
  readonly next: Float64Array;
  shortest = 0;
  readonly #state: PerformanceState;
  readonly #options: NoteLengthOptions;
  /** The keys whose notes began since the last update, or before the end of the prompt. */
  readonly #begun = new Set<number>();
  #onsets: number;
  /** The step at the end of the prompt. */
  #from = 0;
  /** The notes of the prompt that have ended. */
  readonly #ended: NoteState[] = [];
  #factors: EndFactors | undefined;
  /** The least and the most of the shortest durations. */
  #leastShortest = 0;
  #mostShortest = RANDOM_SHORTEST_STEPS;

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
    for (const key of source.#begun) this.#begun.add(key);
    this.#from = source.#from;
    this.#ended.push(...source.#ended);
    this.#factors = source.#factors;
    this.#leastShortest = source.#leastShortest;
    this.#mostShortest = source.#mostShortest;
  }

  /**
   * After each id of the state.
   *
   * @param note that the id begins or ends.
   */
  push(note?: NoteState): void {
    const { onsets, newest, length } = this.#state;
    if (onsets > this.#onsets && newest) {
      const key = newest.pitch - this.#state.lowestPitch;
      this.current[key] = this.next[key]!;
      this.#begun.add(key);
    }
    this.#onsets = onsets;
    const { promptLength } = this.#options;
    if (length <= promptLength && note?.endStep !== undefined) this.#ended.push(note);
    if (length === promptLength) this.#beginContinuation();
    else if (length > promptLength && length % LIMITS_PERIOD === 0) this.#update();
  }

  /** Removes the limit of the newest note of a pitch: something else ends it. */
  release(pitch: number): void {
    const key = pitch - this.#state.lowestPitch;
    this.current[key] = Infinity;
    this.#begun.delete(key);
  }

  /** For how many ids `next` stays the same. */
  unchangedFor(): number {
    const { length } = this.#state;
    return LIMITS_PERIOD - (length % LIMITS_PERIOD);
  }

  #beginContinuation(): void {
    const { step } = this.#state;
    this.#from = step;
    const last = [...this.#ended.splice(0), ...this.#state.soundingNotes()].filter(
      ({ startStep }) => startStep >= step - LAST_STEPS,
    );
    if (this.#options.variesByPiece) {
      this.#factors = new EndFactors(this.#options.seed, last, step);
      this.#limitShortest(last.map(({ startStep, endStep = Infinity }) => endStep - startStep));
    }
    this.#update();
  }

  /** @param lengths of the last notes of the prompt, in steps. */
  #limitShortest(lengths: readonly number[]): void {
    if (lengths.length < FEWEST_NOTES) return;
    const short = lengths.filter((length) => length < SHORT_STEPS).length;
    if (short > MOST_SHORT * lengths.length) this.#mostShortest = 0;
    else if (short > MANY_SHORT * lengths.length) this.#mostShortest = SHORT_STEPS;
    else this.#leastShortest = Math.min(SHORTEST_STEPS, Math.floor(Math.min(...lengths) / 2));
  }

  #update(): void {
    const { onsetSteps, step, lowestPitch, length } = this.#state;
    for (const key of this.#begun)
      this.current[key] = this.#limit(onsetSteps[key]!, registerOf(lowestPitch + key));
    this.#begun.clear();
    const ofRegisters = Array.from({ length: REGISTERS }, (_, register) => this.#limit(step, register));
    for (let key = 0; key < this.next.length; key += 1)
      this.next[key] = ofRegisters[registerOf(lowestPitch + key)]!;
    if (!this.#options.hasShortest) return;
    const [number] = randomNumbers(this.#options.seed, "shortestNotes", Math.floor(length / LIMITS_PERIOD));
    this.shortest = Math.max(this.#leastShortest, Math.floor(number * (this.#mostShortest + 1)));
  }

  /** The age, in steps, at the first moment that ends a note. */
  #limit(onset: number, register: number): number {
    const from = Math.max(onset + FIRST_AGE_STEPS, this.#from);
    const first = Math.floor(from / CELL_STEPS);
    for (let cell = first; cell < first + MOST_CELLS; cell += 1) {
      const moment = this.#moment(cell);
      const age = moment.step - onset;
      const share = missingEnds(age, this.#factors?.at(moment.step));
      const ends = share * endRate(register, age) * (CELL_STEPS / STEPS_PER_SECOND);
      if (moment.step >= from && moment.height < ends) return age;
    }
    return from + MOST_CELLS * CELL_STEPS - onset;
  }

  /** The moment of a cell. It ends the notes whose expected number of ends in a cell is above its height. */
  #moment(cell: number): { readonly step: number; readonly height: number } {
    const [height, place] = randomNumbers(this.#options.seed, "noteEnds", cell);
    return {
      step: cell * CELL_STEPS + Math.floor(place * CELL_STEPS),
      height: -Math.log(height + HALF_STEP),
    };
  }
}

/**
 * The ends to add, as a multiple of people's in all pieces.
 *
 * @param factor by how much sooner notes of the piece end: see `end-factor.ts`. Undefined: as in all pieces.
 */
function missingEnds(age: number, factor: number | undefined): number {
  const isEarly = age < MISSING_ENDS.fromStep;
  if (factor === undefined) return isEarly ? MISSING_ENDS.earlier : MISSING_ENDS.later;
  return isEarly
    ? MISSING_ENDS_BY_PIECE.earlier * factor
    : Math.max(MISSING_ENDS_BY_PIECE.least, factor - MISSING_ENDS_BY_PIECE.ownLater);
}
