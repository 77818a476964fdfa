/** How often a model would break the grammar of performances, were it let. */
import { PerformanceDecoder, PerformanceGrammar, STEPS_PER_SECOND } from "../../encoding/index.ts";
import { generateIds } from "../engine/generate.ts";
import { Sampler } from "../engine/sampler.ts";
import type { MusicModel } from "../music.ts";
import type { SamplingOptions } from "../options.ts";

export interface LegalityFigures {
  /** Ids drawn. */
  readonly ids: number;
  /** Of them, those that the grammar forbids at their place. */
  readonly illegal: number;
}

export interface UnmaskedOptions extends SamplingOptions {
  readonly seconds: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (seconds: number) => void;
}

/** More ids than any music needs for a second: ends a generation that never lets time pass. */
const MOST_IDS_PER_SECOND = 1000;

/**
 * Generates with the mask off and counts the choices that the mask would not have allowed. They stay in the context, as
 * they would without a grammar. Where the model ends its piece, the generation ends.
 */
export async function countIllegal(model: MusicModel, options: UnmaskedOptions): Promise<LegalityFigures> {
  const { vocabulary, decoder } = model;
  const { seconds, signal, onEvent, ...sampling } = options;
  const grammar = new PerformanceGrammar(vocabulary);
  const time = new PerformanceDecoder(vocabulary);
  const legal = new Uint8Array(vocabulary.size);
  const start = vocabulary.id("START");
  grammar.push(start);
  let ids = 0;
  let illegal = 0;
  for await (const { id } of generateIds(decoder, {
    prompt: [start],
    sampler: new Sampler(sampling),
    ...(signal ? { signal } : {}),
  })) {
    grammar.mask(legal);
    ids += 1;
    if (legal[id] === 0) illegal += 1;
    grammar.push(id);
    if (vocabulary.event(id).kind === "END") break;
    time.push(id);
    const now = time.step / STEPS_PER_SECOND;
    onEvent?.(now);
    if (now >= seconds || ids >= seconds * MOST_IDS_PER_SECOND) break;
  }
  return { ids, illegal };
}
