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
import { allowOnly, forbid } from "./legal.ts";

/** A piece that has not ended so long after it was to end strikes one more chord at most. */
export const GRACE_SECONDS = 3;
/** That chord has so long to come. */
const CHORD_SECONDS = 2;
/** And what sounds has so long to die away. */
const RING_SECONDS = 3;

export interface MarkedPieceOptions {
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
export class MarkedPiece implements Constraint {
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #statement: readonly number[];
  readonly #endStep: number;
  readonly #endId: number;
  readonly #endingId: number | undefined;
  #left: number;
  #due: number[] = [];
  #sinceStatement = Infinity;
  #isEnding = false;
  #maybeMark = true;
  #isVelocity = false;
  #isStruck = false;
  #isLastChord = false;
  #lastStrike = 0;
  #step = 0;

  constructor(vocabulary: Vocabulary, grammar: PerformanceGrammar, options: MarkedPieceOptions) {
    this.#vocabulary = vocabulary;
    this.#grammar = grammar;
    this.#statement = conditionIds(options.conditions, vocabulary);
    this.#endStep = options.endStep ?? Infinity;
    this.#endId = vocabulary.id("END");
    this.#endingId = options.endStep === undefined ? undefined : taskId(vocabulary, "ENDING");
    this.#left = options.promptLength;
  }

  push(id: number): void {
    // In a prompt, nobody asks what may come before it does.
    if (this.#left === 0) this.dueMark();
    const { kind, value } = this.#vocabulary.event(id);
    this.#sinceStatement += 1;
    if (kind === "STYLE" || kind === "TASK") {
      this.#due.shift();
    } else {
      this.#grammar.push(id);
      this.#maybeMark = kind === "NOTE_ON" || kind === "NOTE_OFF" || kind === "START";
      this.#isVelocity = kind === "VELOCITY";
      this.#isStruck = kind === "NOTE_ON";
      if (this.#isStruck) this.#lastStrike = this.#step;
      this.#isLastChord ||= this.#isStruck && this.#isLate;
      if (kind === "TIME_SHIFT" && this.#left === 0) this.#step += value;
    }
    this.#left = Math.max(0, this.#left - 1);
  }

  mask(legal: Uint8Array): void {
    const mark = this.dueMark();
    if (mark !== undefined) {
      allowOnly(legal, mark);
      return;
    }
    this.#grammar.mask(legal);
    if (!this.#isEnding) legal[this.#endId] = 0;
    if (this.#isLate) this.#close(legal);
  }

  /** The mark that has to come next; undefined where none has to. */
  dueMark(): number | undefined {
    if (this.#due.length === 0 && this.#maybeMark) this.#findDue();
    return this.#due[0];
  }

  get #isLate(): boolean {
    return this.#step >= this.#lateStep;
  }

  get #lateStep(): number {
    return this.#endStep + GRACE_SECONDS * STEPS_PER_SECOND;
  }

  #findDue(): void {
    if (this.#statement.length > 0 && this.#sinceStatement >= CONDITION_PERIOD) {
      this.#due.push(...this.#statement);
      this.#sinceStatement = 0;
    }
    if (
      this.#endingId !== undefined &&
      !this.#isEnding &&
      this.#step >= this.#endStep - ENDING_SECONDS * STEPS_PER_SECOND
    ) {
      this.#due.push(this.#endingId);
      this.#isEnding = true;
    }
  }

  /**
   * One chord more, if one comes soon: then a second must pass, and nothing more is struck. The end comes with the last
   * note-off; what still sounds after `RING_SECONDS` is ended.
   */
  #close(legal: Uint8Array): void {
    if (this.#isVelocity) return;
    if (this.#isLastChord && this.#isStruck) {
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
    if (since(Math.max(this.#lateStep, this.#lastStrike)) < RING_SECONDS) return;
    const { first, count } = noteOffs(this.#vocabulary);
    if (legal.subarray(first, first + count).includes(1)) forbid(legal, this.#vocabulary, "TIME_SHIFT");
  }
}

function noteOffs(vocabulary: Vocabulary): { readonly first: number; readonly count: number } {
  return vocabulary.range("NOTE_OFF") ?? { first: 0, count: 0 };
}
