/** Why an id came: what else it could have been, and what the model looked at. */
import type { AttentionRequest, LayerAttention } from "./attention.ts";
import { type Constraint, Follower } from "./generate.ts";
import type { CachedContext } from "./cached-context.ts";
import { type Candidate, likeliest, type Sampler } from "./sampler.ts";

/** The draw to be explained: the ids that led to it, and the rules it was made by. */
export interface ExplainDrawOptions {
  /** Ids before the one in question; at least one. */
  readonly prompt: readonly number[];
  /** The id in question; undefined to ask what may follow. */
  readonly id: number | undefined;
  readonly sampler: Sampler;
  readonly constraint?: Constraint;
  /** How many of the likeliest candidates to name. */
  readonly candidates: number;
  /** Whose attention is wanted. Default: nobody's. */
  readonly attention?: AttentionRequest;
}

/** What could have come in the place of an id, and what the model looked at when it chose. */
export interface Explanation {
  /** The likeliest ids in that place, falling; those that could not be drawn are left out. */
  readonly candidates: readonly Candidate[];
  /** The probability of the id in question, under the sampler's options. */
  readonly probability: number | undefined;
  /** Of the id before it, from whose logits it was drawn; empty where no attention was asked for. */
  readonly attention: readonly LayerAttention[];
}

/** Reads up to an id, and looks at the draw it came from. Of a prompt longer than the model's window only the last part counts. */
export async function explainDraw(
  context: CachedContext,
  vocabularySize: number,
  { prompt, id, sampler, constraint, candidates, attention }: ExplainDrawOptions,
): Promise<Explanation> {
  const read = await context.prefill(prompt, { reuseBeyondWindow: true, attention });
  const { steering } = new Follower(constraint, prompt);
  const legal = constraint && new Uint8Array(vocabularySize);
  if (constraint && legal) constraint.mask(legal);
  const recent = sampler.needsRecent ? prompt.slice(-context.window) : undefined;
  const probabilities = sampler.probabilities(read.logits, { legal, recent, ...steering });
  return {
    candidates: likeliest(probabilities, candidates),
    probability: id === undefined ? undefined : probabilities[id],
    attention: read.attention,
  };
}
