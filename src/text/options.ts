/** What the text facade takes and gives. */
import type { SamplingOptions } from "../options.ts";

/** A token that could come next. */
export interface TextCandidate {
  readonly id: number;
  /** Its text alone; half characters show as U+FFFD. */
  readonly text: string;
  readonly probability: number;
}

/** One generated token; with `candidates`, what else it could have been. */
export interface TextStep {
  readonly id: number;
  /** The characters that it completes, which need not be all of its own, nor any. */
  readonly text: string;
  /** ln p under the options of the draw, at temperature 0 as at 1 without truncation; only with `candidates`. */
  readonly logProbability?: number;
  /** The likeliest tokens, falling; the one that was taken need not be among them. */
  readonly candidates?: readonly TextCandidate[];
}

/** Why a text ends: as many tokens as were asked for, the model's own end of the text, the end of its context. */
export type TextEnd = "tokens" | "end-of-text" | "context";

/** How a text goes on: how its tokens are drawn, and when it stops. */
export interface CompleteOptions extends SamplingOptions {
  /** How many tokens at most. Default: until the text or the context ends. */
  readonly tokens?: number;
  /** Continue beyond the context: when it is full, its older half is evicted. Default false. */
  readonly contextShift?: boolean;
  /** Give with each token this many of the likeliest candidates, and its log-probability. */
  readonly candidates?: number;
  /** Called with each sampled token; returns the id to append in its place, or undefined to end the text. Default: the sampled id. */
  readonly override?: (drawn: TextStep) => Promise<number | undefined>;
  readonly signal?: AbortSignal;
}

/** As for `complete`, with a listener instead of an iteration. */
export interface GenerateTextOptions extends CompleteOptions {
  /** Told of every token as it is generated, in order; what it throws ends the generation. */
  readonly onStep?: (step: TextStep) => void;
}

/** A generated text, and what it takes to make it again: the same seed, options and prompt give the same ids. */
export interface GeneratedText {
  /** The new text, without the prompt. */
  readonly text: string;
  /** The new ids; the one that ended the text is not among them. */
  readonly ids: readonly number[];
  /** The one that was given, or the one that was chosen. */
  readonly seed: number;
  /** Why it ends; undefined where `override` ended it. */
  readonly end: TextEnd | undefined;
}

/** How the windows slide over a text that is scored: see `TextModel.score`. */
export interface ScoreTextOptions {
  /** Tokens from one window to the next, 1 to one less than the window. Default: half a window. */
  readonly stride?: number;
  readonly signal?: AbortSignal;
  /** Told now and then how many ids have been scored, and how many there are to score. */
  readonly onProgress?: (scored: number, ids: number) => void;
}

/** How well a model predicts a text, in the units that others report, and the window it was measured with. */
export interface TextScore {
  /** Sum of −log₂ p over the bytes that were scored. */
  readonly bitsPerByte: number;
  /** e to the mean of −ln p over the ids that were scored. */
  readonly perplexity: number;
  /** Mean of −ln p over the ids that were scored: nats. */
  readonly nllPerId: number;
  /** Ids that were scored: all but the first, which is given. */
  readonly ids: number;
  /** Bytes of UTF-8 of these ids. */
  readonly bytes: number;
  /** Ids that the model sees at once: its context. */
  readonly window: number;
  /** Ids from one window to the next. */
  readonly stride: number;
}
