/** The ending of a piece: when END is allowed, and how a piece is ended that has become too long. */
import { type PerformanceState, STEPS_PER_SECOND, taskId } from "../../encoding/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";
import { allowOnly, forbid } from "./token-mask.ts";

/** A piece that is longer than requested by this many seconds gets one more chord at most. */
export const GRACE_SECONDS = 3;
/** The time in which that chord may begin. */
const CHORD_SECONDS = 2;
/** The time after the last onset in which notes may sound before their note-offs are forced. */
const RING_SECONDS = 3;

export interface EndingOptions {
  /** Length of the new music, in steps of 10 ms. */
  readonly endStep: number;
  /** Number of prompt ids. */
  readonly promptLength: number;
}

type Phase =
  | { readonly kind: "prompt" }
  /** END is not allowed. */
  | { readonly kind: "music"; readonly lateStep: number }
  /** After the control token ENDING: END is allowed. */
  | { readonly kind: "ending"; readonly lateStep: number }
  /** The piece is late since `since`; its last chord may begin. */
  | { readonly kind: "late"; readonly since: number }
  /** The last chord has begun; `since` is its last onset. */
  | { readonly kind: "lastChord"; readonly since: number };

/**
 * Allows END after the control token ENDING, where the grammar allows it. When the piece is late by `GRACE_SECONDS`, the next
 * chord is the last one and sounds for at least one second.
 */
export class EndingProcessor implements LogitsProcessor {
  readonly #state: PerformanceState;
  readonly #options: EndingOptions;
  readonly #endId: number;
  readonly #endingId: number;
  #phase: Phase = { kind: "prompt" };

  /** @param state receives each id before this processor. */
  constructor(state: PerformanceState, options: EndingOptions) {
    this.#state = state;
    this.#options = options;
    this.#endId = state.vocabulary.id("END");
    this.#endingId = taskId(state.vocabulary, "ENDING");
  }

  push(id: number): void {
    this.#phase = this.#nextPhase(id);
  }

  mask(allowed: Uint8Array): void {
    const phase = this.#phase;
    if (phase.kind === "music") allowed[this.#endId] = 0;
    else if (phase.kind === "late" || phase.kind === "lastChord") this.#close(allowed, phase);
  }

  #nextPhase(id: number): Phase {
    const phase = this.#phase;
    const { step, length, previous } = this.#state;
    if (phase.kind === "prompt") {
      const { endStep, promptLength } = this.#options;
      if (length < promptLength) return phase;
      return { kind: "music", lateStep: step + endStep + GRACE_SECONDS * STEPS_PER_SECOND };
    }
    if (phase.kind === "music" || phase.kind === "ending") {
      if (step >= phase.lateStep) return { kind: "late", since: phase.lateStep };
      return id === this.#endingId ? { ...phase, kind: "ending" } : phase;
    }
    return previous === "NOTE_ON" ? { kind: "lastChord", since: step } : phase;
  }

  /**
   * Closes a late piece: allows one more chord within `CHORD_SECONDS` and one second of sound, then no more note-ons. After
   * `RING_SECONDS` the remaining notes must end; END follows the last note-off.
   */
  #close(allowed: Uint8Array, { kind, since }: Extract<Phase, { readonly since: number }>): void {
    const { vocabulary, step, previous, soundingCount } = this.#state;
    if (previous === "VELOCITY") return;
    if (kind === "lastChord" && previous === "NOTE_ON") {
      const shifts = vocabulary.range("TIME_SHIFT");
      if (shifts) allowed.fill(0, shifts.first, shifts.first + shifts.count - 1);
      return;
    }
    if (soundingCount === 0) {
      allowOnly(allowed, this.#endId);
      return;
    }
    const seconds = (step - since) / STEPS_PER_SECOND;
    if (kind === "late" && seconds < CHORD_SECONDS) return;
    forbid(allowed, vocabulary, "NOTE_ON");
    forbid(allowed, vocabulary, "VELOCITY");
    if (seconds < RING_SECONDS) return;
    const { first, count } = vocabulary.range("NOTE_OFF") ?? { first: 0, count: 0 };
    if (allowed.subarray(first, first + count).includes(1)) forbid(allowed, vocabulary, "TIME_SHIFT");
  }
}
