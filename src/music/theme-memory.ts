import { type EventKind, PerformanceState, type Vocabulary } from "../../encoding/index.ts";
import type { ClassBias, EndIds, IdBias, LogitAdjustment } from "../engine/index.ts";
import { longestMatch, type Match } from "./longest-match.ts";
import { NEAR, RECALL, recallAt } from "./recall.ts";
import { FAR, lengthClass, LENGTHS, type Line, THEME_WEIGHTS, type ThemeFeature } from "./theme-weights.ts";

/** A note begins a new chord if it comes this long, in steps of 10 ms, after the first note of the chord before. */
const CHORD_STEPS = 8;
/** Notes kept: after twice as many, the older half is discarded. */
const CAPACITY = 4096;
/** Nats by which a semitone in a chord is less likely while something is expected: notes that a repeat brings may not fit the others. */
const SEMITONE_PENALTY = 2;
const PITCHES = 128;
const VELOCITIES = ["velocity", "velocityBeside"] as const;
const SHIFTS = ["shift", "shiftBeside"] as const;

interface Repeat {
  /** The class of its length: see `lengthClass`. */
  readonly length: number;
  /** Whether it is of a passage in which themes return: see `recall.ts`. */
  readonly isFollowed: boolean;
}

/** A value of the next event that the memory makes likelier, and why. */
export interface ThemePrediction extends Repeat {
  readonly kind: EventKind;
  readonly value: number;
  readonly feature: ThemeFeature;
}

/** The note that followed at the earlier place, by its index, and the time that is due for it. */
interface NextNote extends Repeat {
  readonly next: number;
  readonly dueStep: number;
  /** Notes since the last one that the earlier place has, too. */
  readonly added: number;
}

/** The chord that followed. */
interface NextChord extends Repeat {
  readonly pitches: ReadonlySet<number>;
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
  readonly #seed: number | undefined;
  readonly #strength: number;
  #pitches: number[] = [];
  #steps: number[] = [];
  #velocityBins: number[] = [];
  /** The index of the first note of each chord: notes that begin almost together. The last chord may still grow. */
  #chordStarts: number[] = [];
  /** The upper voice: the highest pitch of each chord that has ended. */
  #tops: number[] = [];
  #onsets = 0;
  #afterNotes: NextNote | undefined;
  #afterChords: NextChord | undefined;

  /**
   * @param seed of the passages in which themes return; without it there are none.
   * @param strength the option `themes`, for the biases that it does not multiply itself.
   */
  constructor(seed?: number, strength = 1) {
    this.#seed = seed;
    this.#strength = strength;
  }

  /** A copy, which changes by itself. */
  fork(): ThemeMemory {
    const copy = new ThemeMemory(this.#seed, this.#strength);
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
      const { next, dueStep, length, isFollowed } = this.#afterNotes;
      const repeat = { length, isFollowed };
      const isDue = !isFollowed || dueStep - step < RECALL.earlySteps;
      if (isDue) yield { kind: "NOTE_ON", value: this.#pitches[next]!, feature: "key", ...repeat };
      yield* around("TIME_SHIFT", dueStep - step, SHIFTS, repeat);
      yield* around("VELOCITY", this.#velocityBins[next]!, VELOCITIES, repeat);
    }
    if (this.#afterChords) {
      const { pitches, length, isFollowed: isStrong } = this.#afterChords;
      const repeat = { length, isFollowed: isStrong && this.#afterNotes?.isFollowed !== true };
      const begun = this.#isChordOpen ? this.#chord(this.#tops.length) : undefined;
      for (const value of pitches)
        if (!begun?.has(value)) yield { kind: "NOTE_ON", value, feature: "chord", ...repeat };
    }
  }

  /**
   * The ids after which the predictions may differ. While there are none, the first note changes nothing, unless it continues what
   * occurred before; the second ends the run.
   */
  changingIds(vocabulary: Vocabulary): EndIds[] {
    const [notes, shifts] = [vocabulary.range("NOTE_ON"), vocabulary.range("TIME_SHIFT")];
    const top = this.#isChordOpen ? [this.#top] : [];
    const recalled = [0, 1, 2].map((more) => this.#recall(this.#onsets + more));
    const widest = recalled.includes("near") ? "near" : recalled.find((each) => each !== undefined);
    const nextTops = repeating("chords", this.#tops, widest);
    const ends: EndIds[] = [];
    if (shifts && (this.#afterNotes || top.some((each) => this.#afterChords || nextTops.has(each))))
      ends.push({ ...shifts, share: 1 });
    if (!notes) return ends;
    if (this.#afterNotes || this.#afterChords) return [...ends, { ...notes, share: 1 }];
    const pitches = [
      ...repeating("notes", this.#pitches, widest),
      ...nextTops,
      ...repeating("chords", [...this.#tops, ...top], widest),
    ];
    for (const pitch of pitches)
      ends.push({ first: notes.first + pitch - notes.minimum, count: 1, share: 1 });
    return [...ends, { ...notes, share: 0.5 }];
  }

  /** The predictions, and what does not fit them, as biases for the option `themes` at 1. */
  adjustment({ step, vocabulary }: PerformanceState): LogitAdjustment {
    const ofKinds = new Map<EventKind, ClassBias & { readonly biases: Map<number, number> }>();
    const add = (kind: EventKind, value: number, weight: number): void => {
      const range = vocabulary.range(kind);
      if (!range) return;
      const { first, count, minimum } = range;
      const ofKind = ofKinds.get(kind) ?? { first, count, biases: new Map<number, number>() };
      ofKinds.set(kind, ofKind);
      const index = value - minimum;
      ofKind.biases.set(index, (ofKind.biases.get(index) ?? 0) + weight);
    };
    for (const { kind, value, feature, length, isFollowed } of this.predictions(step))
      add(kind, value, (isFollowed ? RECALL.strength : 1) * THEME_WEIGHTS[feature][length]!);
    for (const pitch of this.#semitones()) add("NOTE_ON", pitch, -SEMITONE_PENALTY);
    return { classBiases: [...ofKinds.values()], biases: this.#timeBiases(step, vocabulary) };
  }

  /** While something is expected: the pitches that are a semitone, octaves aside, from one of the present chord. */
  #semitones(): number[] {
    if (!this.#isChordOpen || (!this.#afterNotes && !this.#afterChords)) return [];
    const classes = new Set(
      [...this.#chord(this.#tops.length)].flatMap((pitch) => [(pitch + 1) % 12, (pitch + 11) % 12]),
    );
    return Array.from({ length: PITCHES }, (_, pitch) => pitch).filter((pitch) => classes.has(pitch % 12));
  }

  /** Where a place is followed, notes come when they are due. */
  #timeBiases(step: number, vocabulary: Vocabulary): IdBias[] {
    if (!this.#afterNotes?.isFollowed) return [];
    const wait = this.#afterNotes.dueStep - step;
    const biases = (bias: number, ...kinds: EventKind[]): IdBias[] =>
      kinds.flatMap((kind) => {
        const { first = 0, count = 0 } = vocabulary.range(kind) ?? {};
        return [{ first, biases: new Float32Array(count).fill(-bias * this.#strength) }];
      });
    if (wait >= RECALL.earlySteps) return biases(RECALL.notePenalty, "VELOCITY", "NOTE_ON");
    if (this.#afterNotes.added > 0) return [];
    return wait <= 0 && wait >= -RECALL.lateSteps ? biases(RECALL.shiftPenalty, "TIME_SHIFT") : [];
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
    this.#afterNotes = this.#followed(pitch, step) ?? this.#found(step);
  }

  /** The next note of the place that is followed; undefined if the new note and those before it have left it. */
  #followed(pitch: number, step: number): NextNote | undefined {
    if (!this.#afterNotes || !this.#recall(this.#onsets)) return undefined;
    const { next, added } = this.#afterNotes;
    const place = this.#pitches.indexOf(pitch, next);
    if (place >= 0 && place <= Math.min(next + RECALL.mostSkipped, this.#pitches.length - 3))
      return this.#nextNote(place + 1, RECALL.followedLength, step);
    return added < RECALL.mostAdded ? { ...this.#afterNotes, added: added + 1 } : undefined;
  }

  #found(step: number): NextNote | undefined {
    const match = this.#match("notes", this.#pitches);
    return match && this.#nextNote(match.next, match.length, step);
  }

  #nextNote(next: number, length: number, step: number): NextNote {
    const wait = this.#steps[next]! - this.#steps[next - 1]!;
    const isFollowed = this.#recall(this.#onsets) !== undefined;
    return { next, length, isFollowed, dueStep: step + wait, added: 0 };
  }

  #endChord(): void {
    this.#tops.push(this.#top);
    const match = this.#match("chords", this.#tops);
    this.#afterChords = match && {
      pitches: this.#chord(match.next),
      length: match.length,
      isFollowed: this.#recall(this.#onsets) !== undefined,
    };
  }

  /** The earlier place that is most like the end of a line, with the class of the length. */
  #match(line: Line, values: readonly number[]): Match | undefined {
    const recall = this.#recall(this.#onsets);
    const [shortest, ago] = [shortestMatch(line, recall), leastAgo(line, recall)];
    const match = longestMatch(values, { shortest, longest: LENGTHS[line].at(-1)!, ago });
    return match && { next: match.next, length: lengthClass(line, match.length) };
  }

  #recall(notes: number): Recall {
    return this.#seed === undefined ? undefined : recallAt(this.#seed, notes);
  }

  /** The pitches of a chord. */
  #chord(index: number): ReadonlySet<number> {
    return new Set(this.#pitches.slice(this.#chordStarts[index], this.#chordStarts[index + 1]));
  }

  /** Discards the oldest notes, and the chords that begin with them. */
  #discard(notes: number): void {
    this.#pitches.splice(0, notes);
    this.#steps.splice(0, notes);
    this.#velocityBins.splice(0, notes);
    const next = (this.#afterNotes?.next ?? 0) - notes;
    this.#afterNotes = this.#afterNotes && next > 0 ? { ...this.#afterNotes, next } : undefined;
    const chords = this.#chordStarts.findIndex((start) => start >= notes);
    this.#tops.splice(0, chords === -1 ? this.#tops.length : chords);
    this.#chordStarts = chords === -1 ? [] : this.#chordStarts.slice(chords).map((start) => start - notes);
  }
}

type Recall = ReturnType<typeof recallAt>;

function shortestMatch(line: Line, recall: Recall): number {
  return recall ? RECALL.shortest[line] : LENGTHS[line][0];
}

function leastAgo(line: Line, recall: Recall): number {
  return recall === "near" ? NEAR[line] : FAR[line];
}

/** The next values of a line with which its end would be like an earlier place. */
function repeating(line: Line, values: readonly number[], recall: Recall): Set<number> {
  const count = shortestMatch(line, recall) - 1;
  const last = values.slice(values.length - count);
  return new Set(
    values
      .slice(0, Math.max(0, values.length - leastAgo(line, recall) + 1))
      .filter((_, i) => i >= count && last.every((value, k) => value === values[i - count + k])),
  );
}

/** A value, and those beside it. @param features by the difference from the value. */
function* around(
  kind: EventKind,
  value: number,
  features: readonly ThemeFeature[],
  repeat: Repeat,
): Generator<ThemePrediction> {
  for (const [difference, feature] of features.entries())
    for (const each of new Set([value - difference, value + difference]))
      yield { kind, value: each, feature, ...repeat };
}
