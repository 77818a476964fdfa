/** What the Text tab and its worker say to each other: a request by number, and its answer or error. */
import type { SamplingOptions } from "../../src/index.ts";
import type { SerializedError } from "../../src/platform/browser/worker/index.ts";

export interface TextFacts {
  readonly layers: number;
  readonly heads: number;
  readonly window: number;
}

/** A piece of text that a model reads as one. */
export interface Token {
  readonly id: number;
  readonly text: string;
}

export interface TokenCandidate extends Token {
  readonly probability: number;
}

/** One head's attention from the last of some tokens, with what it was made of. */
export interface HeadAttention {
  readonly head: number;
  /** A share for each token, `[tokens]`. */
  readonly weights: Float32Array;
}

/** Why a token came. */
export interface TokenExplanation {
  readonly candidates: readonly TokenCandidate[];
  readonly probability: number | undefined;
  readonly attention: readonly HeadAttention[];
}

/** What one head does for a few tokens in a row. */
export interface HeadTable {
  /** Position of the first token shown. */
  readonly from: number;
  /** A row for each token shown, over all tokens from the first one the model saw; hidden ones are missing at its end. */
  readonly rows: readonly Float32Array[];
  /** The value vectors, `[tokens, headSize]`, of the tokens that the last row sees. */
  readonly values: Float32Array;
  readonly headSize: number;
}

/** Requests and their answers. */
export interface TextCalls {
  load: {
    request: { source: string | ReadonlyMap<string, Uint8Array>; wasm: { mjs: string; wasm: string } };
    answer: TextFacts;
  };
  encode: { request: { text: string }; answer: readonly Token[] };
  /** Draws the token after `ids`; undefined where the text ends. */
  draw: {
    request: { ids: readonly number[]; step: number; options: SamplingOptions };
    answer: Token | undefined;
  };
  explain: {
    request: { ids: readonly number[]; index: number; layer: number; options: SamplingOptions };
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
