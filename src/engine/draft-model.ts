/** Speculative decoding with a draft model: a second, smaller model. */
import { weightBytes } from "../../models/index.ts";
import { OptionError } from "../options.ts";
import { type CachedContext, PrefixCachePool } from "./cached-context.ts";
import type { Decoder } from "./decoder.ts";
import { EitherDrafter } from "./either-drafter.ts";
import { ModelDrafter } from "./model-drafter.ts";
import type { SequenceContext } from "./sequence-context.ts";
import { type DraftingMethod, speculate, SUFFIXES } from "./speculate.ts";
import type { SpeculationReport } from "./speculative-context.ts";

/** The tokens of a vocabulary of text. */
export interface TokenBytes {
  /** Whether an id has a token. */
  has(id: number): boolean;
  /** The bytes of an id that has a token. */
  bytes(id: number): Uint8Array;
}

/** A model with the meaning of its ids: a `TextModel`, `MusicModel` or `BandModel`. */
export interface DraftedIds {
  readonly decoder: Decoder;
  /** Of a model of text. */
  readonly tokenizer?: TokenBytes;
  /** Of a model of music. */
  readonly vocabulary?: { readonly name: string };
}

/** A context that verifies drafts, for one generation. */
export interface DraftedContext {
  readonly context: SequenceContext;
  /** Removes the drafted ids that were not sampled. Call it before the context is used for anything else. */
  readonly settle: () => void;
}

/** Capacity of the prefix cache of the draft model, in contexts. */
const CACHED_CONTEXTS = 2;

/**
 * A second, smaller model with the same vocabulary, which drafts the next ids. A drafted id is kept only if the model itself samples it, so
 * the generated ids are the same as without a draft model. The draft model samples with the seed, the step and the rules of the generation:
 * see `ModelDrafter`. The length of the drafts depends on the acceptance rate; it is 0 where drafts would cost more time than they save.
 *
 * @example
 * const draftModel = new DraftModel(await loadTextModel("distilbert/distilgpt2"));
 * const { text } = await gpt2.generate("A robot must obey", { tokens: 40, draftModel });
 */
export class DraftModel {
  readonly #draft: DraftedIds;
  readonly #pools = new Map<boolean, PrefixCachePool>();
  /** Models that passed the check. */
  readonly #checked = new WeakSet<DraftedIds>();
  /** Counts of drafted and accepted ids in all generations that have ended, drafts of repeats included. */
  readonly report: SpeculationReport = { runs: 0, drafted: 0, accepted: 0 };

  /** @param draft the smaller model. Do not dispose it before the generations that use it have ended. */
  constructor(draft: DraftedIds) {
    this.#draft = draft;
  }

  /**
   * @throws OptionError when the model cannot verify drafts, when the vocabularies of the two models differ, and when the draft model has
   * fewer learned positions.
   */
  async check(model: DraftedIds): Promise<void> {
    if (this.#checked.has(model)) return;
    const problem = (await cannotDraft(model.decoder)) ?? difference(this.#draft, model);
    if (problem) throw new OptionError(problem.found, { code: "not-for-this-model", hint: problem.hint });
    this.#checked.add(model);
  }

  /**
   * @param context a context of the model, not used for anything else until `settle`.
   * @param prompt the ids of the generation so far.
   * @param method makes the drafts from repeats in the music or text.
   * @throws OptionError as `check`.
   */
  async speculate(
    model: DraftedIds,
    context: CachedContext,
    prompt: readonly number[],
    { newDrafter, longRepeat }: DraftingMethod = SUFFIXES,
  ): Promise<DraftedContext> {
    await this.check(model);
    const pool = this.#pool(context.withSink);
    const own = pool.acquire(prompt);
    const drafter = new ModelDrafter(own, stepCost(this.#draft.decoder) / stepCost(model.decoder));
    const speculative = speculate(
      model.decoder,
      context,
      (rowCost) => new EitherDrafter(newDrafter(rowCost), drafter, longRepeat),
    );
    if (!speculative) throw new TypeError("the model passed the check, but cannot verify drafts");
    const settle = (): void => {
      speculative.settle();
      drafter.settle();
      const { runs, drafted, accepted } = speculative.report;
      this.report.runs += runs;
      this.report.drafted += drafted;
      this.report.accepted += accepted;
      pool.release(own);
    };
    return { context: speculative, settle };
  }

  /** @param withSink whether the context of the model, and so that of the draft model, has an attention sink. */
  #pool(withSink: boolean): PrefixCachePool {
    const pool =
      this.#pools.get(withSink) ?? new PrefixCachePool(this.#draft.decoder, CACHED_CONTEXTS, withSink);
    this.#pools.set(withSink, pool);
    return pool;
  }
}

interface Problem {
  readonly found: string;
  readonly hint: string;
}

async function cannotDraft(decoder: Decoder): Promise<Problem | undefined> {
  if (await decoder.readsAhead()) return undefined;
  if (decoder.backend !== "node") {
    const found = `a draft model needs the native runtime, and this model runs with ${decoder.backend}`;
    return { found, hint: "omit the draft model" };
  }
  return {
    found: "a draft model would change the ids of this model in its precision",
    hint: "use the precision fp32, or omit the draft model",
  };
}

/** The reason why a model cannot draft for another; undefined if it can. */
function difference(draft: DraftedIds, model: DraftedIds): Problem | undefined {
  const hint = "choose a draft model with the vocabulary of the model";
  const [own, other] = [draft.decoder.config, model.decoder.config];
  if (own.vocabularySize !== other.vocabularySize) {
    const found = `the draft model has ${own.vocabularySize} ids, and the model ${other.vocabularySize}`;
    return { found, hint };
  }
  if (draft.vocabulary?.name !== model.vocabulary?.name) {
    const [named, wanted] = [draft, model].map(({ vocabulary }) => vocabulary?.name ?? "text");
    return { found: `the ids of the draft model are ${named}, and those of the model ${wanted}`, hint };
  }
  const id = firstOtherToken(draft, model);
  if (id !== undefined) {
    const [named, wanted] = [draft, model].map((each) => tokenOf(each, id));
    return {
      found: `the draft model has another vocabulary: id ${id} is ${named}, and of the model ${wanted}`,
      hint,
    };
  }
  if (own.position.kind === "learned" && own.window < other.window) {
    return {
      found: `the window of the draft model has ${own.window} ids, and that of the model ${other.window}`,
      hint: "choose a draft model with a window at least as long",
    };
  }
  return undefined;
}

/** The first id that is not the same token in both. */
function firstOtherToken(
  { tokenizer: own, decoder }: DraftedIds,
  { tokenizer: other }: DraftedIds,
): number | undefined {
  if (own === other || !own || !other) return own === other ? undefined : 0;
  for (let id = 0; id < decoder.config.vocabularySize; id += 1) {
    if (own.has(id) !== other.has(id)) return id;
    if (own.has(id) && !isSame(own.bytes(id), other.bytes(id))) return id;
  }
  return undefined;
}

function tokenOf({ tokenizer }: DraftedIds, id: number): string {
  return tokenizer?.has(id) ? JSON.stringify(new TextDecoder().decode(tokenizer.bytes(id))) : "no token";
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The fixed time of a layer, as the bytes of weights that are read in this time: measured for GPT-2 124M and `piano`, on two cores. */
const BYTES_PER_LAYER = 5e6;

/** The estimated time of a step, as a number of bytes. It is not measured, so that a seed always gives the same runs. */
function stepCost({ config, scheme }: Decoder): number {
  return weightBytes(config, scheme) + config.layers * BYTES_PER_LAYER;
}
