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
import { MOST_KEYS } from "./limits.ts";
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
  /** Reads the prompt and the ids that follow, as `processors` receive them. */
  readonly performance: ContinuedPerformance;
  /** Mask and adjust the logits of the ids that follow. */
  readonly processors: readonly LogitsProcessor[];
  /** Number of generated ids at the end of the prompt, control tokens included. */
  readonly sampled: number;
}

/**
 * Builds the prompt of a continuation, and the processors for what follows.
 *
 * @param seed of the lengths of notes.
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
    driftControl: isControlled = true,
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
      processors: musicProcessors(performance, { driftControl: isControlled, themes, promptLength, seed }),
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
  // Conditions of the primer describe the primer; those of the new music are the requested ones.
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
      ...(isControlled ? [driftControl(state, { density, promptLength })] : []),
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
  // Of the prompt, only the last id determines where control tokens may follow.
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

/** The grammar, the theme memory, and drift control on request; END is not allowed. */
export function musicProcessors(
  performance: ContinuedPerformance,
  { driftControl: isControlled, themes, promptLength, seed }: MusicProcessorOptions,
): LogitsProcessor[] {
  const { state } = performance;
  return [
    grammarProcessor(performance, { promptLength, seed }, false),
    ...(themes === 0 ? [] : [themeProcessor(state, new ThemeMemory(seed, themes))]),
    ...(isControlled ? [driftControl(state, { promptLength })] : []),
  ];
}

/** @param state receives each id before this processor. */
function themeProcessor(state: PerformanceState, themes: ThemeMemory): LogitsProcessor {
  return {
    push: () => themes.push(state),
    adjustment: () => themes.adjustment(state),
    changingIds: () => themes.changingIds(state.vocabulary),
    fork: () => {
      const copy = state.fork();
      const ofCopy = themeProcessor(copy, themes.fork());
      return {
        ...ofCopy,
        push: (id) => {
          copy.push(id);
          ofCopy.push(id);
        },
      };
    },
  };
}

/** Pushes the ids to the performance, and allows what the grammar allows, with the lengths of notes. */
function grammarProcessor(
  performance: ContinuedPerformance,
  lengths: NoteLengthOptions,
  mayEnd: boolean,
): LogitsProcessor {
  const { state } = performance;
  // The ending forces note-offs.
  const limits = new NoteLengthLimits(state, { ...lengths, hasShortest: !mayEnd, variesByPiece: true });
  const grammarOf = (each: PerformanceState, longestNoteSteps: NoteLengthLimits): PerformanceGrammar =>
    new PerformanceGrammar(each, { longestNoteSteps, mostKeys: MOST_KEYS, mayEnd });
  const grammar = grammarOf(state, limits);
  return {
    push: (id) => {
      limits.push(performance.push(id));
    },
    mask: (allowed) => grammar.mask(allowed),
    automaton: () => grammar.automaton(),
    adjustmentLength: () => limits.unchangedFor(),
    fork: () => {
      const copy = state.fork();
      const ofCopy = limits.fork(copy);
      const grammarOfCopy = grammarOf(copy, ofCopy);
      return {
        push: (id) => {
          ofCopy.push(copy.push(id));
        },
        mask: (allowed) => grammarOfCopy.mask(allowed),
      };
    },
  };
}
