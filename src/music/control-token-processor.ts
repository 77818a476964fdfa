/** A piece that states its conditions as it goes, and comes to an end. */
import {
  CONDITION_PERIOD,
  conditionIds,
  type Conditions,
  ENDING_SECONDS,
  type PerformanceGrammar,
  STEPS_PER_SECOND,
  taskId,
  type Vocabulary,
} from "../../encoding/index.ts";
import type { Constraint } from "../engine/index.ts";
import { allowOnly, forbid } from "./token-mask.ts";

/** A piece that has not ended so long after it was to end strikes one more chord at most. */
export const GRACE_SECONDS = 3;
/** That chord has so long to come. */
const CHORD_SECONDS = 2;
/** And what sounds has so long to die away. */
const RING_SECONDS = 3;

export interface ControlTokenOptions {
  /** What is stated, from the beginning of the new music on. */
  readonly conditions: Conditions;
  /** Steps of new music after which the piece is to end. Default: it goes on. */
  readonly endStep?: number | undefined;
  /** Ids that are given; marks are put from there on. */
  readonly promptLength: number;
}

/**
 * Puts marks where those of the training data stand (`encoding/tasks/conditions.ts`), by making them the only id that may come;
 * in between, the grammar rules. The mark of the ending is put `ENDING_SECONDS` before the end, from then on the piece may
 * end; when it is late by `GRACE_SECONDS`, the next chord is the last one, and rings for a second at least.
 */
export class ControlTokenProcessor implements Constraint {
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #conditions: readonly number[];
  readonly #endStep: number;
  readonly #endId: number;
  readonly #endingId: number | undefined;
  #promptLeft: number;
  #queue: number[] = [];
  #sinceConditions = Infinity;
  #isEnding = false;
  #mayInsert = true;
  #afterVelocity = false;
  #afterNoteOn = false;
  #isLastChord = false;
  #lastOnset = 0;
  #step = 0;

  constructor(vocabulary: Vocabulary, grammar: PerformanceGrammar, options: ControlTokenOptions) {
    this.#vocabulary = vocabulary;
    this.#grammar = grammar;
    this.#conditions = conditionIds(options.conditions, vocabulary);
    this.#endStep = options.endStep ?? Infinity;
    this.#endId = vocabulary.id("END");
    this.#endingId = options.endStep === undefined ? undefined : taskId(vocabulary, "ENDING");
    this.#promptLeft = options.promptLength;
  }

  push(id: number): void {
    // In a prompt, nobody asks what may come before it does.
    if (this.#promptLeft === 0) this.nextControlToken();
    const { kind, value } = this.#vocabulary.event(id);
    this.#sinceConditions += 1;
    if (kind === "STYLE" || kind === "TASK") {
      this.#queue.shift();
    } else {
      this.#grammar.push(id);
      this.#mayInsert = kind === "NOTE_ON" || kind === "NOTE_OFF" || kind === "START";
      this.#afterVelocity = kind === "VELOCITY";
      this.#afterNoteOn = kind === "NOTE_ON";
      if (this.#afterNoteOn) this.#lastOnset = this.#step;
      this.#isLastChord ||= this.#afterNoteOn && this.#isLate;
      if (kind === "TIME_SHIFT" && this.#promptLeft === 0) this.#step += value;
    }
    this.#promptLeft = Math.max(0, this.#promptLeft - 1);
  }

  mask(legal: Uint8Array): void {
    const mark = this.nextControlToken();
    if (mark !== undefined) {
      allowOnly(legal, mark);
      return;
    }
    this.#grammar.mask(legal);
    if (!this.#isEnding) legal[this.#endId] = 0;
    if (this.#isLate) this.#close(legal);
  }

  /** The mark that has to come next; undefined where none has to. */
  nextControlToken(): number | undefined {
    if (this.#queue.length === 0 && this.#mayInsert) this.#enqueue();
    return this.#queue[0];
  }

  get #isLate(): boolean {
    return this.#step >= this.#lateStep;
  }

  get #lateStep(): number {
    return this.#endStep + GRACE_SECONDS * STEPS_PER_SECOND;
  }

  #enqueue(): void {
    if (this.#conditions.length > 0 && this.#sinceConditions >= CONDITION_PERIOD) {
      this.#queue.push(...this.#conditions);
      this.#sinceConditions = 0;
    }
    if (
      this.#endingId !== undefined &&
      !this.#isEnding &&
      this.#step >= this.#endStep - ENDING_SECONDS * STEPS_PER_SECOND
    ) {
      this.#queue.push(this.#endingId);
      this.#isEnding = true;
    }
  }

  /**
   * One chord more, if one comes soon: then a second must pass, and nothing more is struck. The end comes with the last
   * note-off; what still sounds after `RING_SECONDS` is ended.
   */
  #close(legal: Uint8Array): void {
    if (this.#afterVelocity) return;
    if (this.#isLastChord && this.#afterNoteOn) {
      const shifts = this.#vocabulary.range("TIME_SHIFT");
      if (shifts) legal.fill(0, shifts.first, shifts.first + shifts.count - 1);
      return;
    }
    if (this.#grammar.soundingCount === 0) {
      allowOnly(legal, this.#endId);
      return;
    }
    const since = (step: number): number => (this.#step - step) / STEPS_PER_SECOND;
    if (!this.#isLastChord && since(this.#lateStep) < CHORD_SECONDS) return;
    forbid(legal, this.#vocabulary, "NOTE_ON");
    forbid(legal, this.#vocabulary, "VELOCITY");
    if (since(Math.max(this.#lateStep, this.#lastOnset)) < RING_SECONDS) return;
    const { first, count } = noteOffs(this.#vocabulary);
    if (legal.subarray(first, first + count).includes(1)) forbid(legal, this.#vocabulary, "TIME_SHIFT");
  }
}

function noteOffs(vocabulary: Vocabulary): { readonly first: number; readonly count: number } {
  return vocabulary.range("NOTE_OFF") ?? { first: 0, count: 0 };
}
