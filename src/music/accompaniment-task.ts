/** Generates the piano part in the sequence of `encoding/tasks/accompany.ts`. */
import {
  cutSegments,
  type Note,
  PerformanceDecoder,
  PerformanceGrammar,
  type PerformanceNote,
  quantize,
  SEGMENT_STEPS,
  shiftIds,
  STEPS_PER_SECOND,
  taskId,
  type Vocabulary,
} from "../../encoding/index.ts";
import { allowOnly, blockKeys, clampShift, forbid, ForcedTokens } from "./token-mask.ts";
import { LONGEST_NOTE_SECONDS } from "./limits.ts";
import type { GenerationTask } from "./generation-task.ts";

const LONGEST_NOTE_STEPS = LONGEST_NOTE_SECONDS * STEPS_PER_SECOND;

/** A note of the melody, in steps. */
interface MelodyNote {
  readonly pitch: number;
  readonly velocityId: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Lets the model generate the accompaniment only. Control tokens and the melody are forced in their places. Segments are filled
 * exactly. Keys that the melody holds are blocked; a key that the melody needs is released first. In a step with melody notes, the
 * order is: the model's note-offs, the melody, the model's note-ons. One more segment follows the end of the melody: notes may end in
 * it and none begins.
 */
export class AccompanimentTask implements GenerationTask {
  /** START, the first two segments of the melody and the control tokens. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #decoder: PerformanceDecoder;
  readonly #segments: readonly (readonly number[])[];
  readonly #melody: readonly MelodyNote[];
  /** Melody notes that have not begun, and note-offs of the melody that have not come: the next one first. */
  readonly #nextOnsets: MelodyNote[];
  readonly #nextReleases: { readonly pitch: number; readonly step: number }[];
  /** Forced tokens before a segment. */
  readonly #segmentTokens = new ForcedTokens();
  /** Forced tokens of the melody within a segment. */
  readonly #melodyTokens = new ForcedTokens();
  /** Indices of the note-ons that belong to the melody. */
  readonly #melodyOnsets = new Set<number>();
  /** Keys that melody notes of the sequence hold. */
  readonly #melodyKeys = new Set<number>();
  /** Keys that generated notes hold. */
  readonly #generatedKeys = new Set<number>();
  #velocityId = -1;
  /** Whether the last event, velocities aside, is a time shift. */
  #hasShifted = false;
  #events = 0;
  #segment = 0;
  #segmentStep = 0;

  /**
   * @param melodyIds the melody as performance ids.
   * @param melodyNotes the notes that `melodyIds` encode, in the same order.
   */
  constructor(vocabulary: Vocabulary, melodyIds: Iterable<number>, melodyNotes: readonly Note[]) {
    this.#vocabulary = vocabulary;
    this.#grammar = new PerformanceGrammar(vocabulary, {
      longestNoteSteps: LONGEST_NOTE_STEPS,
      mayEnd: false,
    });
    this.#decoder = new PerformanceDecoder(vocabulary);
    this.#segments = [...cutSegments(melodyIds, vocabulary), shiftIds(vocabulary, SEGMENT_STEPS)];
    this.#melody = melodyNotes.map(({ pitch, velocity, startSeconds, endSeconds }) => {
      const velocityId = vocabulary.id("VELOCITY", vocabulary.velocityBin(velocity));
      const start = quantize(startSeconds);
      return { pitch, velocityId, start, end: Math.max(start + 1, quantize(endSeconds)) };
    });
    this.#nextOnsets = this.#melody.toSorted((a, b) => a.start - b.start);
    // Longer notes end after the limit of generated notes.
    this.#nextReleases = this.#melody
      .map(({ pitch, start, end }) => ({ pitch, step: Math.min(end, start + LONGEST_NOTE_STEPS) }))
      .sort((a, b) => a.step - b.step);
    this.prompt = [vocabulary.id("START"), ...this.#melodySegment(0), ...this.#segmentPrefix()];
    this.#segmentTokens.set(this.prompt);
  }

  get events(): number {
    return this.#events;
  }

  get step(): number {
    return this.#segment * SEGMENT_STEPS + this.#segmentStep;
  }

  get isFinished(): boolean {
    const isSilent = this.#isTail && this.#grammar.soundingCount === 0;
    return this.#segment === this.#segments.length || isSilent;
  }

  /** Returns the notes of the accompaniment. Call it once. */
  finish(): PerformanceNote[] {
    return this.#decoder.finish(this.step).filter(({ onset }) => !this.#melodyOnsets.has(onset));
  }

  push(id: number): void {
    if (this.#segmentTokens.next !== undefined) {
      this.#segmentTokens.advance();
      return;
    }
    const isMelody = this.#melodyTokens.next !== undefined;
    if (isMelody) this.#melodyTokens.advance();
    else this.#events += 1;
    const { kind, value } = this.#vocabulary.event(id);
    if (kind === "NOTE_ON" && isMelody) {
      this.#melodyOnsets.add(this.#decoder.onsets);
      this.#melodyKeys.add(value);
    } else if (kind === "NOTE_ON") this.#generatedKeys.add(value);
    else if (kind === "NOTE_OFF") {
      this.#generatedKeys.delete(value);
      if (isMelody) this.#melodyKeys.delete(value);
    } else if (kind === "VELOCITY") this.#velocityId = id;
    this.#hasShifted = kind === "TIME_SHIFT" || (kind === "VELOCITY" && this.#hasShifted);
    this.#grammar.push(id);
    this.#decoder.push(id);
    if (kind === "TIME_SHIFT") this.#advance(value);
  }

  mask(allowed: Uint8Array): void {
    const forced = this.#segmentTokens.next ?? this.#melodyTokens.next;
    if (forced !== undefined) {
      allowOnly(allowed, forced);
      return;
    }
    this.#grammar.mask(allowed);
    const mayEnd = Array.from(this.#generatedKeys, (pitch) => this.#noteOff(pitch)).filter(
      (id) => allowed[id] === 1,
    );
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
    for (let id = 0; id < allowed.length; id += 1) if (this.#isNextOfMelody(id)) allowed[id] = may;
  }

  /**
   * Snaps a sampled id to the melody: clamps a shift at the end of the segment and at the next melody event; replaces a note-on at a
   * melody onset by the melody; and replaces the next melody event, when sampled too early after a shift, by a shift to it.
   */
  snapId(id: number): number {
    if (this.#segmentTokens.next !== undefined || this.#melodyTokens.next !== undefined) return id;
    const { step } = this;
    const [onset, release] = [
      this.#nextOnsets[0]?.start ?? Infinity,
      this.#nextReleases[0]?.step ?? Infinity,
    ];
    const { kind, value } = this.#vocabulary.event(id);
    const isOwnNoteOff = kind === "NOTE_OFF" && this.#generatedKeys.has(value);
    if (onset === step && !isOwnNoteOff) {
      this.#melodyTokens.set(this.#melodyNoteOns());
      return this.#melodyTokens.next ?? id;
    }
    const left = Math.min(SEGMENT_STEPS - this.#segmentStep, onset - step, release - step);
    if (this.#hasShifted && this.#isNextOfMelody(id)) return shiftIds(this.#vocabulary, left)[0] ?? id;
    return clampShift(id, this.#vocabulary, left);
  }

  /**
   * Whether an id is the next event of the melody. The model often predicts it a few steps early, after a shift that is too short.
   * Such predictions must not become notes of the accompaniment, or the music becomes too dense.
   */
  #isNextOfMelody(id: number): boolean {
    const { kind, value } = this.#vocabulary.event(id);
    if (kind === "NOTE_OFF") return this.#melodyKeys.has(value);
    if (kind !== "NOTE_ON") return false;
    const start = this.#nextOnsets[0]?.start;
    const end = this.#nextOnsets.findIndex((note) => note.start !== start);
    return this.#nextOnsets.slice(0, end < 0 ? undefined : end).some(({ pitch }) => pitch === value);
  }

  get #isTail(): boolean {
    return this.#segment >= this.#segments.length - 1;
  }

  /** Advances the time; begins the next segment, and forces the note-offs of the melody that are due. */
  #advance(steps: number): void {
    this.#segmentStep += steps;
    if (this.#segmentStep === SEGMENT_STEPS) {
      this.#segment += 1;
      this.#segmentStep = 0;
      this.#grammar.cut();
      this.#segmentTokens.set(this.#segmentPrefix());
    }
    const releases: number[] = [];
    while (this.#nextReleases[0]?.step === this.step) {
      releases.push(this.#noteOff(this.#nextReleases.shift()!.pitch));
    }
    this.#melodyTokens.set(releases);
  }

  /** Note-ons of the melody in this step, after note-offs of generated notes on the same keys. */
  #melodyNoteOns(): number[] {
    const releases: number[] = [];
    const noteOns: number[] = [];
    let velocityId = this.#velocityId;
    for (let note = this.#nextOnsets[0]; note?.start === this.step; note = this.#nextOnsets[0]) {
      if (this.#generatedKeys.has(note.pitch)) releases.push(this.#noteOff(note.pitch));
      if (note.velocityId !== velocityId) noteOns.push(note.velocityId);
      noteOns.push(this.#vocabulary.id("NOTE_ON", note.pitch));
      velocityId = note.velocityId;
      this.#nextOnsets.shift();
    }
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

  #noteOff(pitch: number): number {
    return this.#vocabulary.id("NOTE_OFF", pitch);
  }
}
