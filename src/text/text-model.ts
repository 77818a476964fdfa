/** Text generation and scoring with a GPT-2. */
import type { TextTokenizer } from "../../encoding/text/index.ts";
import {
  type LogitsProcessor,
  type Decoder,
  type GeneratedId,
  generateIds,
  leaseContext,
  PrefixCachePool,
  Sampler,
} from "../engine/index.ts";
import { OptionError, samplingOf, type SamplingOptions } from "../options.ts";
import type {
  CompleteOptions,
  ExplainTextOptions,
  GeneratedText,
  GenerateTextOptions,
  ScoreTextOptions,
  TextEnd,
  TextExplanation,
  TextPrompt,
  TextScore,
  TextStep,
} from "./options.ts";
import { checkIndex, explainText } from "./explain-text.ts";
import { PromptError } from "./prompt-error.ts";
import { scoreText } from "./score-text.ts";
import { type SpecialIds, specialIds } from "./special-ids.ts";
import { stopStrings, untilStop } from "./stop-strings.ts";

/** Contexts in the prefix cache, so that several samples of one prompt read it once. */
const CACHED_CONTEXTS = 2;

/** A text model: a decoder and its tokenizer. */
export class TextModel {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  /**
   * One byte per id, 0 for ids without a token that end no text: some models have more ids than their tokenizer. Undefined
   * if every id is 1.
   */
  readonly allowedTokens: Uint8Array | undefined;
  /** Id that starts a text without a prompt; null if there is none. */
  readonly startId: number | null;
  /** Ids that end a text. */
  readonly endIds: ReadonlySet<number>;
  readonly #contexts: PrefixCachePool;

  /**
   * @param ids the ids that start and end a text. Default: those of the tokenizer.
   */
  constructor(decoder: Decoder, tokenizer: TextTokenizer, ids: Partial<SpecialIds> = {}) {
    const { vocabularySize } = decoder.config;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    const own = specialIds({}, tokenizer, vocabularySize);
    this.startId = ids.startId ?? own.startId;
    this.endIds = new Set(ids.endIds ?? own.endIds);
    this.#contexts = new PrefixCachePool(decoder, CACHED_CONTEXTS);
    const hasToken = Uint8Array.from({ length: vocabularySize }, (_, id) =>
      Number(tokenizer.has(id) || this.endIds.has(id)),
    );
    this.allowedTokens = hasToken.includes(0) ? hasToken : undefined;
  }

  /** Tokens that may separate a source from its target, for the option `to`: the special ones that neither start nor end a text. */
  get separators(): readonly string[] {
    return this.tokenizer.specialTokens.filter((token) => {
      const id = this.tokenizer.idOf(token);
      const isFree = id !== null && id !== this.startId && !this.endIds.has(id);
      return isFree && id < this.decoder.config.vocabularySize;
    });
  }

  /**
   * The ids of a prompt: those of a text as the tokenizer's post-processor completes them, or the given ones; with `to`, between
   * `startId` and the separator. Without a prompt, `startId`.
   *
   * @throws PromptError without a prompt if the model has no `startId` or with `to`, for an id that the model does not have, and for an
   * unknown separator.
   */
  encodePrompt(
    prompt: TextPrompt,
    { specialTokens = false, to }: Pick<CompleteOptions, "specialTokens" | "to"> = {},
  ): readonly number[] {
    const separator = to === undefined ? undefined : this.#separatorId(to);
    const ids =
      typeof prompt === "object"
        ? prompt.ids
        : this.tokenizer.encode(prompt ?? "", { specialTokens, addSpecialTokens: to === undefined });
    this.#checkIds(ids, "the prompt");
    if (separator !== undefined && ids.length > 0) {
      return [...(this.startId === null ? [] : [this.startId]), ...ids, separator];
    }
    if (separator !== undefined) {
      throw new PromptError(`there is no text to put before ${to}`, {
        code: "no-prompt",
        hint: "give a prompt",
      });
    }
    if (ids.length > 0) return ids;
    if (this.startId !== null) return [this.startId];
    throw new PromptError("the prompt is empty, and the model has no token that starts a text", {
      code: "no-prompt",
      hint: "give a prompt",
    });
  }

  /**
   * Continues a prompt, or starts a text. Yields strings of whole characters as they are generated. Ends after `tokens`
   * tokens, at the end of the text, or when the context is full. Stop iterating, or abort `signal`, to end it earlier.
   *
   * @param prompt a text, whose special tokens are characters without the option `specialTokens`; ids; undefined starts a text.
   * @throws PromptError for a prompt longer than the context; OptionError for an option out of range.
   * @example
   * for await (const piece of gpt2.complete("A robot must obey", { tokens: 40, topK: 40 })) process.stdout.write(piece);
   */
  async *complete(prompt: TextPrompt, options: CompleteOptions = {}): AsyncGenerator<string, void> {
    for await (const { text } of this.steps(prompt, options)) if (text !== "") yield text;
  }

  /** As `complete`, but yields tokens, with candidates if requested. The generator returns why the text ended. */
  steps(prompt: TextPrompt, options: CompleteOptions = {}): AsyncGenerator<TextStep, TextEnd | undefined> {
    return this.#untilStop(this.#prompt(prompt, options), new Sampler(sampling(options)), options);
  }

  /**
   * Generates a whole text. With context shift, a text has at most `tokens` or, without, a window of tokens.
   *
   * @throws as `complete`.
   */
  async generate(prompt: TextPrompt, options: GenerateTextOptions = {}): Promise<GeneratedText> {
    const sampler = new Sampler(sampling(options));
    const { window, position } = this.decoder.config;
    const isEndless = options.contextShift === true || position.kind !== "learned";
    const tokens = options.tokens ?? (isEndless ? window : Infinity);
    const steps = this.#untilStop(this.#prompt(prompt, options), sampler, { ...options, tokens });
    const ids: number[] = [];
    let text = "";
    for (let step = await steps.next(); ; step = await steps.next()) {
      if (step.done) return { text, ids, seed: sampler.seed, end: step.value };
      ids.push(step.value.id);
      text += step.value.text;
      options.onStep?.(step.value);
    }
  }

  /**
   * Scores a text by sliding windows, as in Hugging Face's guide "Perplexity of fixed-length models". Windows as long as the
   * context begin every `stride` ids. Each id except the first of the text is scored in the first window that contains it.
   *
   * @throws PromptError for a text of fewer than two ids, or with a token that the model does not have; OptionError for a stride out of range.
   */
  async score(text: string, options: ScoreTextOptions = {}): Promise<TextScore> {
    const { window } = this.decoder.config;
    const { stride = Math.max(1, Math.floor(window / 2)), specialTokens, signal, onProgress } = options;
    if (!Number.isInteger(stride) || stride < 1 || stride > window - 1) {
      throw new OptionError(`stride must be a whole number from 1 to ${window - 1}, got ${stride}`);
    }
    const ids = this.tokenizer.encode(text, { specialTokens, addSpecialTokens: true });
    this.#checkIds(ids, "the text");
    if (ids.length < 2) {
      throw new PromptError(`the text has ${ids.length === 0 ? "no tokens" : "one token"}`, {
        code: "too-short",
        hint: "give a text of at least two tokens; the first one is not scored",
      });
    }
    return scoreText(this, ids, { stride, signal, onProgress });
  }

  /**
   * Explains a token of a prompt, or the one that would follow: its candidates, the attention of the token before it, and what each
   * layer would have predicted. Of a prompt longer than the context the last window counts.
   *
   * @throws PromptError as `encodePrompt`; OptionError for an index or option out of range; EngineError as `explainSample`.
   * @example
   * const { layers } = await gpt2.explain("The capital of France is", { layers: true }); // [{ layer: null, candidates, … }, …]
   */
  async explain(prompt: TextPrompt, options: ExplainTextOptions = {}): Promise<TextExplanation> {
    const ids = this.encodePrompt(prompt, options);
    checkIndex(options.index, ids.length);
    const context = this.#contexts.acquire(ids.slice(0, options.index));
    try {
      return await explainText((id) => this.textOf(id), context, ids, {
        ...options,
        sampler: new Sampler(sampling(options)),
        processors: this.#processors(),
      });
    } finally {
      this.#contexts.release(context);
    }
  }

  /** The text of an id alone; empty for an id without a token. */
  textOf(id: number): string {
    return this.tokenizer.has(id) ? this.tokenizer.decode([id]) : "";
  }

  /** Frees the model's memory; the model cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }

  #untilStop(
    prompt: readonly number[],
    sampler: Sampler,
    options: CompleteOptions,
  ): AsyncGenerator<TextStep, TextEnd | undefined> {
    const strings = stopStrings(options.stop);
    const steps = this.#steps(prompt, sampler, options);
    return strings.length === 0 ? steps : untilStop(steps, strings);
  }

  async *#steps(
    prompt: readonly number[],
    sampler: Sampler,
    {
      tokens = Infinity,
      contextShift = false,
      candidates,
      override,
      signal,
      speculation,
      draftModel,
    }: CompleteOptions,
  ): AsyncGenerator<TextStep, TextEnd | undefined> {
    if (!(tokens >= 1)) throw new OptionError(`tokens must be at least 1, got ${tokens}`);
    const processors = this.#processors();
    const stream = this.tokenizer.stream();
    const left = contextShift ? Infinity : this.#remainingPositions(prompt.length);
    let count = 0;
    let isOver = false;
    const overrideId =
      override &&
      (async (sampled: GeneratedId): Promise<number> => {
        const id = await override(this.#step(sampled, ""));
        isOver = id === undefined;
        return id ?? sampled.id;
      });
    const { context, release } = await leaseContext(
      this,
      prompt,
      { speculation, draftModel },
      () => this.#contexts.acquire(prompt),
      (used) => this.#contexts.release(used),
    );
    try {
      for await (const sampled of generateIds(this.decoder, {
        prompt,
        sampler,
        context,
        contextShift,
        override: overrideId,
        processors,
        candidates,
        signal,
      })) {
        if (isOver) return undefined;
        if (this.endIds.has(sampled.id)) return "end-of-text";
        yield this.#step(sampled, stream.push(sampled.id));
        count += 1;
        if (count >= tokens) return "tokens";
        if (count >= left) return "context";
      }
      return undefined;
    } finally {
      release();
    }
  }

  #step({ id, logProbability, candidates }: GeneratedId, text: string): TextStep {
    return {
      id,
      text,
      logProbability,
      ...(candidates === undefined
        ? {}
        : { candidates: candidates.map((each) => ({ ...each, text: this.textOf(each.id) })) }),
    };
  }

  /** Tokens that can follow a prompt. The last one is sampled when the context is full, and is not read. */
  #remainingPositions(promptLength: number): number {
    const { position, window } = this.decoder.config;
    return position.kind === "learned" ? window + 1 - promptLength : Infinity;
  }

  #separatorId(token: string): number {
    const { separators } = this;
    const id = separators.includes(token) ? this.tokenizer.idOf(token) : null;
    if (id !== null) return id;
    throw new PromptError(`the model has no separator ${JSON.stringify(token)}`, {
      code: "unknown-separator",
      hint:
        separators.length === 0
          ? "it has none: it was not trained on pairs"
          : `its separators: ${separators.join(", ")}`,
    });
  }

  #prompt(prompt: TextPrompt, options: CompleteOptions): readonly number[] {
    const ids = this.encodePrompt(prompt, options);
    if (options.contextShift === true || this.#remainingPositions(ids.length) > 0) return ids;
    throw new PromptError(
      `the prompt has ${ids.length} tokens, the model's context ${this.decoder.config.window}`,
      { code: "too-long", hint: "shorten the prompt, or set contextShift to read only its end" },
    );
  }

  /** A tokenizer may have more ids than the model: often a padding token was added, and the model was not enlarged. */
  #checkIds(ids: readonly number[], what: string): void {
    const { vocabularySize } = this.decoder.config;
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (wrong === undefined) return;
    const code = "unknown-id";
    const ends = `ids go from 0 to ${vocabularySize - 1}`;
    if (!this.tokenizer.has(wrong)) {
      const found = `${what} has the id ${wrong}, which the model does not have`;
      throw new PromptError(found, { code, hint: ends });
    }
    const token = JSON.stringify(this.tokenizer.decode([wrong]));
    throw new PromptError(
      `${what} has the token ${token}, id ${wrong}, which the tokenizer has and the model does not`,
      { code, hint: `leave the token out; the model's ${ends}` },
    );
  }

  /** Excludes ids without a token, if there are any. */
  #processors(): LogitsProcessor[] {
    const allowed = this.allowedTokens;
    if (!allowed) return [];
    const processor: LogitsProcessor = {
      push: () => undefined,
      mask: (mask) => mask.set(allowed),
      fork: () => processor,
    };
    return [processor];
  }
}

/** The sampling options; an answer to a separator is the likeliest one unless the temperature is given. */
function sampling(options: CompleteOptions): SamplingOptions {
  const given = samplingOf(options);
  return options.to === undefined || given.temperature !== undefined ? given : { ...given, temperature: 0 };
}
