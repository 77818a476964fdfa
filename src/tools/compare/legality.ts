/** How often a model without the mask samples ids that the grammar forbids. */
import {
  encodePerformance,
  PERFORMANCE_388,
  PerformanceGrammar,
  PerformanceState,
  STEPS_PER_SECOND,
} from "../../../encoding/index.ts";
import { generateIds } from "../../engine/index.ts";
import { type MusicModel, musicSampler } from "../../music/index.ts";
import type { SamplingOptions } from "../../options.ts";
import type { Window } from "./windows.ts";

export interface LegalityCount {
  /** Sampled ids. */
  readonly ids: number;
  /** Number of them that the grammar forbids. */
  readonly illegal: number;
}

export interface UnmaskedOptions extends SamplingOptions {
  readonly seconds: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (seconds: number) => void;
}

/** Limit that stops a generation without time shifts. */
const MAX_IDS_PER_SECOND = 1000;

/**
 * Generates with the mask off and counts the sampled ids that the mask would have forbidden. They stay in the context. Drift control is
 * off. The generation stops at END.
 */
export async function countIllegal(model: MusicModel, options: UnmaskedOptions): Promise<LegalityCount> {
  const { vocabulary, decoder } = model;
  const { seconds, signal, onEvent, ...sampling } = options;
  const [start, end] = [vocabulary.id("START"), vocabulary.id("END")];
  const state = new PerformanceState(vocabulary, [start]);
  const grammar = new PerformanceGrammar(state);
  const allowed = new Uint8Array(vocabulary.size);
  let ids = 0;
  let illegal = 0;
  for await (const { id } of generateIds(decoder, {
    prompt: [start],
    sampler: musicSampler(sampling, vocabulary),
    signal,
  })) {
    grammar.mask(allowed);
    ids += 1;
    if (allowed[id] === 0) illegal += 1;
    if (id === end) break;
    state.push(id);
    const now = state.step / STEPS_PER_SECOND;
    onEvent?.(now);
    if (now >= seconds || ids >= seconds * MAX_IDS_PER_SECOND) break;
  }
  return { ids, illegal };
}

/** Baseline: forbidden ids in real music, such as a second note-on of a sounding key. */
export function illegalIdsOf({ notes }: Window): LegalityCount {
  const state = new PerformanceState(PERFORMANCE_388);
  const grammar = new PerformanceGrammar(state);
  const allowed = new Uint8Array(PERFORMANCE_388.size);
  const ids = encodePerformance(
    notes.map(({ pitch, velocity, startStep, endStep }) => ({
      pitch,
      velocity,
      startSeconds: startStep / STEPS_PER_SECOND,
      endSeconds: endStep / STEPS_PER_SECOND,
    })),
    PERFORMANCE_388,
  );
  let illegal = 0;
  for (const id of ids) {
    grammar.mask(allowed);
    if (allowed[id] === 0) illegal += 1;
    state.push(id);
  }
  return { ids: ids.length, illegal };
}

/** Sums of counts, and the share of forbidden ids. */
export function totalLegality(all: readonly LegalityCount[]): LegalityCount & { readonly share: number } {
  const ids = all.reduce((sum, file) => sum + file.ids, 0);
  const illegal = all.reduce((sum, file) => sum + file.illegal, 0);
  return { ids, illegal, share: illegal / ids };
}
