/** Logits processors with state: they receive every id, and provide the inputs of the sampling rules that depend on earlier ids. */
import type { Automaton, EndIds, IdRange, LogitAdjustment, SamplingContext } from "./sampling/index.ts";

/** One of the logits processors of a generation. Only `push` changes its state. */
export interface LogitsProcessor {
  /**
   * Appends an id to its state, prompt included. Ids of the prompt and of `override` need not be allowed ones. The processors of a
   * generation receive it in their order.
   */
  push(id: number): void;
  /** Excludes ids: sets their bytes to 0. Those that the processors before exclude are 0 already, all others 1. */
  mask?(allowed: Uint8Array): void;
  /** A range that contains all ids that `mask` allows next: with it, only the slices of the head with these ids are computed. */
  range?(): IdRange;
  /** The id that must come next, whatever the masks; undefined where none must. */
  forced?(): number | undefined;
  /** Biases and temperatures of the next id. */
  adjustment?(): LogitAdjustment;
  /**
   * The number of ids, from 1, for which `adjustment` stays the same and `automaton` gives the mask. Default: 1 with an `adjustment` and
   * without `changingIds`, else Infinity. A run that samples in the graph ends there, so that an adjustment that changes with every id makes
   * each run one id long.
   */
  adjustmentLength?(): number;
  /** The ids after which `adjustment` may differ: it stays the same until these ids end a run. */
  changingIds?(): readonly EndIds[];
  /**
   * A copy with a state of its own, for drafts. Default: none; drafted ids after the first one are then sampled without its mask, and with
   * its present adjustment.
   */
  fork?(): LogitsProcessor;
  /** The mask as an automaton with its present state, for sampling in the graph; a mask without it makes each run one id long. */
  automaton?(): Automaton;
}

/** The state of all processors of a generation, and the recent ids: the inputs of the sampling rules. */
export class ProcessorState {
  readonly #processors: readonly LogitsProcessor[];
  readonly #masks: readonly LogitsProcessor[];
  readonly #config: StateConfig;
  readonly #allowed: Uint8Array | undefined;
  /** The ids in the window. */
  readonly #recent: number[];

  /**
   * @param prompt the first ids.
   * @param recent the ids in the window. Default: those of the prompt.
   */
  constructor(
    processors: readonly LogitsProcessor[],
    prompt: readonly number[],
    config: StateConfig,
    recent = prompt.slice(-config.window),
  ) {
    this.#processors = processors;
    this.#masks = processors.filter(({ mask }) => mask);
    this.#config = config;
    this.#allowed = this.#masks.length > 0 ? new Uint8Array(config.vocabularySize) : undefined;
    this.#recent = recent;
    for (const id of prompt) for (const processor of processors) processor.push(id);
  }

  /** A copy with a state of its own: see `LogitsProcessor.fork`. */
  fork(): ProcessorState {
    const copies = this.#processors.map((processor) => processor.fork?.() ?? withoutState(processor));
    return new ProcessorState(copies, [], this.#config, this.#recent.slice());
  }

  push(id: number): void {
    for (const processor of this.#processors) processor.push(id);
    if (this.#recent.push(id) > this.#config.window) this.#recent.shift();
  }

  /** A range that contains all allowed next ids; undefined if no processor has a range. */
  range(): IdRange | undefined {
    const ranges = this.#processors.flatMap((processor) => processor.range?.() ?? []);
    if (ranges.length === 0) return undefined;
    const first = Math.max(...ranges.map((range) => range.first));
    const end = Math.min(...ranges.map((range) => range.first + range.count));
    return { first, count: Math.max(0, end - first) };
  }

  /** The context of the sample of the next id, from the logits of `range`; valid until the next `push`. */
  context(): SamplingContext {
    const forced = this.#forced();
    const range = this.range();
    const slice = range && { first: range.first, vocabularySize: this.#config.vocabularySize };
    const context = { slice, recent: this.#recent, ...combinedAdjustment(this.#processors) };
    if (forced !== undefined) return { ...context, forced };
    this.#allowed?.fill(1);
    for (const processor of this.#masks) processor.mask?.(this.#allowed!);
    return { ...context, allowed: this.#allowed };
  }

  /** The context of all samples of a run in the graph. */
  graphContext(): SamplingContext {
    return {
      ...combinedAdjustment(this.#processors),
      automaton: this.#masks[0]?.automaton?.(),
      ends: this.#processors.flatMap((processor) => processor.changingIds?.() ?? []),
    };
  }

  /** The number of ids for which `graphContext` is valid, unless its `ends` end the run before: at least 1. */
  get idsUntilChange(): number {
    if (this.#processors.some((processor) => processor.range)) return 1;
    const isAutomaton = this.#masks.length === 0 || (this.#masks.length === 1 && this.#masks[0]?.automaton);
    if (!isAutomaton) return 1;
    return Math.min(...this.#processors.map(idsUntilChangeOf), Infinity);
  }

  #forced(): number | undefined {
    for (const processor of this.#processors) {
      const id = processor.forced?.();
      if (id !== undefined) return id;
    }
    return undefined;
  }
}

interface StateConfig {
  readonly window: number;
  readonly vocabularySize: number;
}

/** A processor with its present adjustment only. */
function withoutState(processor: LogitsProcessor): LogitsProcessor {
  const adjustment = processor.adjustment?.();
  return { push: () => undefined, ...(adjustment && { adjustment: () => adjustment }) };
}

/** The adjustments of several processors together. */
export function combinedAdjustment(processors: readonly LogitsProcessor[]): LogitAdjustment {
  const all = processors.flatMap((processor) => processor.adjustment?.() ?? []);
  return {
    biases: all.flatMap(({ biases = [] }) => biases),
    classBiases: all.flatMap(({ classBiases = [] }) => classBiases),
  };
}

function idsUntilChangeOf(processor: LogitsProcessor): number {
  if (processor.forced) return 1;
  const isStepwise = processor.adjustment && !processor.changingIds;
  return processor.adjustmentLength?.() ?? (isStepwise ? 1 : Infinity);
}
