/** The prompt of a continuation and its logits processor. */
import {
  PerformanceClock,
  PerformanceGrammar,
  STEPS_PER_SECOND,
  type Vocabulary,
  withConditions,
} from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";
import { OptionError } from "../options.ts";
import { LONGEST_NOTE_SECONDS } from "./limits.ts";
import { ControlTokenProcessor } from "./control-token-processor.ts";
import type { ContinueOptions } from "./options.ts";
import { withDriftControl, type DriftControlOptions } from "./drift-control.ts";
import { requireTask } from "./task-error.ts";

export interface BuiltPrompt {
  /** START, the primer and its control tokens. */
  readonly prompt: readonly number[];
  /** Masks and adjusts the logits of the ids that follow. */
  readonly processor: LogitsProcessor;
  /** Number of generated ids at the end of the prompt, control tokens included. */
  readonly sampled: number;
}

/**
 * Builds the prompt of a continuation, and the processor for what follows.
 *
 * @throws TaskError when the model was not trained for the ending, style or density; OptionError for an ending without `seconds`, and
 * for a `generatedFrom` outside the primer.
 */
export function buildPrompt(
  config: DecoderConfig,
  vocabulary: Vocabulary,
  primerIds: readonly number[],
  options: ContinueOptions,
): BuiltPrompt {
  const { seconds, ending = false, style, density, driftControl = true } = options;
  const generatedFrom = checkedStart(options.generatedFrom, primerIds.length);
  const isConditioned = style !== undefined || density !== undefined;
  if (!ending && !isConditioned) {
    const prompt = withStartToken(vocabulary, primerIds);
    const sampled = primerIds.length - generatedFrom;
    return {
      prompt,
      processor: musicProcessor(vocabulary, { driftControl, promptLength: prompt.length - sampled }),
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
      ? Math.round(seconds * STEPS_PER_SECOND) + stepsOf(generated, vocabulary)
      : undefined;
  const controlTokens = (): ControlTokenProcessor =>
    new ControlTokenProcessor(vocabulary, grammarOf(vocabulary, { mayEnd: true }), {
      conditions: { style, density },
      endStep,
      promptLength: promptIds.length,
    });
  const tail = generated.length === 0 ? [] : withControlTokens(controlTokens(), promptIds, generated);
  return {
    prompt: [...promptIds, ...tail],
    processor: driftControl
      ? withDriftControl(controlTokens(), vocabulary, { density, promptLength: promptIds.length })
      : controlTokens(),
    sampled: tail.length,
  };
}

/** Generated ids with the control tokens that were sampled between them. */
function withControlTokens(
  processor: ControlTokenProcessor,
  promptIds: readonly number[],
  generated: readonly number[],
): number[] {
  const ids: number[] = [];
  for (const id of promptIds) processor.push(id);
  const push = (id: number): void => {
    processor.push(id);
    ids.push(id);
  };
  for (const id of generated) {
    for (let token = processor.nextControlToken(); token !== undefined; token = processor.nextControlToken())
      push(token);
    push(id);
  }
  return ids;
}

/** The index in the primer at which generated ids begin. @throws OptionError for an index outside the primer. */
export function checkedStart(generatedFrom: number | undefined, length: number): number {
  if (generatedFrom === undefined) return length;
  if (Number.isInteger(generatedFrom) && generatedFrom >= 0 && generatedFrom <= length) return generatedFrom;
  throw new OptionError(`generatedFrom must be a whole number from 0 to ${length}, got ${generatedFrom}`);
}

function stepsOf(ids: readonly number[], vocabulary: Vocabulary): number {
  const clock = new PerformanceClock(vocabulary);
  for (const id of ids) clock.push(id);
  return clock.step;
}

/** Puts START before the ids, where the vocabulary has it. */
export function withStartToken(vocabulary: Vocabulary, ids: readonly number[]): number[] {
  const start = vocabulary.range("START");
  return start ? [start.first, ...ids] : [...ids];
}

/** The grammar as a logits processor, with drift control on request; END is not allowed. */
export function musicProcessor(
  vocabulary: Vocabulary,
  {
    driftControl,
    promptLength,
  }: { readonly driftControl: boolean } & Pick<DriftControlOptions, "promptLength">,
): LogitsProcessor {
  const grammar = grammarOf(vocabulary, { mayEnd: false });
  const processor: LogitsProcessor = {
    push: (id) => grammar.push(id),
    mask: (allowed) => grammar.mask(allowed),
    automaton: () => ({ tables: grammar.tables, counters: grammar.counters() }),
  };
  return driftControl ? withDriftControl(processor, vocabulary, { promptLength }) : processor;
}

function grammarOf(vocabulary: Vocabulary, { mayEnd }: { readonly mayEnd: boolean }): PerformanceGrammar {
  return new PerformanceGrammar(vocabulary, {
    longestNoteSteps: LONGEST_NOTE_SECONDS * STEPS_PER_SECOND,
    mayEnd,
  });
}
