/** Generates the accompaniment in a sequence of the format of `encoding/tasks/accompany.ts`. */
import {
  cutSegments,
  finishedNotes,
  type Note,
  type NoteState,
  PerformanceGrammar,
  type PerformanceNote,
  PerformanceState,
  quantize,
  SEGMENT_STEPS,
  shiftIds,
  taskId,
  type Vocabulary,
} from "../../encoding/index.ts";
import { type ForcedToken, forcedTokens } from "./forced-tokens.ts";
import type { LogitAdjustment } from "../engine/index.ts";
import type { GenerationTask } from "./generation-task.ts";
import { MAX_POLYPHONY } from "./limits.ts";
import { NoteLengthLimits } from "./note-lengths.ts";
import { ThemeMemory } from "./theme-memory.ts";
import { blockKeys, clampShift, forbid } from "./token-mask.ts";

/** A melody to accompany, from its first note on. */
export interface MelodyPrompt {
  /** The melody as performance ids. */
  readonly ids: readonly number[];
  /** The notes that `ids` encode, in the same order. */
  readonly notes: readonly Note[];
  /** Its length. */
  readonly seconds: number;
}

/** A note of the melody, in steps. */
interface MelodyNote {
  readonly pitch: number;
  readonly velocityBin: number;
  readonly start: number;
  readonly end: number;
}

/** A note-off of the melody. */
interface MelodyRelease {
  readonly pitch: number;
  readonly step: number;
}

/**
 * Generates an accompaniment. Control tokens and the melody are forced in their places, and each segment has its exact length. Keys on which
 * the melody sounds are blocked; a note of the accompaniment on a key ends before a note of the melody begins there. In a step with melody
 * notes, the order is: the model's note-offs, the melody, the model's note-ons. One more segment follows the end of the melody: notes may
 * end in it and none begins.
 */
export class AccompanimentTask implements GenerationTask {
  /** START, the first two segments of the melody and the control tokens. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  /** The piano part: melody and accompaniment. */
  readonly #state: PerformanceState;
  readonly #grammar: PerformanceGrammar;
  readonly #limits: NoteLengthLimits;
  readonly #themes = new ThemeMemory();
  readonly #notes: NoteState[] = [];
  readonly #segments: readonly (readonly number[])[];
  readonly #melody: readonly MelodyNote[];
  /** Onsets and note-offs of the melody that are still to come, in order of time. */
  readonly #nextOnsets: MelodyNote[];
  readonly #nextReleases: MelodyRelease[];
  /** The tokens that must come next: before a segment, its context; within it, the melody. */
  readonly #forced: ForcedToken[] = [];
  /** Indices of the note-ons that belong to the melody. */
  readonly #melodyOnsets = new Set<number>();
  #events = 0;

  /**
   * @param melodyIds the melody as performance ids.
   * @param melodyNotes the notes that `melodyIds` encode, in the same order.
   * @param seed seed of the limits on note durations in the accompaniment.
   */
  constructor(
    vocabulary: Vocabulary,
    melodyIds: Iterable<number>,
    melodyNotes: readonly Note[],
    seed: number,
  ) {
    this.#vocabulary = vocabulary;
    this.#state = new PerformanceState(vocabulary);
    this.#limits = new NoteLengthLimits(this.#state, { seed, promptLength: 0 });
    this.#grammar = new PerformanceGrammar(this.#state, {
      longestNoteSteps: this.#limits,
      mostKeys: MAX_POLYPHONY,
      mayEnd: false,
    });
    this.#segments = [...cutSegments(melodyIds, vocabulary), shiftIds(vocabulary, SEGMENT_STEPS)];
    this.#melody = melodyNotes.map(({ pitch, velocity, startSeconds, endSeconds }) => {
      const velocityBin = vocabulary.velocityBin(velocity);
      const start = quantize(startSeconds);
      return { pitch, velocityBin, start, end: Math.max(start + 1, quantize(endSeconds)) };
    });
    this.#nextOnsets = this.#melody.toSorted((a, b) => a.start - b.start);
    this.#nextReleases = this.#melody
      .map(({ pitch, end }) => ({ pitch, step: end }))
      .sort((a, b) => a.step - b.step);
    this.prompt = [vocabulary.id("START"), ...this.#melodySegment(0), ...this.#segmentPrefix()];
    this.#forced.push(...forcedTokens(this.prompt, "context"));
  }

  get events(): number {
    return this.#events;
  }

  get step(): number {
    return this.#state.step;
  }

  get isFinished(): boolean {
    const isSilent = this.#isTail && this.#state.soundingCount === 0;
    return this.#segment === this.#segments.length || isSilent;
  }

  /** Returns the notes of the accompaniment. */
  finish(): PerformanceNote[] {
    return finishedNotes(this.#notes, this.step).filter(({ onset }) => !this.#melodyOnsets.has(onset));
  }

  push(id: number): void {
    const forced = this.#forced.shift();
    if (forced?.part === "context") return;
    if (forced === undefined) this.#events += 1;
    const { step } = this.#state;
    const note = this.#state.push(id);
    this.#limits.push();
    this.#themes.push(this.#state);
    if (note && note.endStep === undefined) {
      this.#notes.push(note);
      if (forced !== undefined) {
        this.#melodyOnsets.add(note.onset);
        this.#limits.removeLimit(note.pitch);
      }
    }
    if (this.#state.step > step) this.#arrive();
  }

  adjustment(): LogitAdjustment {
    return this.#themes.adjustment(this.#state);
  }

  forced(): number | undefined {
    return this.#forced[0]?.id;
  }

  mask(allowed: Uint8Array): void {
    this.#grammar.mask(allowed);
    const mayEnd = this.#noteOffs(this.#ownNotes()).filter((id) => allowed[id] === 1);
    forbid(allowed, this.#vocabulary, "NOTE_OFF");
    for (const id of mayEnd) allowed[id] = 1;
    const { step } = this;
    const held = this.#melody.filter(({ start, end }) => start <= step && step < end);
    blockKeys(
      allowed,
      this.#vocabulary,
      held.map(({ pitch }) => pitch),
    );
    if (this.#isTail) {
      forbid(allowed, this.#vocabulary, "NOTE_ON");
      forbid(allowed, this.#vocabulary, "VELOCITY");
    }
    const may = this.#hasShifted ? 1 : 0;
    for (const id of this.#nextOfMelody()) allowed[id] = may;
  }

  /**
   * Snaps a sampled id to the melody: clamps a shift at the end of the segment and at the next melody event; replaces a note-on at a
   * melody onset by the melody; and replaces the next melody event, when sampled too early after a shift, by a shift to it.
   */
  snapId(id: number): number {
    if (this.#forced.length > 0) return id;
    const { step } = this;
    const [onset, release] = [
      this.#nextOnsets[0]?.start ?? Infinity,
      this.#nextReleases[0]?.step ?? Infinity,
    ];
    if (onset === step && !this.#noteOffs(this.#ownNotes()).includes(id)) {
      this.#forced.push(...forcedTokens(this.#melodyNoteOns(), "music"));
      return this.#forced[0]?.id ?? id;
    }
    const left = Math.min(SEGMENT_STEPS - (step % SEGMENT_STEPS), onset - step, release - step);
    if (this.#hasShifted && this.#nextOfMelody().includes(id))
      return shiftIds(this.#vocabulary, left)[0] ?? id;
    return clampShift(id, this.#vocabulary, left);
  }

  /**
   * The ids that are the next event of the melody. The model often predicts one a few steps early, after a shift that is too short.
   * Such predictions must not become notes of the accompaniment, or the music becomes too dense.
   */
  #nextOfMelody(): number[] {
    const sounding = this.#state.soundingNotes().filter(({ onset }) => this.#melodyOnsets.has(onset));
    const start = this.#nextOnsets[0]?.start;
    const end = this.#nextOnsets.findIndex((note) => note.start !== start);
    const next = this.#nextOnsets.slice(0, end < 0 ? undefined : end);
    return [...this.#noteOffs(sounding), ...next.map(({ pitch }) => this.#vocabulary.id("NOTE_ON", pitch))];
  }

  /** The sounding notes of the accompaniment. */
  #ownNotes(): NoteState[] {
    return this.#state.soundingNotes().filter(({ onset }) => !this.#melodyOnsets.has(onset));
  }

  /** Whether time has passed since the last note-on or note-off. */
  get #hasShifted(): boolean {
    return this.#state.step > this.#state.noteStep;
  }

  get #segment(): number {
    return Math.floor(this.step / SEGMENT_STEPS);
  }

  get #isTail(): boolean {
    return this.#segment >= this.#segments.length - 1;
  }

  /** After a time shift: begins the next segment, and forces the note-offs of the melody that are due. */
  #arrive(): void {
    if (this.step % SEGMENT_STEPS === 0) {
      this.#state.cut();
      this.#forced.push(...forcedTokens(this.#segmentPrefix(), "context"));
    }
    const releases: MelodyRelease[] = [];
    while (this.#nextReleases[0]?.step === this.step) releases.push(this.#nextReleases.shift()!);
    this.#forced.push(...forcedTokens(this.#noteOffs(releases), "music"));
  }

  /** Note-ons of the melody in this step, after note-offs of generated notes on the same keys. */
  #melodyNoteOns(): number[] {
    const started: MelodyNote[] = [];
    const noteOns: number[] = [];
    let { velocityBin } = this.#state;
    for (let note = this.#nextOnsets[0]; note?.start === this.step; note = this.#nextOnsets[0]) {
      if (note.velocityBin !== velocityBin) noteOns.push(this.#vocabulary.id("VELOCITY", note.velocityBin));
      noteOns.push(this.#vocabulary.id("NOTE_ON", note.pitch));
      velocityBin = note.velocityBin;
      started.push(note);
      this.#nextOnsets.shift();
    }
    const own = new Set(this.#ownNotes().map(({ pitch }) => pitch));
    const releases = this.#noteOffs(started.filter(({ pitch }) => own.has(pitch)));
    return [...new Set(releases), ...noteOns];
  }

  /** Before a segment of the piano part: the melody of the next segment, and the control token ACCOMPANIMENT. */
  #segmentPrefix(): number[] {
    return [...this.#melodySegment(this.#segment + 1), taskId(this.#vocabulary, "ACCOMPANIMENT")];
  }

  #melodySegment(index: number): number[] {
    const segment = this.#segments[index];
    return segment ? [taskId(this.#vocabulary, "MELODY"), ...segment] : [];
  }

  #noteOffs(notes: readonly { readonly pitch: number }[]): number[] {
    return notes.map(({ pitch }) => this.#vocabulary.id("NOTE_OFF", pitch));
  }
}
