/** Control tokens (Keskar et al. 2019, "CTRL") between generated events: conditions and the ending. */
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
import type { LogitsProcessor } from "../engine/index.ts";
import { allowOnly, forbid } from "./token-mask.ts";

/** A piece that is this late to end gets one more chord at most. */
export const GRACE_SECONDS = 3;
/** Time in which that chord may begin. */
const CHORD_SECONDS = 2;
/** Time after the last onset before all notes must end. */
const RING_SECONDS = 3;

export interface ControlTokenOptions {
  /** Style and density to state, from the start of the new music on. */
  readonly conditions: Conditions;
  /** Length of the new music, in steps of 10 ms. Default: no ending. */
  readonly endStep?: number | undefined;
  /** Number of prompt ids. Control tokens are inserted after them. */
  readonly promptLength: number;
}

/**
 * Forces control tokens in the places that they have in training data (`encoding/tasks/conditions.ts`); between them the grammar
 * applies. ENDING comes `ENDING_SECONDS` before the end; from then on END is allowed. When the piece is late by `GRACE_SECONDS`, the
 * next chord is the last one and sounds for at least one second.
 */
export class ControlTokenProcessor implements LogitsProcessor {
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
    // The ids of a prompt have their control tokens already.
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

  mask(allowed: Uint8Array): void {
    const token = this.nextControlToken();
    if (token !== undefined) {
      allowOnly(allowed, token);
      return;
    }
    this.#grammar.mask(allowed);
    if (!this.#isEnding) allowed[this.#endId] = 0;
    if (this.#isLate) this.#close(allowed);
  }

  /** The control token that must come next; undefined where none must. */
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
   * Closes a late piece: allows one more chord within `CHORD_SECONDS` and one second of sound, then no more note-ons. After
   * `RING_SECONDS` the remaining notes must end; END follows the last note-off.
   */
  #close(allowed: Uint8Array): void {
    if (this.#afterVelocity) return;
    if (this.#isLastChord && this.#afterNoteOn) {
      const shifts = this.#vocabulary.range("TIME_SHIFT");
      if (shifts) allowed.fill(0, shifts.first, shifts.first + shifts.count - 1);
      return;
    }
    if (this.#grammar.soundingCount === 0) {
      allowOnly(allowed, this.#endId);
      return;
    }
    const since = (step: number): number => (this.#step - step) / STEPS_PER_SECOND;
    if (!this.#isLastChord && since(this.#lateStep) < CHORD_SECONDS) return;
    forbid(allowed, this.#vocabulary, "NOTE_ON");
    forbid(allowed, this.#vocabulary, "VELOCITY");
    if (since(Math.max(this.#lateStep, this.#lastOnset)) < RING_SECONDS) return;
    const { first, count } = noteOffs(this.#vocabulary);
    if (allowed.subarray(first, first + count).includes(1)) forbid(allowed, this.#vocabulary, "TIME_SHIFT");
  }
}

function noteOffs(vocabulary: Vocabulary): { readonly first: number; readonly count: number } {
  return vocabulary.range("NOTE_OFF") ?? { first: 0, count: 0 };
}
