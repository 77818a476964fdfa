/** Logits processors with state, and what they say about the next id. */
import type { Automaton, LogitAdjustment, SamplingContext } from "./sampling/index.ts";

/** A logits processor with state: it receives every id, prompt included, and masks and adjusts the next logits. */
export interface LogitsProcessor {
  /** Appends an id to its state. Ids of the prompt and of `override` need not be allowed ones. */
  push(id: number): void;
  /** Sets one byte per id: 1 for allowed ids, 0 for others. Does not change the state. */
  mask(allowed: Uint8Array): void;
  /** Biases and temperatures of the next id. Does not change the state. */
  adjustment?(): LogitAdjustment;
  /**
   * For how many ids, from the next one on, `adjustment` stays the same, from 1. Default 1. A run that samples in the graph ends
   * there, so that an adjustment that changes with every id makes each run one id long.
   */
  adjustmentLength?(): number;
  /** The mask as an automaton with its present state, for sampling in the graph; without it each run is one id long. */
  automaton?(): Automaton;
}

/** The ids so far, as the rules of the next one need them. */
export class ProcessorState {
  readonly #processor: LogitsProcessor | undefined;
  readonly #window: number;
  readonly #allowed: Uint8Array | undefined;
  /** The ids in the window. */
  readonly #recent: number[];

  /** @param prompt the first ids. */
  constructor(
    processor: LogitsProcessor | undefined,
    prompt: readonly number[],
    { window, vocabularySize }: { readonly window: number; readonly vocabularySize: number },
  ) {
    this.#processor = processor;
    this.#window = window;
    this.#allowed = processor && new Uint8Array(vocabularySize);
    this.#recent = prompt.slice(-window);
    for (const id of prompt) processor?.push(id);
  }

  push(id: number): void {
    this.#processor?.push(id);
    if (this.#recent.push(id) > this.#window) this.#recent.shift();
  }

  /** What the sample of the next id depends on; valid until the next `push`. */
  context(): SamplingContext {
    if (this.#allowed) this.#processor?.mask(this.#allowed);
    return { allowed: this.#allowed, recent: this.#recent, ...this.#processor?.adjustment?.() };
  }

  /** What all samples of a run in the graph depend on. */
  graphContext(): SamplingContext {
    return { ...this.#processor?.adjustment?.(), automaton: this.#processor?.automaton?.() };
  }

  /** For how many ids `graphContext` is valid: at least 1. */
  get idsUntilChange(): number {
    const processor = this.#processor;
    if (!processor) return Infinity;
    if (!processor.automaton) return 1;
    return processor.adjustment ? (processor.adjustmentLength?.() ?? 1) : Infinity;
  }
}
