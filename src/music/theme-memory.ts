import { type EventKind, PerformanceState, type Vocabulary } from "../../encoding/index.ts";
import type { ClassBias, EndIds, IdBias, LogitAdjustment } from "../engine/index.ts";
import { longestMatch } from "./longest-match.ts";
import { MIN_RECENT_LAG, RECALL, recallAt } from "./recall.ts";
import {
  LENGTH_BINS,
  lengthBin,
  MIN_DISTANT_LAG,
  THEME_WEIGHTS,
  type ThemeFeature,
  type Viewpoint,
} from "./theme-weights.ts";

/** The shortest time, in steps of 10 ms, from the first note of a chord to the first note of the next one. */
const CHORD_STEPS = 8;
/** The number of notes kept: at twice as many, the older half is discarded. */
const CAPACITY = 4096;
/** Penalty, in nats, on pitches a semitone from the current chord while a repeat is predicted: predicted notes need not fit this chord. */
const SEMITONE_PENALTY = 2;
const PITCHES_BY_CLASS = Array.from({ length: 12 }, (_, pitchClass) =>
  [...Array(128).keys()].filter((pitch) => pitch % 12 === pitchClass),
);
const VELOCITIES = ["velocity", "adjacentVelocity"] as const;
const SHIFTS = ["shift", "adjacentShift"] as const;

interface Repeat {
  /** The bin of the match length: see `lengthBin`. */
  readonly bin: number;
  /** Whether the settings `RECALL` apply to it. */
  readonly isRecall: boolean;
}

/** A value of the next event that the memory makes likelier, with the reason. */
export interface ThemePrediction extends Repeat {
  readonly kind: EventKind;
  readonly value: number;
  readonly feature: ThemeFeature;
}

/** The note after the earlier occurrence. */
interface PredictedNote extends Repeat {
  /** Its index. */
  readonly next: number;
  /** The predicted onset, in steps. */
  readonly onsetStep: number;
  /** The number of consecutive newest notes that are not in the tracked occurrence. */
  readonly inserted: number;
}

/** The chord after the earlier occurrence. */
interface PredictedChord extends Repeat {
  readonly pitches: ReadonlySet<number>;
}

/** The velocity bin of notes before the first VELOCITY event: outside the vocabulary. */
const NO_VELOCITY = -9;

/**
 * Raises the probability that themes recur. It finds earlier occurrences of the last notes and of the last part of the upper voice, and
 * adds biases to the logits of the events after them: pitches, velocities and time shifts. Human music repeats itself more exactly than
 * the model predicts, above all from beyond its window. A kind of continuous cache (Grave et al. 2017, "Improving Neural Language Models
 * with a Continuous Cache") that compares notes instead of hidden states. Its memory use is constant.
 */
export class ThemeMemory {
  readonly #seed: number | undefined;
  readonly #strength: number;
  #pitches: number[] = [];
  #steps: number[] = [];
  #velocityBins: number[] = [];
  /** The index of the first note of each chord. A chord is a group of almost simultaneous notes; the last one may be incomplete. */
  #chordStarts: number[] = [];
  /** The upper voice: the highest pitch of each chord that has ended. */
  #skyline: number[] = [];
  #onsets = 0;
  #predictedNote: PredictedNote | undefined;
  #predictedChord: PredictedChord | undefined;

  /**
   * @param seed the seed of the recall passages; without it there are none.
   * @param strength the option `themes`. It multiplies the time biases here, and the class biases in the sampler.
   */
  constructor(seed?: number, strength = 1) {
    this.#seed = seed;
    this.#strength = strength;
  }

  /** An independent copy. */
  fork(): ThemeMemory {
    const copy = new ThemeMemory(this.#seed, this.#strength);
    copy.#pitches = this.#pitches.slice();
    copy.#steps = this.#steps.slice();
    copy.#velocityBins = this.#velocityBins.slice();
    copy.#chordStarts = this.#chordStarts.slice();
    copy.#skyline = this.#skyline.slice();
    copy.#onsets = this.#onsets;
    copy.#predictedNote = this.#predictedNote;
    copy.#predictedChord = this.#predictedChord;
    return copy;
  }

  /** Adds the last id of the state. Call it after each id. */
  push({ step, onsets, newest, velocityBin = NO_VELOCITY }: PerformanceState): void {
    if (this.#isChordOpen && step - this.#steps[this.#chordStarts.at(-1)!]! >= CHORD_STEPS) this.#endChord();
    if (onsets > this.#onsets && newest) this.#noteOn(newest.pitch, step, velocityBin);
    this.#onsets = onsets;
  }

  /** Adds a separate passage: its times are independent of the music before. */
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

  /** Predicted values of the next event; some may be outside the vocabulary. @param step the current time. */
  *predictions(step: number): Generator<ThemePrediction> {
    if (this.#predictedNote) {
      const { next, onsetStep, bin, isRecall } = this.#predictedNote;
      const repeat = { bin, isRecall };
      const isOnTime = !isRecall || onsetStep - step < RECALL.earlySteps;
      if (isOnTime) yield { kind: "NOTE_ON", value: this.#pitches[next]!, feature: "pitch", ...repeat };
      yield* withAdjacent("TIME_SHIFT", onsetStep - step, SHIFTS, repeat);
      yield* withAdjacent("VELOCITY", this.#velocityBins[next]!, VELOCITIES, repeat);
    }
    if (this.#predictedChord) {
      const { pitches, bin, isRecall } = this.#predictedChord;
      const repeat = { bin, isRecall: isRecall && this.#predictedNote?.isRecall !== true };
      const current = this.#isChordOpen ? this.#chord(this.#skyline.length) : undefined;
      for (const value of pitches)
        if (!current?.has(value)) yield { kind: "NOTE_ON", value, feature: "chord", ...repeat };
    }
  }

  /**
   * The ids after which the predictions may change, so that a run in the graph must end. Without predictions, a note changes nothing unless
   * its pitch completes a match; the second note ends the run.
   */
  changingIds(vocabulary: Vocabulary): EndIds[] {
    const [notes, shifts] = [vocabulary.range("NOTE_ON"), vocabulary.range("TIME_SHIFT")];
    const top = this.#isChordOpen ? [this.#top] : [];
    // The next two notes may begin a recall passage: use the settings with the most matches.
    const recalls = [0, 1, 2].map((more) => this.#recall(this.#onsets + more));
    const recall = recalls.includes("recent") ? "recent" : recalls.find((each) => each !== undefined);
    const nextTops = completions("chords", this.#skyline, recall);
    const ends: EndIds[] = [];
    if (shifts && (this.#predictedNote || top.some((each) => this.#predictedChord || nextTops.has(each))))
      ends.push({ ...shifts, share: 1 });
    if (!notes) return ends;
    if (this.#predictedNote || this.#predictedChord) return [...ends, { ...notes, share: 1 }];
    const pitches = [
      ...completions("notes", this.#pitches, recall),
      ...nextTops,
      ...completions("chords", [...this.#skyline, ...top], recall),
    ];
    for (const pitch of pitches)
      ends.push({ first: notes.first + pitch - notes.minimum, count: 1, share: 1 });
    return [...ends, { ...notes, share: 0.5 }];
  }

  /** Logit biases from the predictions, with penalties on ids that contradict them. Class biases are for the option `themes` at 1. */
  adjustment({ step, vocabulary }: PerformanceState): LogitAdjustment {
    const byKind = new Map<EventKind, ClassBias & { readonly biases: Map<number, number> }>();
    const add = (kind: EventKind, value: number, weight: number): void => {
      const range = vocabulary.range(kind);
      if (!range) return;
      const { first, count, minimum } = range;
      const classBias = byKind.get(kind) ?? { first, count, biases: new Map<number, number>() };
      byKind.set(kind, classBias);
      const index = value - minimum;
      classBias.biases.set(index, (classBias.biases.get(index) ?? 0) + weight);
    };
    for (const { kind, value, feature, bin, isRecall } of this.predictions(step))
      add(kind, value, (isRecall ? RECALL.strength : 1) * THEME_WEIGHTS[feature][bin]!);
    for (const pitch of this.#semitones()) add("NOTE_ON", pitch, -SEMITONE_PENALTY);
    return { classBiases: [...byKind.values()], biases: this.#timeBiases(step, vocabulary) };
  }

  /** While a repeat is predicted: the pitches whose pitch class is a semitone from one of the current chord. */
  #semitones(): number[] {
    if (!this.#isChordOpen || (!this.#predictedNote && !this.#predictedChord)) return [];
    const classes = new Set(
      [...this.#chord(this.#skyline.length)].flatMap((pitch) => [(pitch + 1) % 12, (pitch + 11) % 12]),
    );
    return [...classes].flatMap((pitchClass) => PITCHES_BY_CLASS[pitchClass]!);
  }

  /** Penalties on notes before the predicted onset of the tracked occurrence, and on time shifts at this onset. */
  #timeBiases(step: number, vocabulary: Vocabulary): IdBias[] {
    if (!this.#predictedNote?.isRecall) return [];
    const remaining = this.#predictedNote.onsetStep - step;
    const biases = (bias: number, ...kinds: EventKind[]): IdBias[] =>
      kinds.flatMap((kind) => {
        const { first = 0, count = 0 } = vocabulary.range(kind) ?? {};
        return [{ first, biases: new Float32Array(count).fill(-bias * this.#strength) }];
      });
    if (remaining >= RECALL.earlySteps) return biases(RECALL.notePenalty, "VELOCITY", "NOTE_ON");
    if (this.#predictedNote.inserted > 0) return [];
    return remaining <= 0 && remaining >= -RECALL.lateSteps ? biases(RECALL.shiftPenalty, "TIME_SHIFT") : [];
  }

  get #isChordOpen(): boolean {
    return this.#chordStarts.length > this.#skyline.length;
  }

  /** The highest pitch of the current chord. */
  get #top(): number {
    return Math.max(...this.#chord(this.#skyline.length));
  }

  #noteOn(pitch: number, step: number, velocityBin: number): void {
    if (this.#pitches.length === 2 * CAPACITY) this.#discard(CAPACITY);
    if (!this.#isChordOpen) this.#chordStarts.push(this.#pitches.length);
    this.#pitches.push(pitch);
    this.#steps.push(step);
    this.#velocityBins.push(velocityBin);
    this.#predictedNote = this.#track(pitch, step) ?? this.#predictFromMatch(step);
  }

  /** Continues the tracked occurrence with a new note; undefined where too many notes deviate from it, and outside recall passages. */
  #track(pitch: number, step: number): PredictedNote | undefined {
    if (!this.#predictedNote || !this.#recall(this.#onsets)) return undefined;
    const { next, inserted } = this.#predictedNote;
    const index = this.#pitches.indexOf(pitch, next);
    if (index >= 0 && index <= Math.min(next + RECALL.maxSkipped, this.#pitches.length - 3))
      return this.#predictNote(index + 1, RECALL.trackedBin, step);
    return inserted < RECALL.maxInserted ? { ...this.#predictedNote, inserted: inserted + 1 } : undefined;
  }

  #predictFromMatch(step: number): PredictedNote | undefined {
    const match = this.#match("notes", this.#pitches);
    return match && this.#predictNote(match.next, match.bin, step);
  }

  #predictNote(next: number, bin: number, step: number): PredictedNote {
    const interval = this.#steps[next]! - this.#steps[next - 1]!;
    const isRecall = this.#recall(this.#onsets) !== undefined;
    return { next, bin, isRecall, onsetStep: step + interval, inserted: 0 };
  }

  #endChord(): void {
    this.#skyline.push(this.#top);
    const match = this.#match("chords", this.#skyline);
    this.#predictedChord = match && {
      pitches: this.#chord(match.next),
      bin: match.bin,
      isRecall: this.#recall(this.#onsets) !== undefined,
    };
  }

  /** The longest match of the last values with an earlier occurrence. */
  #match(viewpoint: Viewpoint, values: readonly number[]): { next: number; bin: number } | undefined {
    const recall = this.#recall(this.#onsets);
    const match = longestMatch(values, {
      minLength: minLength(viewpoint, recall),
      maxLength: LENGTH_BINS[viewpoint].at(-1)!,
      minLag: minLag(viewpoint, recall),
    });
    return match && { next: match.next, bin: lengthBin(viewpoint, match.length) };
  }

  #recall(notes: number): Recall {
    return this.#seed === undefined ? undefined : recallAt(this.#seed, notes);
  }

  /** The pitches of a chord. */
  #chord(index: number): ReadonlySet<number> {
    return new Set(this.#pitches.slice(this.#chordStarts[index], this.#chordStarts[index + 1]));
  }

  /** Discards the oldest notes and the chords that begin among them. */
  #discard(notes: number): void {
    this.#pitches.splice(0, notes);
    this.#steps.splice(0, notes);
    this.#velocityBins.splice(0, notes);
    const next = (this.#predictedNote?.next ?? 0) - notes;
    this.#predictedNote = this.#predictedNote && next > 0 ? { ...this.#predictedNote, next } : undefined;
    const chords = this.#chordStarts.findIndex((start) => start >= notes);
    this.#skyline.splice(0, chords === -1 ? this.#skyline.length : chords);
    this.#chordStarts = chords === -1 ? [] : this.#chordStarts.slice(chords).map((start) => start - notes);
  }
}

type Recall = ReturnType<typeof recallAt>;

function minLength(viewpoint: Viewpoint, recall: Recall): number {
  return recall ? RECALL.minLength[viewpoint] : LENGTH_BINS[viewpoint][0];
}

function minLag(viewpoint: Viewpoint, recall: Recall): number {
  return recall === "recent" ? MIN_RECENT_LAG[viewpoint] : MIN_DISTANT_LAG[viewpoint];
}

/** The next values that would complete a match with an earlier occurrence. */
function completions(viewpoint: Viewpoint, values: readonly number[], recall: Recall): Set<number> {
  const count = minLength(viewpoint, recall) - 1;
  const last = values.slice(values.length - count);
  return new Set(
    values
      .slice(0, Math.max(0, values.length - minLag(viewpoint, recall) + 1))
      .filter((_, i) => i >= count && last.every((value, k) => value === values[i - count + k])),
  );
}

/** Predictions of a value and of those adjacent to it. @param features by the difference from the value. */
function* withAdjacent(
  kind: EventKind,
  value: number,
  features: readonly ThemeFeature[],
  repeat: Repeat,
): Generator<ThemePrediction> {
  for (const [difference, feature] of features.entries())
    for (const each of new Set([value - difference, value + difference]))
      yield { kind, value: each, feature, ...repeat };
}
