/** The text facade: a prompt in, its continuation out, a GPT-2 between. */
import { type TextTokenizer, TokenizerError } from "../../encoding/text/index.ts";
import {
  type LogitsProcessor,
  type Decoder,
  type GeneratedId,
  generateIds,
  PrefixCachePool,
  Sampler,
  score,
} from "../engine/index.ts";
import { HintedError } from "../errors.ts";
import { OptionError, samplingOf } from "../options.ts";
import type {
  CompleteOptions,
  GeneratedText,
  GenerateTextOptions,
  ScoreTextOptions,
  TextEnd,
  TextScore,
  TextStep,
} from "./options.ts";

/** Thrown for a prompt that cannot be continued, or a text that cannot be scored. */
export class PromptError extends HintedError<"no-prompt" | "too-long" | "too-short"> {
  override readonly name = "PromptError";
}

/** Prompts that are remembered, so that samples of one prompt read it once. */
const CACHED_CONTEXTS = 2;

/** A model that continues text. */
export class TextModel {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  /** One byte an id, 0 where it has no token: some models have a few more than their tokenizer. Undefined: all have. */
  readonly allowedTokens: Uint8Array | undefined;
  readonly #contexts: PrefixCachePool;

  /** @throws TokenizerError when the tokenizer has ids that the model has not. */
  constructor(decoder: Decoder, tokenizer: TextTokenizer) {
    const { vocabularySize } = decoder.config;
    if (tokenizer.size > vocabularySize) {
      throw new TokenizerError(`the tokenizer has ${tokenizer.size} ids, the model ${vocabularySize}`, {
        code: "wrong-model",
        hint: "they are of different models; take both from one checkpoint",
      });
    }
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.#contexts = new PrefixCachePool(decoder, CACHED_CONTEXTS);
    const hasToken = Uint8Array.from({ length: vocabularySize }, (_, id) => Number(tokenizer.has(id)));
    this.allowedTokens = hasToken.includes(0) ? hasToken : undefined;
  }

  /**
   * The ids that the model reads of a prompt; without one, `<|endoftext|>`, with which it begins a text.
   *
   * @throws PromptError where there is no such id.
   */
  encodePrompt(text: string | undefined): readonly number[] {
    const ids = this.tokenizer.encode(text ?? "");
    if (ids.length > 0) return ids;
    const { endOfTextId } = this.tokenizer;
    if (endOfTextId !== null) return [endOfTextId];
    throw new PromptError("the model has no <|endoftext|> to begin with", {
      code: "no-prompt",
      hint: "give a prompt",
    });
  }

  /**
   * Continues a prompt, in pieces of whole characters as they are generated; without one begins a text. Ends after
   * `tokens`, where the model ends the text, or where its context ends. Stop iterating, or abort `signal`, to stop the model.
   *
   * @param prompt is text as it is: `<|endoftext|>` in it is not special.
   * @throws PromptError for a prompt that the context is too short for; OptionError for an option out of range.
   * @example
   * for await (const piece of gpt2.complete("A robot must obey", { tokens: 40, topK: 40 })) process.stdout.write(piece);
   */
  async *complete(prompt: string | undefined, options: CompleteOptions = {}): AsyncGenerator<string, void> {
    for await (const { text } of this.steps(prompt, options)) if (text !== "") yield text;
  }

  /** As `complete`, token by token, with candidates on request. The generator returns why the text ended. */
  steps(
    prompt: string | undefined,
    options: CompleteOptions = {},
  ): AsyncGenerator<TextStep, TextEnd | undefined> {
    return this.#steps(
      this.#prompt(prompt, options.contextShift ?? false),
      new Sampler(samplingOf(options)),
      options,
    );
  }

  /**
   * Generates a whole text.
   *
   * @throws as `complete`.
   */
  async generate(prompt: string | undefined, options: GenerateTextOptions = {}): Promise<GeneratedText> {
    const sampler = new Sampler(samplingOf(options));
    const steps = this.#steps(this.#prompt(prompt, options.contextShift ?? false), sampler, options);
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
   * How well the model predicts a text, by a sliding window as in Hugging Face's guide "Perplexity of fixed-length
   * models": windows as long as the context begin every `stride` ids; each id is scored in the first window that holds it,
   * the first id of the text not at all.
   *
   * @throws PromptError for a text of fewer than two ids; OptionError for an impossible stride.
   */
  async score(text: string, options: ScoreTextOptions = {}): Promise<TextScore> {
    const { window } = this.decoder.config;
    const { stride = Math.max(1, Math.floor(window / 2)), signal, onProgress } = options;
    if (!Number.isInteger(stride) || stride < 1 || stride > window - 1) {
      throw new OptionError(`stride must be a whole number from 1 to ${window - 1}, got ${stride}`);
    }
    const ids = this.tokenizer.encode(text);
    if (ids.length < 2) {
      throw new PromptError(`the text has ${ids.length === 0 ? "no tokens" : "one token"}`, {
        code: "too-short",
        hint: "give a longer one: two are needed, since the first is given",
      });
    }
    // What follows a window's last id is not in the window, so that id is not read.
    const logProbabilities = await score(this.decoder, ids, {
      window: window - 1,
      stride,
      signal,
      onProgress: onProgress && ((scored) => onProgress(scored, ids.length - 1)),
    });
    const nats = -logProbabilities.reduce((sum, value) => sum + value, 0);
    const bytes = ids.slice(1).reduce((sum, id) => sum + this.tokenizer.bytes(id).length, 0);
    const nllPerId = nats / logProbabilities.length;
    return {
      bitsPerByte: nats / Math.LN2 / bytes,
      perplexity: Math.exp(nllPerId),
      nllPerId,
      ids: logProbabilities.length,
      bytes,
      window,
      stride,
    };
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }

  async *#steps(
    prompt: readonly number[],
    sampler: Sampler,
    { tokens = Infinity, contextShift = false, candidates, override, signal }: CompleteOptions,
  ): AsyncGenerator<TextStep, TextEnd | undefined> {
    if (!(tokens >= 1)) throw new OptionError(`tokens must be at least 1, got ${tokens}`);
    const processor = this.#processor();
    const stream = this.tokenizer.stream();
    const left = contextShift ? Infinity : this.#remainingPositions(prompt.length);
    let count = 0;
    let isOver = false;
    const overrideId =
      override &&
      (async (drawn: GeneratedId): Promise<number> => {
        const id = await override(this.#step(drawn, ""));
        isOver = id === undefined;
        return id ?? drawn.id;
      });
    const context = this.#contexts.acquire(prompt);
    try {
      for await (const drawn of generateIds(this.decoder, {
        prompt,
        sampler,
        context,
        contextShift,
        override: overrideId,
        processor,
        candidates,
        signal,
      })) {
        if (isOver) return undefined;
        if (drawn.id === this.tokenizer.endOfTextId) return "end-of-text";
        yield this.#step(drawn, stream.push(drawn.id));
        count += 1;
        if (count >= tokens) return "tokens";
        if (count >= left) return "context";
      }
      return undefined;
    } finally {
      this.#contexts.release(context);
    }
  }

  #step({ id, logProbability, candidates }: GeneratedId, text: string): TextStep {
    return {
      id,
      text,
      logProbability,
      ...(candidates === undefined
        ? {}
        : { candidates: candidates.map((each) => ({ ...each, text: this.tokenizer.decode([each.id]) })) }),
    };
  }

  /** How many tokens can follow: the last of them is drawn when the context is full, and not read any more. */
  #remainingPositions(promptLength: number): number {
    const { position, window } = this.decoder.config;
    return position.kind === "learned" ? window + 1 - promptLength : Infinity;
  }

  #prompt(text: string | undefined, contextShift: boolean): readonly number[] {
    const ids = this.encodePrompt(text);
    if (contextShift || this.#remainingPositions(ids.length) > 0) return ids;
    throw new PromptError(
      `the prompt has ${ids.length} tokens, the model's context ${this.decoder.config.window}`,
      { code: "too-long", hint: "shorten the prompt, or set contextShift to read only its end" },
    );
  }

  /** Keeps out ids that have no token. */
  #processor(): LogitsProcessor | undefined {
    const allowed = this.allowedTokens;
    return allowed && { push: () => undefined, mask: (mask) => mask.set(allowed) };
  }
}
