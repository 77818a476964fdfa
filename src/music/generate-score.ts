/** Generates scores: converts a primer to ids, and the generated notes to a score. */
import {
  scoreFromNotes,
  shiftNotes,
  spliceContinuation,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import type { ContinueOptions, GeneratedMusic, GenerateOptions, Primer } from "./options.ts";
import type {
  GeneratedPerformance,
  GeneratePerformanceOptions,
  PerformanceEngine,
} from "./performance-engine.ts";
import { checkInstruments } from "./instruments.ts";
import { checkPort } from "./port.ts";
import { type EncodedPrimer, encodePrimer } from "./primer.ts";

/**
 * Generates a score: a new piece, or a continuation of `primer`.
 *
 * @throws as `prepareScore`, `PerformanceModel.generate` and `finishScore`.
 */
export async function generateScore(
  engine: PerformanceEngine,
  options: GenerateOptions,
): Promise<GeneratedMusic> {
  const prompt = prepareScore(engine.vocabulary, options);
  const performance = await engine.generate(prompt.ids, performanceOptions(options));
  return finishScore(prompt, performance, options);
}

/**
 * The ids of a primer, a score or ids.
 *
 * @throws as `encodePrimer`.
 */
export function primerIds(
  primer: Primer | undefined,
  vocabulary: Vocabulary,
  options: Pick<ContinueOptions, "primerSeconds" | "tracks">,
): readonly number[] {
  return primer !== undefined && "length" in primer ? primer : encodePrimer(primer, vocabulary, options).ids;
}

/** @throws PrimerError, SelectionError as `encodePrimer`; OptionError for a port or `primerSeconds` out of range. */
export function prepareScore(
  vocabulary: Vocabulary,
  options: Pick<GenerateOptions, "primer" | "primerSeconds" | "tracks" | "port" | "instruments">,
): EncodedPrimer {
  const prompt = encodePrimer(options.primer, vocabulary, options);
  checkPort(options.port);
  checkInstruments(options.instruments);
  return prompt;
}

/** The options without those of the score. */
export function performanceOptions(options: GenerateOptions): GeneratePerformanceOptions {
  const { primer: _, primerSeconds: _s, tracks: _t, port: _p, continuationOnly: _c, ...others } = options;
  return others;
}

/** @throws ChannelError when no channel is free for the new notes. */
export function finishScore(
  prompt: EncodedPrimer,
  { seed, events, notes, start }: GeneratedPerformance,
  options: GenerateOptions,
): GeneratedMusic {
  const generated = notes.filter((note) => note.onset >= start.onsets);
  const last = generated.reduce((latest, note) => Math.max(latest, note.endStep), start.step);
  const seconds = options.ending ? (last - start.step) / STEPS_PER_SECOND : options.seconds;
  const { trimmedSeconds, leftOutSeconds, silenceFromSeconds } = prompt;
  const facts = { seed, events, notes: generated.length, seconds, trimmedSeconds, leftOutSeconds };
  const { primer, port } = options;
  if (!primer || options.continuationOnly) {
    const score = scoreFromNotes(shiftNotes(generated, -start.step / STEPS_PER_SECOND));
    return { score, ...facts };
  }
  const score = spliceContinuation(primer, {
    primerNotes: prompt.notes,
    notes,
    primerOnsets: start.onsets,
    startSeconds: trimmedSeconds,
    cutSeconds: prompt.isWhole ? Infinity : trimmedSeconds + start.step / STEPS_PER_SECOND,
    silenceFromSeconds,
    port,
  });
  return { score, ...facts };
}
