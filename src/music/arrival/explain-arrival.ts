/** Explains an id of a window: its candidates in words, its probability, and attention. */
import {
  allowedIds,
  type ArrivalSlot,
  type ArrivalVocabulary,
  decodeArrival,
  idWords,
} from "../../../encoding/index.ts";
import {
  type CachedContext,
  type Candidate,
  explainSample,
  type LogitsProcessor,
  type Sampler,
} from "../../engine/index.ts";
import { OptionError } from "../../options.ts";
import type { BandCandidate, BandExplainOptions, BandExplanation } from "./band-options.ts";

/** The values of a triple, in order. */
export const SLOTS: readonly ArrivalSlot[] = ["onset", "duration", "note"];
const CANDIDATES = 12;

export interface ExplainArrivalOptions extends Pick<
  BandExplainOptions,
  "attention" | "candidates" | "instruments" | "layers"
> {
  readonly vocabulary: ArrivalVocabulary;
  readonly sampler: Sampler;
  readonly vocabularySize: number;
}

/**
 * @param ids a window: the code for whether there are controls, then triples.
 * @param index index of the id; `ids.length` for the one that would follow.
 * @throws OptionError for an index out of range; ArrivalError for ids that are no window; EngineError as `explainSample`.
 */
export async function explainArrival(
  context: CachedContext,
  ids: readonly number[],
  index: number,
  options: ExplainArrivalOptions,
): Promise<BandExplanation> {
  const { vocabulary, sampler, vocabularySize, instruments: players, attention, layers } = options;
  const { candidates = CANDIDATES } = options;
  const last = Math.min(ids.length, context.window);
  if (!Number.isInteger(index) || index < 1 || index > last) {
    throw new OptionError(`index must be a whole number from 1 to ${last}, got ${index}`, {
      code: "out-of-range",
      hint: "give the ids of one window, and the index of one of them but the first",
    });
  }
  const place = (index - 1) % SLOTS.length;
  const events = decodeArrival(Uint16Array.from(ids.slice(0, index - place)), 0, vocabulary);
  const instruments = new Set<number>();
  let fromStep = 0;
  for (const event of events) {
    if (event.kind === "separator") continue;
    if (event.kind === "note") instruments.add(event.instrument);
    // Controls precede their onset.
    if (event.kind === "rest" || !event.isControl) fromStep = event.onsetStep;
  }
  const spans = allowedIds(SLOTS[place] ?? "onset", { vocabulary, fromStep, instruments, players });
  const processor: LogitsProcessor = {
    push: () => {},
    mask: (allowed) => {
      allowed.fill(0);
      for (const { first, end } of spans) allowed.fill(1, first, end);
    },
  };
  const {
    candidates: likeliest,
    layers: rows,
    ...explanation
  } = await explainSample(context, vocabularySize, {
    prompt: ids.slice(0, index),
    id: ids[index],
    sampler,
    processors: [processor],
    candidates,
    attention,
    layers,
  });
  const words = (id: number): string => idWords(id, { vocabulary, previousOnset: fromStep });
  const inWords = (candidate: Candidate): BandCandidate => ({ ...candidate, words: words(candidate.id) });
  return {
    ...explanation,
    words: ids[index] === undefined ? undefined : words(ids[index]),
    candidates: likeliest.map(inWords),
    ...(rows && { layers: rows.map((row) => ({ ...row, candidates: row.candidates.map(inWords) })) }),
  };
}
