/** The prompt of a continuation and its logits processors. */
import {
  PerformanceGrammar,
  PerformanceState,
  STEPS_PER_SECOND,
  type Vocabulary,
  withConditions,
} from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";
import { OptionError, THEMES } from "../options.ts";
import { MAX_POLYPHONY } from "./limits.ts";
import { ContinuedPerformance } from "./continued-performance.ts";
import { type ControlTokenOptions, ControlTokenProcessor } from "./control-token-processor.ts";
import { EndingProcessor } from "./ending-processor.ts";
import { NoteLengthLimits, type NoteLengthOptions } from "./note-lengths.ts";
import type { ContinueOptions } from "./options.ts";
import { driftControl } from "./drift-control.ts";
import { ThemeMemory } from "./theme-memory.ts";
import { requireTask } from "./task-error.ts";

export interface BuiltPrompt {
  /** START, the primer and its control tokens. */
  readonly prompt: readonly number[];
  /** The state and notes of the performance, updated by `processors`. */
  readonly performance: ContinuedPerformance;
  /** Mask and adjust the logits of the ids that follow. */
  readonly processors: readonly LogitsProcessor[];
  /** Number of generated ids at the end of the prompt, control tokens included. */
  readonly sampled: number;
}

/**
 * Builds the prompt of a continuation, and the processors of the ids that follow.
 *
 * @param seed seed of the limits on note durations and of the recall passages.
 * @param keepsNotes whether the performance stores its notes.
 * @throws TaskError when the model was not trained for the ending, style or density; OptionError for `seconds` of 0 or less, for an
 * ending without `seconds`, and for a `generatedFrom` outside the primer.
 */
export function buildPrompt(
  config: DecoderConfig,
  vocabulary: Vocabulary,
  primerIds: readonly number[],
  options: ContinueOptions,
  seed: number,
  keepsNotes = false,
): BuiltPrompt {
  const {
    seconds,
    ending = false,
    style,
    density,
    driftControl: hasDriftControl = true,
    themes = THEMES,
  } = options;
  if (seconds !== undefined && !(seconds > 0))
    throw new OptionError(`seconds must be more than 0, got ${seconds}`);
  const generatedFrom = checkedStart(options.generatedFrom, primerIds.length);
  const isConditioned = style !== undefined || density !== undefined;
  if (!ending && !isConditioned) {
    const prompt = withStartToken(vocabulary, primerIds);
    const sampled = primerIds.length - generatedFrom;
    const performance = new ContinuedPerformance(vocabulary, prompt.length, keepsNotes);
    const promptLength = prompt.length - sampled;
    return {
      prompt,
      performance,
      processors: musicProcessors(performance, { driftControl: hasDriftControl, themes, promptLength, seed }),
      sampled,
    };
  }
  if (ending) requireTask(config, "ending");
  if (ending && seconds === undefined) {
    throw new OptionError("ending needs seconds, the length of the piece", {
      code: "missing-option",
      hint: "set seconds, or omit ending",
    });
  }
  if (isConditioned) requireTask(config, "style");
  const primer = primerIds.slice(0, generatedFrom);
  const generated = primerIds.slice(generatedFrom);
  // The control tokens in the primer state its own style and density; those in the new music state the requested ones.
  const conditioned = isConditioned
    ? withConditions(primer, vocabulary, { style, density: density !== undefined })
    : primer;
  const promptIds = withStartToken(vocabulary, conditioned);
  const endStep =
    ending && seconds !== undefined
      ? Math.round(seconds * STEPS_PER_SECOND) + new PerformanceState(vocabulary, generated).step
      : undefined;
  const conditions = { style, density };
  const tail = withControlTokens(promptIds, generated, { conditions, endStep }, vocabulary);
  const prompt = [...promptIds, ...tail];
  const performance = new ContinuedPerformance(vocabulary, prompt.length, keepsNotes);
  const { state } = performance;
  const promptLength = promptIds.length;
  return {
    prompt,
    performance,
    processors: [
      grammarProcessor(performance, { promptLength, seed }, ending),
      ...(endStep === undefined ? [] : [new EndingProcessor(state, { endStep, promptLength })]),
      new ControlTokenProcessor(state, { conditions, endStep, promptLength }),
      ...(themes === 0 ? [] : [themeProcessor(state, new ThemeMemory(seed, themes))]),
      ...(hasDriftControl ? [driftControl(state, { density, promptLength })] : []),
    ],
    sampled: tail.length,
  };
}

/** Generated ids with the control tokens that were sampled between them. */
function withControlTokens(
  promptIds: readonly number[],
  generated: readonly number[],
  options: Omit<ControlTokenOptions, "promptLength">,
  vocabulary: Vocabulary,
): number[] {
  if (generated.length === 0) return [];
  const state = new PerformanceState(vocabulary);
  // Where control tokens may follow depends on the last id of the prompt only.
  const processor = new ControlTokenProcessor(state, { ...options, promptLength: 1 });
  const last = promptIds.slice(-1);
  const ids: number[] = [];
  const push = (id: number): void => {
    state.push(id);
    processor.push(id);
    ids.push(id);
  };
  for (const id of last) push(id);
  for (const id of generated) {
    for (let token = processor.forced(); token !== undefined; token = processor.forced()) push(token);
    push(id);
  }
  return ids.slice(last.length);
}

/** The index in the primer at which generated ids begin. @throws OptionError for an index outside the primer. */
export function checkedStart(generatedFrom: number | undefined, length: number): number {
  if (generatedFrom === undefined) return length;
  if (Number.isInteger(generatedFrom) && generatedFrom >= 0 && generatedFrom <= length) return generatedFrom;
  throw new OptionError(`generatedFrom must be a whole number from 0 to ${length}, got ${generatedFrom}`);
}

/** Puts START before the ids, where the vocabulary has it. */
export function withStartToken(vocabulary: Vocabulary, ids: readonly number[]): number[] {
  const start = vocabulary.range("START");
  return start ? [start.first, ...ids] : [...ids];
}

interface MusicProcessorOptions extends NoteLengthOptions {
  readonly driftControl: boolean;
  /** The strength of the theme memory. */
  readonly themes: number;
}

/** The processors of music without control tokens: the grammar, which excludes END, the theme memory and drift control. */
export function musicProcessors(
  performance: ContinuedPerformance,
  { driftControl: hasDriftControl, themes, promptLength, seed }: MusicProcessorOptions,
): LogitsProcessor[] {
  const { state } = performance;
  return [
    grammarProcessor(performance, { promptLength, seed }, false),
    ...(themes === 0 ? [] : [themeProcessor(state, new ThemeMemory(seed, themes))]),
    ...(hasDriftControl ? [driftControl(state, { promptLength })] : []),
  ];
}

/** The theme memory as a logits processor. @param state receives each id before this processor. */
function themeProcessor(state: PerformanceState, themes: ThemeMemory): LogitsProcessor {
  return {
    push: () => themes.push(state),
    adjustment: () => themes.adjustment(state),
    changingIds: () => themes.changingIds(state.vocabulary),
    fork: () => {
      const stateCopy = state.fork();
      const processor = themeProcessor(stateCopy, themes.fork());
      return {
        ...processor,
        push: (id) => {
          stateCopy.push(id);
          processor.push(id);
        },
      };
    },
  };
}

/** The grammar, with limits on note durations and polyphony, as a logits processor. It also pushes the ids to the performance. */
function grammarProcessor(
  performance: ContinuedPerformance,
  lengths: NoteLengthOptions,
  mayEnd: boolean,
): LogitsProcessor {
  const { state } = performance;
  // An ending may force note-offs, also of short notes.
  const options = { ...lengths, hasShortestDuration: !mayEnd, hasEndFactor: true };
  const limits = new NoteLengthLimits(state, options);
  const newGrammar = (of: PerformanceState, longestNoteSteps: NoteLengthLimits): PerformanceGrammar =>
    new PerformanceGrammar(of, { longestNoteSteps, mostKeys: MAX_POLYPHONY, mayEnd });
  const grammar = newGrammar(state, limits);
  return {
    push: (id) => {
      limits.push(performance.push(id));
    },
    mask: (allowed) => grammar.mask(allowed),
    automaton: () => grammar.automaton(),
    adjustmentLength: () => limits.idsUntilUpdate(),
    fork: () => {
      const stateCopy = state.fork();
      const limitsCopy = limits.fork(stateCopy);
      const grammarCopy = newGrammar(stateCopy, limitsCopy);
      return {
        push: (id) => {
          limitsCopy.push(stateCopy.push(id));
        },
        mask: (allowed) => grammarCopy.mask(allowed),
      };
    },
  };
}
