import { type EventKind, PerformanceState, type Vocabulary } from "../../encoding/index.ts";
import type { ClassBias, EndIds, LogitAdjustment } from "../engine/index.ts";
import { longestMatch } from "./longest-match.ts";
import { FAR, lengthClass, LENGTHS, type Line, THEME_WEIGHTS, type ThemeFeature } from "./theme-weights.ts";

/** A note begins a new chord if it comes this long, in steps of 10 ms, after the first note of the chord before. */
const CHORD_STEPS = 8;
/** Notes kept: after twice as many, the older half is discarded. */
const CAPACITY = 4096;
const VELOCITIES = ["velocity", "velocityBeside"] as const;
const SHIFTS = ["shift", "shiftBeside"] as const;

/** A value of the next event that the memory makes likelier, and why. */
export interface ThemePrediction {
  readonly kind: EventKind;
  readonly value: number;
  readonly feature: ThemeFeature;
  /** The class of the length of the repeat: see `lengthClass`. */
  readonly length: number;
}

/** A note that followed. */
interface Note {
  readonly pitch: number;
  readonly velocityBin: number;
  /** Steps from the note before it. */
  readonly wait: number;
}

/** What followed at the earlier place. */
interface Continuation<T> {
  readonly next: T;
  readonly length: number;
}

/** The velocity of notes before the first VELOCITY event: a bin that no class has. */
const NO_VELOCITY = -9;

/**
 * Makes themes return. Where the last notes, or the last part of the upper voice, are those of an earlier place, some time ago, it makes
 * likelier what followed there: pitches, velocities and the time to the next note. People's music repeats itself more
 * exactly than the model expects, above all from beyond its window. A kind of continuous cache (Grave et al. 2017, "Improving
 * Neural Language Models with a Continuous Cache"), which compares notes instead of states of the model. Its memory is constant.
 */
export class ThemeMemory {
  #pitches: number[] = [];
  #steps: number[] = [];
  #velocityBins: number[] = [];
  /** The index of the first note of each chord: notes that begin almost together. The last chord may still grow. */
  #chordStarts: number[] = [];
  /** The upper voice: the highest pitch of each chord that has ended. */
  #tops: number[] = [];
  #onsets = 0;
  #afterNotes: Continuation<Note> | undefined;
  #afterChords: Continuation<ReadonlySet<number>> | undefined;

  /** A copy, which changes by itself. */
  fork(): ThemeMemory {
    const copy = new ThemeMemory();
    copy.#pitches = this.#pitches.slice();
    copy.#steps = this.#steps.slice();
    copy.#velocityBins = this.#velocityBins.slice();
    copy.#chordStarts = this.#chordStarts.slice();
    copy.#tops = this.#tops.slice();
    copy.#onsets = this.#onsets;
    copy.#afterNotes = this.#afterNotes;
    copy.#afterChords = this.#afterChords;
    return copy;
  }

  /** Reads the last id of the state; call it after each one. */
  push({ step, onsets, newest, velocityBin = NO_VELOCITY }: PerformanceState): void {
    if (this.#isChordOpen && step - this.#steps[this.#chordStarts.at(-1)!]! >= CHORD_STEPS) this.#endChord();
    if (onsets > this.#onsets && newest) this.#noteOn(newest.pitch, step, velocityBin);
    this.#onsets = onsets;
  }

  /** Reads a passage by itself: its times need not continue those before. */
  read(ids: Iterable<number>, vocabulary: Vocabulary): void {
    const onsets = this.#onsets;
    const state = new PerformanceState(vocabulary);
    if (this.#isChordOpen) this.#endChord();
    this.#onsets = 0;
    for (const id of ids) {
      state.push(id);
      this.push(state);
    }
    if (this.#isChordOpen) this.#endChord();
    this.#onsets = onsets;
  }

  /** What recurs next; values may be outside the vocabulary. @param step the present time. */
  *predictions(step: number): Generator<ThemePrediction> {
    if (this.#afterNotes) {
      const { next, length } = this.#afterNotes;
      yield { kind: "NOTE_ON", value: next.pitch, feature: "key", length };
      yield* around("TIME_SHIFT", next.wait - (step - this.#steps.at(-1)!), SHIFTS, length);
      yield* around("VELOCITY", next.velocityBin, VELOCITIES, length);
    }
    if (this.#afterChords) {
      const { next, length } = this.#afterChords;
      const begun = this.#isChordOpen ? this.#chord(this.#tops.length) : undefined;
      for (const value of next)
        if (!begun?.has(value)) yield { kind: "NOTE_ON", value, feature: "chord", length };
    }
  }

  /**
   * The ids after which the predictions may differ. While there are none, the first note changes nothing, unless it continues what
   * occurred before; the second ends the run.
   */
  changingIds(vocabulary: Vocabulary): EndIds[] {
    const [notes, shifts] = [vocabulary.range("NOTE_ON"), vocabulary.range("TIME_SHIFT")];
    const top = this.#isChordOpen ? [this.#top] : [];
    const nextTops = repeating("chords", this.#tops);
    const ends: EndIds[] = [];
    if (shifts && (this.#afterNotes || top.some((each) => this.#afterChords || nextTops.has(each))))
      ends.push({ ...shifts, share: 1 });
    if (!notes) return ends;
    if (this.#afterNotes || this.#afterChords) return [...ends, { ...notes, share: 1 }];
    const pitches = [
      ...repeating("notes", this.#pitches),
      ...nextTops,
      ...repeating("chords", [...this.#tops, ...top]),
    ];
    for (const pitch of pitches)
      ends.push({ first: notes.first + pitch - notes.minimum, count: 1, share: 1 });
    return [...ends, { ...notes, share: 0.5 }];
  }

  /** The predictions as biases, for the option `themes` at 1. */
  adjustment({ step, vocabulary }: PerformanceState): LogitAdjustment {
    const ofKinds = new Map<EventKind, ClassBias & { readonly biases: Map<number, number> }>();
    for (const { kind, value, feature, length } of this.predictions(step)) {
      const range = vocabulary.range(kind);
      if (!range) continue;
      const { first, count, minimum } = range;
      const ofKind = ofKinds.get(kind) ?? { first, count, biases: new Map<number, number>() };
      ofKinds.set(kind, ofKind);
      const index = value - minimum;
      ofKind.biases.set(index, (ofKind.biases.get(index) ?? 0) + THEME_WEIGHTS[feature][length]!);
    }
    return { classBiases: [...ofKinds.values()] };
  }

  get #isChordOpen(): boolean {
    return this.#chordStarts.length > this.#tops.length;
  }

  /** The highest pitch of the present chord. */
  get #top(): number {
    return Math.max(...this.#chord(this.#tops.length));
  }

  #noteOn(pitch: number, step: number, velocityBin: number): void {
    if (this.#pitches.length === 2 * CAPACITY) this.#discard(CAPACITY);
    if (!this.#isChordOpen) this.#chordStarts.push(this.#pitches.length);
    this.#pitches.push(pitch);
    this.#steps.push(step);
    this.#velocityBins.push(velocityBin);
    this.#afterNotes = continuation("notes", this.#pitches, (index) => ({
      pitch: this.#pitches[index]!,
      velocityBin: this.#velocityBins[index]!,
      wait: this.#steps[index]! - this.#steps[index - 1]!,
    }));
  }

  #endChord(): void {
    this.#tops.push(this.#top);
    this.#afterChords = continuation("chords", this.#tops, (index) => this.#chord(index));
  }

  /** The pitches of a chord. */
  #chord(index: number): ReadonlySet<number> {
    return new Set(this.#pitches.slice(this.#chordStarts[index], this.#chordStarts[index + 1]));
  }

  /** Forgets the oldest notes, and the chords that begin with them. */
  #discard(notes: number): void {
    this.#pitches.splice(0, notes);
    this.#steps.splice(0, notes);
    this.#velocityBins.splice(0, notes);
    const chords = this.#chordStarts.findIndex((start) => start >= notes);
    this.#tops.splice(0, chords === -1 ? this.#tops.length : chords);
    this.#chordStarts = chords === -1 ? [] : this.#chordStarts.slice(chords).map((start) => start - notes);
  }
}

/** What followed the earlier place that is most like the end of a line. */
function continuation<T>(
  line: Line,
  values: readonly number[],
  at: (index: number) => T,
): Continuation<T> | undefined {
  const [shortest, longest] = [LENGTHS[line][0], LENGTHS[line].at(-1)!];
  const match = longestMatch(values, { shortest, longest, ago: FAR[line] });
  return match && { next: at(match.next), length: lengthClass(line, match.length) };
}

/** The next values of a line with which its end would be like an earlier place. */
function repeating(line: Line, values: readonly number[]): Set<number> {
  const count = LENGTHS[line][0] - 1;
  const last = values.slice(-count);
  return new Set(
    values
      .slice(0, Math.max(0, values.length - FAR[line] + 1))
      .filter((_, i) => i >= count && last.every((value, k) => value === values[i - count + k])),
  );
}

/** A value, and those beside it. @param features by the difference from the value. */
function* around(
  kind: EventKind,
  value: number,
  features: readonly ThemeFeature[],
  length: number,
): Generator<ThemePrediction> {
  for (const [difference, feature] of features.entries())
    for (const each of new Set([value - difference, value + difference]))
      yield { kind, value: each, feature, length };
}
