/** The error of tokenizers, and typed access to the JSON of their files. */
import { HintedError } from "../hinted-error.ts";

/** The kinds of `TokenizerError`: its `code`. */
export type TokenizerErrorCode =
  | "not-a-tokenizer"
  | "unsupported"
  | "damaged"
  | "wrong-model"
  | "unknown-id"
  | "unknown-character";

/** Thrown for a tokenizer file that is damaged or not supported, and for text or ids without a token. */
export class TokenizerError extends HintedError<TokenizerErrorCode> {
  override readonly name = "TokenizerError";
}

/** An error for a part of a tokenizer that would be read differently from Hugging Face's `tokenizers`. */
export function unsupported(what: string): TokenizerError {
  return new TokenizerError(what, {
    code: "unsupported",
    hint: "use a model with a byte-level BPE tokenizer, such as GPT-2's; docs/text.md lists what is read",
  });
}

/** An error for a value that the format does not allow. */
export function damaged(what: string): TokenizerError {
  return new TokenizerError(what, { code: "damaged", hint: "the file is damaged; download it again" });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function property(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A part of a `tokenizer.json`, such as `{"type": "Strip", "strip_left": true}`. */
export class Part {
  readonly #json: unknown;
  /** For error messages: "the normalizer Strip". */
  readonly name: string;
  readonly type: string;

  constructor(kind: string, json: unknown) {
    this.#json = json;
    const type = property(json, "type");
    if (typeof type !== "string") {
      throw damaged(`tokenizer.json: a ${kind} has the type ${JSON.stringify(type ?? null)}`);
    }
    this.type = type;
    this.name = `the ${kind} ${type}`;
  }

  value(key: string): unknown {
    return property(this.#json, key) ?? undefined;
  }

  flag(key: string, otherwise?: boolean): boolean {
    const value = this.value(key) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw this.#wrong(key);
  }

  text(key: string): string {
    const value = this.value(key);
    if (typeof value === "string") return value;
    throw this.#wrong(key);
  }

  /** A whole number from 1. */
  count(key: string): number {
    const value = this.value(key);
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw this.#wrong(key);
  }

  list(key: string): readonly unknown[] {
    const value = this.value(key);
    if (Array.isArray(value)) return value;
    throw this.#wrong(key);
  }

  #wrong(key: string): TokenizerError {
    const value = this.value(key);
    const found = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
    return damaged(`tokenizer.json: "${key}" of ${this.name} ${found}`);
  }
}
