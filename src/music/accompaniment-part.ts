/** The sequence of `encoding/accompany.ts` while its accompaniment is being written. */
import {
  cutSegments,
  type Note,
  PerformanceGrammar,
  quantize,
  SEGMENT_STEPS,
  shiftIds,
  STEPS_PER_SECOND,
  taskId,
  type Vocabulary,
} from "../../encoding/index.ts";
import { allowOnly, blockKeys, clipShift, forbid, Script } from "./legal.ts";
import { LONGEST_NOTE_SECONDS } from "./limits.ts";
import type { Part } from "./write-part.ts";

/** Steps from the beginning of a note to its end. */
interface Span {
  readonly pitch: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Lets the model write the accompaniment and nothing else: the melody and the marks are the only ids that may come where
 * they belong; the accompaniment fills its segments exactly and strikes no key that the melody holds. After the segment in
 * which the melody ends there is one more, in which what sounds may end and nothing is struck.
 */
export class AccompanimentPart implements Part {
  /** What the model is given before it writes: the first two segments of melody. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #melody: readonly (readonly number[])[];
  readonly #spans: readonly Span[];
  readonly #script = new Script();
  readonly #ids: number[] = [];
  #segment = 0;
  #within = 0;
  #isFinished = false;

  /**
   * @param melodyIds the melody as performance ids.
   * @param melodyNotes the notes that they are.
   */
  constructor(vocabulary: Vocabulary, melodyIds: Iterable<number>, melodyNotes: readonly Note[]) {
    this.#vocabulary = vocabulary;
    this.#grammar = new PerformanceGrammar(vocabulary, {
      longestNoteSteps: LONGEST_NOTE_SECONDS * STEPS_PER_SECOND,
      mayEnd: false,
    });
    this.#melody = [...cutSegments(melodyIds, vocabulary), shiftIds(vocabulary, SEGMENT_STEPS)];
    this.#spans = melodyNotes.map(({ pitch, startSeconds, endSeconds }) => {
      const start = quantize(startSeconds);
      return { pitch, start, end: Math.max(start + 1, quantize(endSeconds)) };
    });
    this.prompt = [vocabulary.id("START"), ...this.#melodySegment(0), ...this.#opening()];
    this.#script.set(this.prompt);
  }

  /** The accompaniment so far, as performance ids. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** How far it is written, in steps. */
  get step(): number {
    return this.#segment * SEGMENT_STEPS + this.#within;
  }

  /** Whether the piece is over. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  push(id: number): void {
    if (this.#script.due !== undefined) {
      this.#script.advance();
      return;
    }
    const { kind, value } = this.#vocabulary.event(id);
    this.#grammar.push(id);
    this.#ids.push(id);
    if (kind === "TIME_SHIFT") this.#within += value;
    if (this.#within === SEGMENT_STEPS) {
      this.#segment += 1;
      this.#within = 0;
      this.#grammar.cut();
      this.#script.set(this.#opening());
    }
    const isOver = this.#segment === this.#melody.length;
    this.#isFinished = isOver || (this.#isTail && this.#grammar.soundingCount === 0);
  }

  mask(legal: Uint8Array): void {
    const { due } = this.#script;
    if (due !== undefined) {
      allowOnly(legal, due);
      return;
    }
    this.#grammar.mask(legal);
    const { step } = this;
    const held = this.#spans.filter(({ start, end }) => start <= step && step < end);
    blockKeys(
      legal,
      this.#vocabulary,
      held.map(({ pitch }) => pitch),
    );
    if (!this.#isTail) return;
    forbid(legal, this.#vocabulary, "NOTE_ON");
    forbid(legal, this.#vocabulary, "VELOCITY");
  }

  /** What a drawn id becomes: a shift ends with the segment. */
  settle(id: number): number {
    return clipShift(id, this.#vocabulary, SEGMENT_STEPS - this.#within);
  }

  get #isTail(): boolean {
    return this.#segment >= this.#melody.length - 1;
  }

  /** What comes before a segment of accompaniment: the melody of the segment after it, and the mark. */
  #opening(): number[] {
    return [...this.#melodySegment(this.#segment + 1), taskId(this.#vocabulary, "ACCOMPANIMENT")];
  }

  #melodySegment(index: number): number[] {
    const segment = this.#melody[index];
    return segment ? [taskId(this.#vocabulary, "MELODY"), ...segment] : [];
  }
}
