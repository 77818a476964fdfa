/** Where the music that is to be generated begins, and by which rules it goes on. */
import {
  PerformanceGrammar,
  STEPS_PER_SECOND,
  type Vocabulary,
  withConditions,
} from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import type { Constraint } from "../engine/generate.ts";
import { OptionError } from "../options.ts";
import { LONGEST_NOTE_SECONDS } from "./limits.ts";
import { MarkedPiece } from "./marked-piece.ts";
import type { ContinueOptions } from "./options.ts";
import { steadied, type SteadyOptions } from "./steady.ts";
import { requireTask } from "./task-error.ts";

/**
 * What the model is given, and what may follow.
 *
 * @throws TaskError when the model was not trained for what is asked; OptionError for an ending at no time.
 */
export function beginning(
  config: DecoderConfig,
  vocabulary: Vocabulary,
  primerIds: readonly number[],
  { seconds, ending = false, style, density, steady = true, firstStep = 0 }: ContinueOptions,
): { readonly prompt: readonly number[]; readonly constraint: Constraint } {
  const isConditioned = style !== undefined || density !== undefined;
  if (!ending && !isConditioned) {
    const prompt = framed(vocabulary, primerIds);
    return { prompt, constraint: unmarked(vocabulary, { steady, given: prompt.length - firstStep }) };
  }
  if (ending) requireTask(config, "ending");
  if (ending && seconds === undefined) {
    throw new OptionError("ending needs seconds: how long the piece is to be", {
      code: "missing-option",
      hint: "give seconds, or leave ending out",
    });
  }
  if (isConditioned) requireTask(config, "style");
  // Of the primer the model is told what it is like; of the new music, what it shall be like.
  const primer = isConditioned
    ? withConditions(primerIds, vocabulary, { style, density: density !== undefined })
    : primerIds;
  const prompt = framed(vocabulary, primer);
  const constraint = new MarkedPiece(vocabulary, grammarOf(vocabulary, { mayEnd: true }), {
    conditions: { style, density },
    endStep: ending && seconds !== undefined ? Math.round(seconds * STEPS_PER_SECOND) : undefined,
    promptLength: prompt.length,
  });
  const given = prompt.length - firstStep;
  return { prompt, constraint: steady ? steadied(constraint, vocabulary, { density, given }) : constraint };
}

/** Ids as the model is given them, behind the start of a piece. */
export function framed(vocabulary: Vocabulary, ids: readonly number[]): number[] {
  const start = vocabulary.range("START");
  return start ? [start.first, ...ids] : [...ids];
}

/** What may come next in a piece that ends when the time is up, not before. */
export function unmarked(
  vocabulary: Vocabulary,
  { steady, given }: { readonly steady: boolean } & Pick<SteadyOptions, "given">,
): Constraint {
  const grammar = grammarOf(vocabulary, { mayEnd: false });
  const constraint: Constraint = {
    push: (id) => grammar.push(id),
    mask: (legal) => grammar.mask(legal),
    legality: () => ({ tables: grammar.tables, counters: grammar.counters() }),
  };
  return steady ? steadied(constraint, vocabulary, { given }) : constraint;
}

function grammarOf(vocabulary: Vocabulary, { mayEnd }: { readonly mayEnd: boolean }): PerformanceGrammar {
  return new PerformanceGrammar(vocabulary, {
    longestNoteSteps: LONGEST_NOTE_SECONDS * STEPS_PER_SECOND,
    mayEnd,
  });
}
