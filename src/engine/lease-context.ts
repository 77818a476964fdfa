/** The context of one generation, with speculative decoding if its options request it. */
import { OptionError } from "../options.ts";
import type { CachedContext } from "./cached-context.ts";
import type { DraftedIds, DraftModel } from "./draft-model.ts";
import type { SequenceContext } from "./sequence-context.ts";
import { type DraftingMethod, speculate, SUFFIXES } from "./speculate.ts";

/** The options of speculative decoding. */
export interface DraftOptions {
  /** Default true. */
  readonly speculation?: boolean | undefined;
  readonly draftModel?: DraftModel | undefined;
  /** The drafts without a model. Default: those of `SuffixDrafter`. */
  readonly drafting?: DraftingMethod | undefined;
}

/** A context for one generation. */
export interface ContextLease {
  readonly context: SequenceContext;
  readonly release: () => void;
}

/**
 * Acquires a context for one generation.
 *
 * @param acquire returns a context of the model that is not used for anything else.
 * @param release called with it at the end, after the drafted ids that were not sampled are removed.
 * @throws OptionError for a draft model that does not fit, or without speculation.
 */
export async function leaseContext(
  model: DraftedIds,
  prompt: readonly number[],
  { speculation = true, draftModel, drafting = SUFFIXES }: DraftOptions,
  acquire: () => CachedContext,
  release: (context: CachedContext) => void = () => undefined,
): Promise<ContextLease> {
  if (draftModel && !speculation) {
    throw new OptionError("draftModel and speculation: false exclude each other", {
      code: "not-for-this-model",
      hint: "omit one of them",
    });
  }
  await draftModel?.check(model);
  const context = acquire();
  if (draftModel) {
    const drafted = await draftModel.speculate(model, context, prompt, drafting);
    return { context: drafted.context, release: () => (drafted.settle(), release(context)) };
  }
  const speculative = speculation ? speculate(model.decoder, context, drafting.newDrafter) : undefined;
  return { context: speculative ?? context, release: () => (speculative?.settle(), release(context)) };
}
