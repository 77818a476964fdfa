/** Text <-> ids by the byte-pair encoding of a checkpoint folder's `tokenizer.json`. */
import { Tokenizer } from "@huggingface/tokenizers";

/** Thrown for a `tokenizer.json` that is not one. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}

/** GPT-2's only special token: it separates documents, and starts an unconditional sample. */
const END_OF_TEXT = "<|endoftext|>";

/** A tokenizer read from `tokenizer.json`. */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  /** Id of `<|endoftext|>`; null where the vocabulary has none. */
  readonly endOfTextId: number | null;
  /** Number of ids. */
  readonly size: number;

  /**
   * @param json the parsed contents of `tokenizer.json`.
   * @throws TokenizerError when it does not describe a tokenizer.
   */
  constructor(json: unknown) {
    const model = property(json, "model");
    const vocabulary = property(model, "vocab");
    if (typeof json !== "object" || json === null || typeof vocabulary !== "object" || vocabulary === null) {
      throw new TokenizerError('expected an object with "model.vocab": this is not a tokenizer.json');
    }
    this.#tokenizer = new Tokenizer(json, {});
    this.endOfTextId = this.#tokenizer.token_to_id(END_OF_TEXT) ?? null;
    const ids: unknown[] = Object.values(vocabulary);
    const added: unknown = property(json, "added_tokens");
    if (Array.isArray(added)) ids.push(...added.map((token: unknown) => property(token, "id")));
    this.size = ids.reduce<number>((size, id) => (typeof id === "number" ? Math.max(size, id + 1) : size), 0);
  }

  /** Encodes text; nothing is added before or after it. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  decode(ids: number[]): string {
    return this.#tokenizer.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}
