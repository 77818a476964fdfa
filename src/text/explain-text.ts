/** Explains a token of a text: see `TextModel.explain`. */
import {
  type CachedContext,
  type Candidate,
  explainSample,
  type LogitsProcessor,
  type Sampler,
} from "../engine/index.ts";
import { OptionError } from "../options.ts";
import type { ExplainTextOptions, TextCandidate, TextExplanation } from "./options.ts";

/** Default number of candidates. */
const CANDIDATES = 10;

export interface ExplainTextRequest extends Pick<
  ExplainTextOptions,
  "attention" | "candidates" | "index" | "layers"
> {
  readonly sampler: Sampler;
  readonly processors: readonly LogitsProcessor[];
}

/** @throws OptionError for an index that is no token with one before it, or after the last one. */
export function checkIndex(index: number | undefined, length: number): void {
  if (index === undefined || (Number.isInteger(index) && index >= 1 && index <= length)) return;
  throw new OptionError(`index must be a whole number from 1 to ${length}, got ${index}`);
}

/** @param ids the prompt. */
export async function explainText(
  textOf: (id: number) => string,
  context: CachedContext,
  ids: readonly number[],
  { index = ids.length, candidates = CANDIDATES, ...request }: ExplainTextRequest,
): Promise<TextExplanation> {
  const { attention, layers, processors, sampler } = request;
  const { layers: rows, ...explained } = await explainSample(context, context.config.vocabularySize, {
    prompt: ids.slice(0, index),
    id: ids[index],
    sampler,
    processors,
    candidates,
    attention,
    layers,
  });
  const named = <Row extends { readonly candidates: readonly Candidate[] }>(row: Row) => ({
    ...row,
    candidates: row.candidates.map((each): TextCandidate => ({ ...each, text: textOf(each.id) })),
  });
  return { ids, index, ...named(explained), ...(rows && { layers: rows.map(named) }) };
}
