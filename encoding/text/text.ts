/** Text <-> ids by the byte-pair encoding of a checkpoint folder's tokenizer files. */
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
  /** Bytes that the vocabulary cannot write; GPT-2's can write all. */
  readonly #missing: ReadonlySet<number>;
  /** Id of `<|endoftext|>`; null where the vocabulary has none. */
  readonly endOfTextId: number | null;
  /** Number of ids: the highest, and one. */
  readonly size: number;

  /**
   * @param json the parsed contents of `tokenizer.json`.
   * @throws TokenizerError when it does not describe a byte-level BPE.
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
   * A tokenizer from the pair of files that GPT-2 was published with.
   *
   * @param vocabulary the parsed contents of `vocab.json`.
   * @param merges the text of `merges.txt`.
   * @throws TokenizerError when they are not that.
   */
  static fromVocabulary(vocabulary: unknown, merges: string): TextTokenizer {
    return new TextTokenizer(tokenizerJson(vocabulary, merges));
  }

  /**
   * Encodes text. Nothing is added, and nothing in it is special: `<|endoftext|>` is thirteen characters here, its id is
   * `endOfTextId`.
   *
   * @throws TokenizerError for a character that the vocabulary has no bytes for; GPT-2's has all.
   */
  encode(text: string): number[] {
    if (this.#missing.size > 0) this.#checkBytes(text);
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** The text of ids; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string {
    const decoder = utf8();
    let text = "";
    for (const id of ids) text += decoder.decode(this.bytes(id), { stream: true });
    return text + decoder.decode();
  }

  /** Decodes ids as they come. */
  stream(): TextStream {
    return new TextStream(this);
  }

  /** The bytes of an id, which need not be whole characters. @throws TokenizerError for an id without a token. */
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

  /** The library leaves out, in silence, what it has no token for. */
  #checkBytes(text: string): void {
    for (const character of text) {
      for (const byte of new TextEncoder().encode(character)) {
        if (!this.#missing.has(byte)) continue;
        throw new TokenizerError(`the vocabulary cannot write ${JSON.stringify(character)}`, {
          code: "unknown-character",
          hint: "leave it out, or take a model with a larger vocabulary",
        });
      }
    }
  }
}

/** Ids to text, piece by piece: bytes are held back until they form whole characters. */
export class TextStream {
  readonly #tokenizer: TextTokenizer;
  readonly #decoder = utf8();

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The characters that this id completes; often all of its own, sometimes none. */
  push(id: number): string {
    return this.#decoder.decode(this.#tokenizer.bytes(id), { stream: true });
  }
}

/** Keeps a byte order mark, which is a character of the text like any other. */
function utf8(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}
