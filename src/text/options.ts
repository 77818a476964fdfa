/** Options and results of `TextModel`. */
import type { AttentionRequest, DraftModel, Explanation, LayerPrediction } from "../engine/index.ts";
import type { SamplingOptions } from "../options.ts";

/** A candidate for the next token. */
export interface TextCandidate {
  readonly id: number;
  /** The text of this token alone; incomplete UTF-8 becomes U+FFFD. */
  readonly text: string;
  readonly probability: number;
}

/** One generated token; with the option `candidates`, also the distribution it was sampled from. */
export interface TextStep {
  readonly id: number;
  /**
   * The characters that this token completes: UTF-8 bytes are held back until a character is whole, so it may be empty. Without
   * the characters of a stop string.
   */
  readonly text: string;
  /** ln p under the sampling options; at temperature 0 that of temperature 1 without truncation. Only with `candidates`. */
  readonly logProbability?: number;
  /** The likeliest tokens in descending order; the sampled one need not be among them. */
  readonly candidates?: readonly TextCandidate[];
}

/** A prompt: text, or ids of the model. Undefined, an empty text and no ids start a text. */
export type TextPrompt = string | { readonly ids: readonly number[] } | undefined;

/**
 * Why a text ends: the option `tokens` is reached, the model sampled an id that ends a text, the context is full, or a string of
 * the option `stop` came.
 */
export type TextEnd = "tokens" | "end-of-text" | "context" | "stop";

/** How the tokens of a continuation are sampled, and when it ends. */
export interface CompleteOptions extends SamplingOptions {
  /** Maximum number of tokens, from 1. Default: until the text or the context ends; see `TextModel.generate`. */
  readonly tokens?: number;
  /**
   * Ends the text before the first of these strings. They are not part of it: tokens wholly within one are omitted, and the
   * text of one that begins before it is cut. Only new text counts, not the prompt.
   */
  readonly stop?: string | readonly string[];
  /** Read special tokens in the prompt, such as `<|endoftext|>`, as their ids. Default false: as characters. */
  readonly specialTokens?: boolean;
  /**
   * Answer the prompt as this separator says, such as `<to-fr>`: the prompt is put between the token that starts a text and the
   * separator, as in a dataset of pairs. One of `TextModel.separators`. The temperature is then 0 unless it is given.
   */
  readonly to?: string;
  /** Continue beyond the context: when it is full, its older half is evicted. Default false. */
  readonly contextShift?: boolean;
  /**
   * Verify drafts (speculative decoding) where the text repeats itself, on the native backend. The ids are the same: in int8 always, in
   * fp32 unless two noisy scores are equal within the rounding of the logits. Default true.
   */
  readonly speculation?: boolean;
  /**
   * A smaller model with the same vocabulary, whose drafts are also used where the text does not repeat itself; the ids stay the same as
   * with `speculation`. On the native backend, in fp32, and in int8 where `speculation` has an effect; an OptionError elsewhere.
   */
  readonly draftModel?: DraftModel;
  /** Return this many of the likeliest candidates with each token, and its log-probability. */
  readonly candidates?: number;
  /** Called with each sampled token; returns the id to append in its place, or undefined to end the text. Default: the sampled id. */
  readonly override?: (sampled: TextStep) => Promise<number | undefined>;
  readonly signal?: AbortSignal;
}

/** Options of `generate`: those of `complete`, and a callback. */
export interface GenerateTextOptions extends CompleteOptions {
  /** Called with every token in order; an exception in it ends the generation. */
  readonly onStep?: (step: TextStep) => void;
}

/** A generated text. The same seed, options and prompt give the same ids. */
export interface GeneratedText {
  /** The generated text, without the prompt. */
  readonly text: string;
  /** The generated ids, without one that ended the text; the last one may reach into a stop string. */
  readonly ids: readonly number[];
  /** The seed in use: the option, or a random one. */
  readonly seed: number;
  /** Why the text ends; undefined if `override` ended it. */
  readonly end: TextEnd | undefined;
}

/** The sliding windows of `TextModel.score`. */
export interface ScoreTextOptions {
  /** Read special tokens in the text, such as `<|endoftext|>`, as their ids. Default false: as characters. */
  readonly specialTokens?: boolean;
  /** Tokens from the beginning of a window to that of the next, 1 to window − 1. Default: half a window. */
  readonly stride?: number;
  readonly signal?: AbortSignal;
  /** Called after every 128 ids or fewer with the number of scored ids and the number of ids to score. */
  readonly onProgress?: (scored: number, ids: number) => void;
}

/** The likelihood of a text under a model, in the units of the literature, and the windows it was measured with. */
export interface TextScore {
  /** Sum of −log₂ p over the scored ids, divided by their bytes. */
  readonly bitsPerByte: number;
  /** exp of the mean of −ln p over the scored ids. */
  readonly perplexity: number;
  /** Mean of −ln p over the scored ids, in nats. */
  readonly nllPerId: number;
  /** Number of scored ids: all except the first. */
  readonly ids: number;
  /** Number of UTF-8 bytes of the scored ids. */
  readonly bytes: number;
  /** The model's context, in ids. */
  readonly window: number;
  /** Ids from the beginning of a window to that of the next. */
  readonly stride: number;
}

/** What is explained. The sampling options must be those of the generation, since they change `candidates`; not those of the layers. */
export interface ExplainTextOptions extends SamplingOptions, Pick<CompleteOptions, "specialTokens" | "to"> {
  /** Index of a token of the prompt, from 1: the first has none before it. Default: the token that would follow the prompt. */
  readonly index?: number;
  /** Number of the likeliest candidates to return. Default 10. */
  readonly candidates?: number;
  /** Layers and heads whose attention to return. Default: none. */
  readonly attention?: AttentionRequest;
  /**
   * Whether to return the predictions from the output of each layer, and how much attention and the feed-forward network changed the
   * residual stream. The first explanation with layers reads the weights again and builds a second graph, which stays until
   * `dispose`. Default false.
   */
  readonly layers?: boolean;
}

/** What a layer would predict, with the texts of the tokens. */
export interface TextLayerPrediction extends LayerPrediction {
  readonly candidates: readonly TextCandidate[];
}

/** An explained token. Positions of attention are indices into `ids`. */
export interface TextExplanation extends Explanation {
  /** All ids of the prompt. */
  readonly ids: readonly number[];
  /** Index of the explained token in `ids`; `ids.length` for the one that would follow. */
  readonly index: number;
  readonly candidates: readonly TextCandidate[];
  /** From the embedding up to the last layer. Only with the option `layers`. */
  readonly layers?: readonly TextLayerPrediction[];
}
