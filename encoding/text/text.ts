/** Text to ids and back, by byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019). */
import { Tokenizer } from "@huggingface/tokenizers";
import { BYTE_CHARACTERS, tokenBytes } from "./byte-level.ts";
import { END_OF_TEXT, parseTokenizer, TokenizerError, tokenizerJson } from "./tokenizer-json.ts";

export { TokenizerError };

/**
 * A byte-level BPE tokenizer.
 *
 * @example
 * const tokenizer = new TextTokenizer(JSON.parse(await readFile("gpt2/tokenizer.json", "utf8")));
 * tokenizer.encode("Hello world"); // [15496, 995]
 */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #tokens: readonly (string | undefined)[];
  readonly #added: ReadonlySet<number>;
  /** Bytes without a token; GPT-2's vocabulary has all 256. */
  readonly #missing: ReadonlySet<number>;
  /** Id of `<|endoftext|>`; null if the vocabulary has none. */
  readonly endOfTextId: number | null;
  /** The highest id + 1. */
  readonly size: number;

  /**
   * @param json the parsed contents of `tokenizer.json`.
   * @throws TokenizerError when `json` does not describe a byte-level BPE.
   */
  constructor(json: unknown) {
    const parts = parseTokenizer(json);
    this.#tokenizer = new Tokenizer(parts.json, {});
    this.#tokens = parts.tokens;
    this.#added = parts.added;
    this.size = parts.tokens.length;
    const endId = parts.tokens.indexOf(END_OF_TEXT);
    this.endOfTextId = endId === -1 ? null : endId;
    const known = new Set(parts.tokens);
    this.#missing = new Set([...BYTE_CHARACTERS.keys()].filter((byte) => !known.has(BYTE_CHARACTERS[byte])));
  }

  /**
   * Creates a tokenizer from the two files that GPT-2 was published with.
   *
   * @param vocabulary the parsed contents of `vocab.json`.
   * @param merges the text of `merges.txt`.
   * @throws TokenizerError for a damaged file.
   */
  static fromVocabulary(vocabulary: unknown, merges: string): TextTokenizer {
    return new TextTokenizer(tokenizerJson(vocabulary, merges));
  }

  /**
   * Encodes text. No special token is added, and none is recognized in the text: `<|endoftext|>` is encoded as thirteen
   * characters.
   *
   * @throws TokenizerError for a character with a byte that the vocabulary does not have.
   */
  encode(text: string): number[] {
    if (this.#missing.size > 0) this.#checkBytes(text);
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** Decodes ids. Bytes that are not UTF-8 become U+FFFD. @throws TokenizerError for an id without a token. */
  decode(ids: Iterable<number>): string {
    const decoder = utf8();
    let text = "";
    for (const id of ids) text += decoder.decode(this.bytes(id), { stream: true });
    return text + decoder.decode();
  }

  /** A decoder for one id at a time. */
  stream(): TextStream {
    return new TextStream(this);
  }

  /** The bytes of an id, which may be a part of a character. @throws TokenizerError for an id without a token. */
  bytes(id: number): Uint8Array {
    const token = this.#tokens[id];
    const bytes =
      token === undefined || this.#added.has(id) ? new TextEncoder().encode(token ?? "") : tokenBytes(token);
    if (token !== undefined && bytes) return bytes;
    throw new TokenizerError(`id ${id} has no token`, {
      code: "unknown-id",
      hint: `the tokenizer's ids go from 0 to ${this.size - 1}`,
    });
  }

  /** Whether an id has a token. */
  has(id: number): boolean {
    return this.#tokens[id] !== undefined;
  }

  /** `@huggingface/tokenizers` omits bytes without a token and reports no error. */
  #checkBytes(text: string): void {
    for (const character of text) {
      for (const byte of new TextEncoder().encode(character)) {
        if (!this.#missing.has(byte)) continue;
        throw new TokenizerError(`the vocabulary has no token for ${JSON.stringify(character)}`, {
          code: "unknown-character",
          hint: "remove the character, or use a model with a larger vocabulary",
        });
      }
    }
  }
}

/** Decodes one id at a time. Bytes are held back until they form whole characters. */
export class TextStream {
  readonly #tokenizer: TextTokenizer;
  readonly #decoder = utf8();

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Decodes an id; returns the characters that its bytes complete, possibly none. */
  push(id: number): string {
    return this.#decoder.decode(this.#tokenizer.bytes(id), { stream: true });
  }
}

/** `ignoreBOM` keeps a byte order mark: in a text it is a character. */
function utf8(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}
