/** Control tokens (Keskar et al. 2019, "CTRL") between generated events: of the conditions (style and density) and of the ending. */
import {
  CONDITION_PERIOD,
  conditionIds,
  type Conditions,
  ENDING_SECONDS,
  type PerformanceState,
  STEPS_PER_SECOND,
  taskId,
} from "../../encoding/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";

export interface ControlTokenOptions {
  /** The style and density that the control tokens state. */
  readonly conditions: Conditions;
  /** Length of the new music, in steps of 10 ms. Default: no ending. */
  readonly endStep?: number | undefined;
  /** Number of prompt ids, which have their control tokens already. */
  readonly promptLength: number;
}

type Phase =
  | { readonly kind: "prompt" }
  /** No token is forced. */
  | { readonly kind: "music" }
  /** Control tokens that must come next; at least one. */
  | { readonly kind: "tokens"; readonly ids: readonly number[] };

/**
 * Forces control tokens in the places that they have in training data (`encoding/tasks/conditions.ts`): the conditions every
 * `CONDITION_PERIOD` ids, ENDING at `ENDING_SECONDS` before the end.
 */
export class ControlTokenProcessor implements LogitsProcessor {
  readonly #state: PerformanceState;
  readonly #conditions: readonly number[];
  readonly #promptLength: number;
  readonly #endStep: number | undefined;
  #phase: Phase = { kind: "prompt" };
  /** Length of the sequence at the last statement of the conditions. */
  #statedAt = -Infinity;
  /** The time from which ENDING is due. */
  #endingStep = Infinity;

  /** @param state receives each id before this processor. */
  constructor(state: PerformanceState, options: ControlTokenOptions) {
    this.#state = state;
    this.#conditions = conditionIds(options.conditions, state.vocabulary);
    this.#promptLength = options.promptLength;
    this.#endStep = options.endStep;
  }

  push(id: number): void {
    if (this.#phase.kind === "prompt") {
      if (this.#state.length < this.#promptLength) return;
      if (this.#endStep !== undefined)
        this.#endingStep = this.#state.step + this.#endStep - ENDING_SECONDS * STEPS_PER_SECOND;
    }
    const { ids: due = [] } = this.#phase.kind === "tokens" ? this.#phase : {};
    const left = id === due[0] ? due.slice(1) : due;
    const ids = left.length > 0 ? left : this.#dueTokens();
    this.#phase = ids.length > 0 ? { kind: "tokens", ids } : { kind: "music" };
  }

  /** The control token that must come next; undefined where none must. */
  forced(): number | undefined {
    return this.#phase.kind === "tokens" ? this.#phase.ids[0] : undefined;
  }

  /** The control tokens that become due after the present id: they follow the start, a note-on or a note-off. */
  #dueTokens(): number[] {
    const { vocabulary, length, step, isAfterNote, previous } = this.#state;
    if (!isAfterNote && previous !== "START") return [];
    const tokens: number[] = [];
    if (this.#conditions.length > 0 && length - this.#statedAt >= CONDITION_PERIOD) {
      tokens.push(...this.#conditions);
      this.#statedAt = length;
    }
    if (step >= this.#endingStep) {
      tokens.push(taskId(vocabulary, "ENDING"));
      this.#endingStep = Infinity;
    }
    return tokens;
  }
}
