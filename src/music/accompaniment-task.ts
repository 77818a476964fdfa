/** The sequence of `encoding/tasks/accompany.ts` while its piano part is being written. */
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
 * Lets the model write the accompaniment and nothing else. The marks and the melody are the only ids that may come where
 * they belong; segments are filled exactly; no key is struck that the melody holds, and one that it strikes is released
 * before. Where the melody strikes, the model first ends what it wants to end in that step, since note-offs come first;
 * then comes the melody, then what the model strikes with it. After the segment in which the melody ends there is one more,
 * in which what sounds may end and nothing is struck.
 */
export class AccompanimentTask implements GenerationTask {
  /** What the model is given before it writes: the first two segments of melody. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #decoder: PerformanceDecoder;
  readonly #segments: readonly (readonly number[])[];
  readonly #melody: readonly MelodyNote[];
  /** Notes of the melody that are yet to be struck, and keys of it that are yet to be released: the next one first. */
  readonly #nextOnsets: MelodyNote[];
  readonly #nextReleases: { readonly pitch: number; readonly step: number }[];
  /** What has to come before a segment. */
  readonly #segmentTokens = new ForcedTokens();
  /** What has to come of the melody in a segment. */
  readonly #melodyTokens = new ForcedTokens();
  /** Which note-ons are the melody's. */
  readonly #melodyOnsets = new Set<number>();
  /** Keys that the melody holds, as far as the model is told. */
  readonly #melodyKeys = new Set<number>();
  /** Keys that the model holds. */
  readonly #generatedKeys = new Set<number>();
  #velocityId = -1;
  /** Whether time has passed and nothing happened since. */
  #hasShifted = false;
  #events = 0;
  #segment = 0;
  #segmentStep = 0;

  /**
   * @param melodyIds the melody as performance ids.
   * @param melodyNotes the notes that they are.
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
    // To the model a note that lasts longer is over then, as its own would be.
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

  /** The notes of the accompaniment; to be asked for once. */
  finish(): PerformanceNote[] {
    return this.#decoder.finish(this.step).filter(({ onset }) => !this.#melodyOnsets.has(onset));
  }

  push(id: number): void {
    if (this.#segmentTokens.next !== undefined) {
      this.#segmentTokens.advance();
      return;
    }
    const isGiven = this.#melodyTokens.next !== undefined;
    if (isGiven) this.#melodyTokens.advance();
    else this.#events += 1;
    const { kind, value } = this.#vocabulary.event(id);
    if (kind === "NOTE_ON" && isGiven) {
      this.#melodyOnsets.add(this.#decoder.onsets);
      this.#melodyKeys.add(value);
    } else if (kind === "NOTE_ON") this.#generatedKeys.add(value);
    else if (kind === "NOTE_OFF") {
      this.#generatedKeys.delete(value);
      if (isGiven) this.#melodyKeys.delete(value);
    } else if (kind === "VELOCITY") this.#velocityId = id;
    this.#hasShifted = kind === "TIME_SHIFT" || (kind === "VELOCITY" && this.#hasShifted);
    this.#grammar.push(id);
    this.#decoder.push(id);
    if (kind === "TIME_SHIFT") this.#advance(value);
  }

  mask(legal: Uint8Array): void {
    const due = this.#segmentTokens.next ?? this.#melodyTokens.next;
    if (due !== undefined) {
      allowOnly(legal, due);
      return;
    }
    this.#grammar.mask(legal);
    const mayEnd = Array.from(this.#generatedKeys, (pitch) => this.#noteOff(pitch)).filter(
      (id) => legal[id] === 1,
    );
    forbid(legal, this.#vocabulary, "NOTE_OFF");
    for (const id of mayEnd) legal[id] = 1;
    const { step } = this;
    const held = this.#melody.filter(({ start, end }) => start <= step && step < end);
    blockKeys(
      legal,
      this.#vocabulary,
      held.map(({ pitch }) => pitch),
    );
    if (this.#isTail) {
      forbid(legal, this.#vocabulary, "NOTE_ON");
      forbid(legal, this.#vocabulary, "VELOCITY");
    }
    const may = this.#hasShifted ? 1 : 0;
    for (let id = 0; id < legal.length; id += 1) if (this.#isNextOfMelody(id)) legal[id] = may;
  }

  /**
   * What a drawn id becomes. A shift ends with the segment, and where the melody goes on; the melody comes before other
   * note-ons; and where the melody is drawn after a shift, before its time, time goes on to it.
   */
  snapId(id: number): number {
    if (this.#segmentTokens.next !== undefined || this.#melodyTokens.next !== undefined) return id;
    const { step } = this;
    const [strike, release] = [
      this.#nextOnsets[0]?.start ?? Infinity,
      this.#nextReleases[0]?.step ?? Infinity,
    ];
    const { kind, value } = this.#vocabulary.event(id);
    const releasesOwn = kind === "NOTE_OFF" && this.#generatedKeys.has(value);
    if (strike === step && !releasesOwn) {
      this.#melodyTokens.set(this.#melodyNoteOns());
      return this.#melodyTokens.next ?? id;
    }
    const left = Math.min(SEGMENT_STEPS - this.#segmentStep, strike - step, release - step);
    if (this.#hasShifted && this.#isNextOfMelody(id)) return shiftIds(this.#vocabulary, left)[0] ?? id;
    return clampShift(id, this.#vocabulary, left);
  }

  /**
   * What the melody does next. The model knows it, but not to the step when: a shift that it draws may be meant to lead to
   * this, too soon. Were it then held to be writing accompaniment, each such guess would become a note, and the music dense.
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

  /** Some steps later: a new segment may begin, and keys of the melody may have to be released. */
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

  /** The notes that the melody strikes in this step, after the note-offs of those of their keys that the model holds. */
  #melodyNoteOns(): number[] {
    const releases: number[] = [];
    const strikes: number[] = [];
    let velocityId = this.#velocityId;
    for (let note = this.#nextOnsets[0]; note?.start === this.step; note = this.#nextOnsets[0]) {
      if (this.#generatedKeys.has(note.pitch)) releases.push(this.#noteOff(note.pitch));
      if (note.velocityId !== velocityId) strikes.push(note.velocityId);
      strikes.push(this.#vocabulary.id("NOTE_ON", note.pitch));
      velocityId = note.velocityId;
      this.#nextOnsets.shift();
    }
    return [...new Set(releases), ...strikes];
  }

  /** What comes before a segment of the music: the melody of the segment after it, and the mark. */
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
