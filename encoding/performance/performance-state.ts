/**
 * The state of a performance after a sequence of ids, with the semantics of note-seq (`performance_lib.py`): a note-off ends the
 * oldest sounding note of its pitch, and is ignored if there is none.
 */
import { longestShiftOf, type PreviousKind, previousKindOf } from "./grammar-rules.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The velocity of notes before the first VELOCITY event. */
const DEFAULT_VELOCITY = 100;

/** A note after the ids so far. */
export interface NoteState {
  readonly pitch: number;
  /** 1–127. */
  readonly velocity: number;
  readonly startStep: number;
  /** Undefined while the note sounds. */
  readonly endStep: number | undefined;
  /** Number of note-ons before it in the sequence. */
  readonly onset: number;
}

type OpenNote = { -readonly [Key in keyof NoteState]: NoteState[Key] };

/** The values that `undo` restores, other than notes. */
export interface StateMark {
  readonly length: number;
  readonly step: number;
  readonly noteStep: number;
  readonly onsets: number;
  readonly newest: NoteState | undefined;
  readonly previous: PreviousKind;
  readonly velocityBin: number | undefined;
}

/**
 * Time, sounding notes, velocity and previous event of a performance, updated once per id. It stores the sounding notes only, so that
 * sequences can be endless. START and END begin a new piece: all notes end. PAD and control tokens change the length only.
 */
export class PerformanceState {
  readonly vocabulary: Vocabulary;
  readonly #longestShift: number;
  readonly #lowestPitch: number;
  readonly #soundingByKey: Uint32Array;
  readonly #onsetSteps: Float64Array;
  /** The sounding notes by pitch, oldest first. */
  readonly #open: (OpenNote[] | undefined)[] = [];
  #soundingCount = 0;
  #length = 0;
  #step = 0;
  #noteStep = 0;
  #onsets = 0;
  #newest: NoteState | undefined;
  #previous: PreviousKind = "START";
  #velocityBin: number | undefined;

  /** @param ids the first ids. */
  constructor(vocabulary: Vocabulary, ids: Iterable<number> = []) {
    this.vocabulary = vocabulary;
    this.#longestShift = longestShiftOf(vocabulary);
    const { minimum, count } = vocabulary.range("NOTE_ON") ?? { minimum: 0, count: 0 };
    this.#lowestPitch = minimum;
    this.#soundingByKey = new Uint32Array(count);
    this.#onsetSteps = new Float64Array(count);
    for (const id of ids) this.push(id);
  }

  /** An independent copy. */
  fork(): PerformanceState {
    const copy = new PerformanceState(this.vocabulary);
    copy.#soundingByKey.set(this.#soundingByKey);
    copy.#onsetSteps.set(this.#onsetSteps);
    for (const [pitch, notes] of this.#open.entries())
      copy.#open[pitch] = notes?.map((note) => ({ ...note }));
    copy.#soundingCount = this.#soundingCount;
    copy.#length = this.#length;
    copy.#step = this.#step;
    copy.#noteStep = this.#noteStep;
    copy.#onsets = this.#onsets;
    copy.#newest = this.#newest;
    copy.#previous = this.#previous;
    copy.#velocityBin = this.#velocityBin;
    return copy;
  }

  /** Number of ids so far. */
  get length(): number {
    return this.#length;
  }

  /** The time, in steps of 10 ms. */
  get step(): number {
    return this.#step;
  }

  /** The time of the last note-on or note-off. */
  get noteStep(): number {
    return this.#noteStep;
  }

  /** Number of note-ons so far. */
  get onsets(): number {
    return this.#onsets;
  }

  /** The note of the last note-on. */
  get newest(): NoteState | undefined {
    return this.#newest;
  }

  /** The kind of the previous event, PAD and control tokens excluded. */
  get previous(): PreviousKind {
    return this.#previous;
  }

  /** Whether the previous event is a note-on or note-off. */
  get isAfterNote(): boolean {
    return this.#previous === "NOTE_ON" || this.#previous === "NOTE_OFF";
  }

  /** The bin of the last VELOCITY event of the piece. */
  get velocityBin(): number | undefined {
    return this.#velocityBin;
  }

  /** Number of sounding notes. */
  get soundingCount(): number {
    return this.#soundingCount;
  }

  /** The pitch of key 0. */
  get lowestPitch(): number {
    return this.#lowestPitch;
  }

  /** Number of sounding notes by key; key 0 is the lowest pitch of the vocabulary. */
  get soundingByKey(): ArrayLike<number> {
    return this.#soundingByKey;
  }

  /** The step of the last note-on of each key. */
  get onsetSteps(): ArrayLike<number> {
    return this.#onsetSteps;
  }

  /** The sounding notes, in order of onset. */
  soundingNotes(): NoteState[] {
    return this.#open.flatMap((notes) => notes ?? []).sort((a, b) => a.onset - b.onset);
  }

  /**
   * Adds the next id.
   *
   * @returns the note that it begins or ends: `endStep` is undefined if it begins.
   * @throws VocabularyError for an id outside the vocabulary.
   */
  push(id: number): NoteState | undefined {
    const event = this.vocabulary.event(id);
    const { kind, value } = event;
    this.#length += 1;
    this.#previous = previousKindOf(event, this.#longestShift) ?? this.#previous;
    if (kind === "TIME_SHIFT") this.#step += value;
    else if (kind === "NOTE_ON") return this.#begin(value);
    else if (kind === "NOTE_OFF") return this.#end(value);
    else if (kind === "VELOCITY") this.#velocityBin = value;
    else if (kind === "START" || kind === "END") this.#endPiece();
    return undefined;
  }

  /** Marks the end of a segment (`accompany.ts`) or part (`infill.ts`): a time shift may be continued after it. */
  cut(): void {
    if (this.#previous === "SHIFT") this.#previous = "LONGEST_SHIFT";
  }

  /** The values to restore, for `undo`. */
  mark(): StateMark {
    return {
      length: this.#length,
      step: this.#step,
      noteStep: this.#noteStep,
      onsets: this.#onsets,
      newest: this.#newest,
      previous: this.#previous,
      velocityBin: this.#velocityBin,
    };
  }

  /**
   * Removes the last id, which must not be START or END.
   *
   * @param before the result of `mark()` before the id.
   * @param note the result of `push` for the id.
   */
  undo(before: StateMark, note: NoteState | undefined): void {
    const notes = note && this.#open[note.pitch];
    if (note && notes) {
      if (before.onsets < this.#onsets) notes.pop();
      else notes.unshift(Object.assign(note, { endStep: undefined }));
      this.#count(note.pitch, before.onsets < this.#onsets ? -1 : 1);
      this.#onsetSteps[note.pitch - this.#lowestPitch] = notes.at(-1)?.startStep ?? 0;
    }
    this.#length = before.length;
    this.#step = before.step;
    this.#noteStep = before.noteStep;
    this.#onsets = before.onsets;
    this.#newest = before.newest;
    this.#previous = before.previous;
    this.#velocityBin = before.velocityBin;
  }

  #begin(pitch: number): NoteState {
    const bin = this.#velocityBin;
    const note: OpenNote = {
      pitch,
      velocity: bin === undefined ? DEFAULT_VELOCITY : this.vocabulary.velocityOfBin(bin),
      startStep: this.#step,
      endStep: undefined,
      onset: this.#onsets,
    };
    const notes = this.#open[pitch];
    if (notes) notes.push(note);
    else this.#open[pitch] = [note];
    this.#count(pitch, 1);
    this.#onsetSteps[pitch - this.#lowestPitch] = this.#step;
    this.#onsets += 1;
    this.#noteStep = this.#step;
    this.#newest = note;
    return note;
  }

  #end(pitch: number): NoteState | undefined {
    this.#noteStep = this.#step;
    const note = this.#open[pitch]?.shift();
    if (!note) return undefined;
    note.endStep = this.#step;
    this.#count(pitch, -1);
    return note;
  }

  #endPiece(): void {
    for (const notes of this.#open) for (const note of notes ?? []) note.endStep = this.#step;
    this.#open.length = 0;
    this.#soundingByKey.fill(0);
    this.#soundingCount = 0;
    this.#velocityBin = undefined;
  }

  #count(pitch: number, change: 1 | -1): void {
    const key = pitch - this.#lowestPitch;
    this.#soundingByKey[key] = this.#soundingByKey[key]! + change;
    this.#soundingCount += change;
  }
}
