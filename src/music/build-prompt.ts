/** Where the music that is to be generated begins, and by which rules it goes on. */
import {
  PerformanceClock,
  PerformanceGrammar,
  STEPS_PER_SECOND,
  type Vocabulary,
  withConditions,
} from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import type { Constraint } from "../engine/index.ts";
import { OptionError } from "../options.ts";
import { LONGEST_NOTE_SECONDS } from "./limits.ts";
import { ControlTokenProcessor } from "./control-token-processor.ts";
import type { ContinueOptions } from "./options.ts";
import { withDriftControl, type DriftControlOptions } from "./drift-control.ts";
import { requireTask } from "./task-error.ts";

export interface BuiltPrompt {
  /** What the model is given. */
  readonly prompt: readonly number[];
  /** What may follow. */
  readonly constraint: Constraint;
  /** How many of the last ids of the prompt were generated, control tokens included. */
  readonly sampled: number;
}

/**
 * What the model is given, and what may follow.
 *
 * @throws TaskError when the model was not trained for what is asked; OptionError for an ending at no time, and for a
 * `generatedFrom` outside the primer.
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
      constraint: musicProcessor(vocabulary, { driftControl, promptLength: prompt.length - sampled }),
      sampled,
    };
  }
  if (ending) requireTask(config, "ending");
  if (ending && seconds === undefined) {
    throw new OptionError("ending needs seconds: how long the piece is to be", {
      code: "missing-option",
      hint: "give seconds, or leave ending out",
    });
  }
  if (isConditioned) requireTask(config, "style");
  const primer = primerIds.slice(0, generatedFrom);
  const generated = primerIds.slice(generatedFrom);
  // Of the primer the model is told what it is like; of the new music, what it shall be like.
  const marked = isConditioned
    ? withConditions(primer, vocabulary, { style, density: density !== undefined })
    : primer;
  const given = withStartToken(vocabulary, marked);
  const endStep =
    ending && seconds !== undefined
      ? Math.round(seconds * STEPS_PER_SECOND) + stepsOf(generated, vocabulary)
      : undefined;
  const controlTokens = (): ControlTokenProcessor =>
    new ControlTokenProcessor(vocabulary, grammarOf(vocabulary, { mayEnd: true }), {
      conditions: { style, density },
      endStep,
      promptLength: given.length,
    });
  const tail = generated.length === 0 ? [] : withControlTokens(controlTokens(), given, generated);
  return {
    prompt: [...given, ...tail],
    constraint: driftControl
      ? withDriftControl(controlTokens(), vocabulary, { density, promptLength: given.length })
      : controlTokens(),
    sampled: tail.length,
  };
}

/** Generated ids with the control tokens that were sampled between them, and not told. */
function withControlTokens(
  piece: ControlTokenProcessor,
  given: readonly number[],
  generated: readonly number[],
): number[] {
  const ids: number[] = [];
  for (const id of given) piece.push(id);
  const push = (id: number): void => {
    piece.push(id);
    ids.push(id);
  };
  for (const id of generated) {
    for (let mark = piece.nextControlToken(); mark !== undefined; mark = piece.nextControlToken()) push(mark);
    push(id);
  }
  return ids;
}

/** Where in the primer generated ids begin. @throws OptionError for a place that it does not have. */
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

/** Ids as the model is given them, behind the start of a piece. */
export function withStartToken(vocabulary: Vocabulary, ids: readonly number[]): number[] {
  const start = vocabulary.range("START");
  return start ? [start.first, ...ids] : [...ids];
}

/** What may come next in a piece that ends when the time is up, not before. */
export function musicProcessor(
  vocabulary: Vocabulary,
  {
    driftControl,
    promptLength,
  }: { readonly driftControl: boolean } & Pick<DriftControlOptions, "promptLength">,
): Constraint {
  const grammar = grammarOf(vocabulary, { mayEnd: false });
  const constraint: Constraint = {
    push: (id) => grammar.push(id),
    mask: (legal) => grammar.mask(legal),
    legality: () => ({ tables: grammar.tables, counters: grammar.counters() }),
  };
  return driftControl ? withDriftControl(constraint, vocabulary, { promptLength }) : constraint;
}

function grammarOf(vocabulary: Vocabulary, { mayEnd }: { readonly mayEnd: boolean }): PerformanceGrammar {
  return new PerformanceGrammar(vocabulary, {
    longestNoteSteps: LONGEST_NOTE_SECONDS * STEPS_PER_SECOND,
    mayEnd,
  });
}
