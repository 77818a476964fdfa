/** Messages between the Text tab and its worker: a numbered request, and its result or error. */
import type { SamplingOptions } from "../../src/index.ts";
import type { SerializedError } from "../../src/platform/browser/worker/index.ts";
import type { Rung } from "../why/ladder.ts";

export interface TextFacts {
  readonly layers: number;
  readonly heads: number;
  readonly window: number;
  /** Tokens between a prompt and its answer, of a model of pairs. */
  readonly separators: readonly string[];
}

/** A token of the model. */
export interface Token {
  readonly id: number;
  readonly text: string;
}

export interface TokenCandidate extends Token {
  readonly probability: number;
}

/** The attention of one head at the last token, with its inputs. */
export interface HeadAttention {
  readonly head: number;
  /** A weight for each token, `[tokens]`. */
  readonly weights: Float32Array;
}

/** The explanation of a token. */
export interface TokenExplanation {
  readonly candidates: readonly TokenCandidate[];
  readonly probability: number | undefined;
  readonly attention: readonly HeadAttention[];
  /** Only on request. */
  readonly layers: readonly Rung<TokenCandidate>[] | undefined;
}

/** The numbers of one head for several consecutive tokens. */
export interface HeadTable {
  /** Position of the first shown token. */
  readonly from: number;
  /** Attention weights: a row for each shown token, over all visible tokens; masked tokens are missing at the end. */
  readonly rows: readonly Float32Array[];
  /** The value vectors, `[tokens, headSize]`, of the tokens visible from the last row. */
  readonly values: Float32Array;
  readonly headSize: number;
}

/** Requests and their results. */
export interface TextCalls {
  load: {
    request: { source: string | ReadonlyMap<string, Uint8Array>; wasm: { mjs: string; wasm: string } };
    answer: TextFacts;
  };
  encode: {
    request: { text: string; specialTokens: boolean; to: string | undefined };
    answer: readonly Token[];
  };
  /** Samples the token after `ids`; undefined at the end of the text. */
  sample: {
    request: { ids: readonly number[]; step: number; options: SamplingOptions };
    answer: Token | undefined;
  };
  explain: {
    request: {
      ids: readonly number[];
      index: number;
      layer: number;
      /** Whether with the predictions of the layers. */
      layers: boolean;
      options: SamplingOptions;
    };
    answer: TokenExplanation;
  };
  table: {
    request: { ids: readonly number[]; layer: number; head: number; rows: number };
    answer: HeadTable;
  };
}

export type TextCall = keyof TextCalls;

export type TextRequest = {
  [Call in TextCall]: {
    readonly number: number;
    readonly call: Call;
    readonly request: TextCalls[Call]["request"];
  };
}[TextCall];

export type TextReply =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly error: SerializedError }
  | {
      readonly progress: {
        readonly file: string;
        readonly loadedBytes: number;
        readonly totalBytes: number | undefined;
      };
    };
