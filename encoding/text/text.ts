/** Encodes and decodes text by byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019). */
import * as tokenizers from "@huggingface/tokenizers";
import { AddedTokenFinder } from "./added-tokens.ts";
import { tokenBytes } from "./byte-level.ts";
import { combineFiles, type TokenizerFiles } from "./hugging-face-files.ts";
import { type Normalize, normalizerOf } from "./normalizer.ts";
import { type Template, templateOf } from "./post-processor.ts";
import { type PreTokenize, preTokenizerOf } from "./pre-tokenizer.ts";
import { TokenizerError, unsupported } from "./tokenizer-error.ts";
import { END_OF_TEXT, parseTokenizer, type TokenizerParts, tokenizerJson } from "./tokenizer-json.ts";

export { TokenizerError };
export type { TokenizerFiles };

/** Options of `TextTokenizer.encode`. */
export interface EncodeTextOptions {
  /** Read special tokens in the text, such as `<|endoftext|>`, as their ids. Default false: as characters. */
  readonly specialTokens?: boolean;
  /** Add the ids that the tokenizer's post-processor puts around a text. Default false. */
  readonly addSpecialTokens?: boolean;
}

/** The tokens that begin and end a text, by name. */
interface NamedTokens {
  readonly start?: string;
  readonly end?: string;
}

/**
 * A byte-level BPE tokenizer.
 *
 * @example
 * const tokenizer = new TextTokenizer(JSON.parse(await readFile("gpt2/tokenizer.json", "utf8")));
 * tokenizer.encode("Hello world"); // [15496, 995]
 */
export class TextTokenizer {
  readonly #parts: TokenizerParts;
  readonly #merge: MergeWord;
  /** The merging of a part of a word, to which "ignore_merges" does not apply. */
  readonly #mergePart: MergeWord;
  readonly #normalize: Normalize;
  readonly #preTokenize: PreTokenize;
  readonly #template: Template;
  /** Added tokens that are found in the text as it is. */
  readonly #plain: AddedTokenFinder;
  /** Added tokens that are found in the normalized text. */
  readonly #normalized: AddedTokenFinder;
  readonly #added: ReadonlySet<number>;
  /** Id of the token that ends a text: the files' `eos_token`, or `<|endoftext|>`; null if the vocabulary has none. */
  readonly endOfTextId: number | null;
  /** Id of the token that begins a text: the files' `bos_token`, or `<|endoftext|>`; null if the vocabulary has none. */
  readonly startOfTextId: number | null;
  /** The highest id + 1. */
  readonly size: number;

  /**
   * @param json the parsed contents of `tokenizer.json`.
   * @param named the tokens that begin and end a text. Default: `<|endoftext|>`.
   * @throws TokenizerError when `json` does not describe a byte-level BPE, or one that `tokenizers` reads differently.
   */
  constructor(json: unknown, named: NamedTokens = {}) {
    const parts = parseTokenizer(json);
    this.#parts = parts;
    this.#merge = merging(parts);
    this.#mergePart = parts.ignoreMerges ? merging({ ...parts, ignoreMerges: false }) : this.#merge;
    this.#normalize = normalizerOf(parts.normalizer);
    this.#preTokenize = preTokenizerOf(parts.preTokenizer);
    this.#template = templateOf(parts.postProcessor);
    this.#plain = new AddedTokenFinder(parts.added.filter(({ normalized }) => !normalized));
    const normalized = parts.added.filter((token) => token.normalized);
    this.#normalized = new AddedTokenFinder(normalized, this.#normalize);
    const added = parts.added.filter(({ content }) => !parts.vocabulary.has(content) || !tokenBytes(content));
    this.#added = new Set(added.map(({ id }) => id));
    this.size = parts.tokens.length;
    this.startOfTextId = this.idOf(named.start ?? END_OF_TEXT) ?? this.idOf(END_OF_TEXT);
    this.endOfTextId = this.idOf(named.end ?? END_OF_TEXT) ?? this.idOf(END_OF_TEXT);
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
   * Creates a tokenizer from the files of a Hugging Face folder, as transformers combines them.
   *
   * @throws TokenizerError for a damaged file, or if there is neither `tokenizer.json` nor both of `vocab.json` and `merges.txt`.
   */
  static fromFiles(files: TokenizerFiles): TextTokenizer {
    const { json, start, end } = combineFiles(files);
    return new TextTokenizer(json, { start, end });
  }

  /**
   * Encodes text.
   *
   * @throws TokenizerError for a character with a byte that the vocabulary does not have.
   */
  encode(
    text: string,
    { specialTokens = false, addSpecialTokens = false }: EncodeTextOptions = {},
  ): number[] {
    const ids: number[] = addSpecialTokens ? [...this.#template.before] : [];
    const wellFormed = text.replaceAll(/\p{Surrogate}/gu, "\ufffd");
    for (const piece of this.#plain.split(wellFormed, specialTokens)) {
      if (typeof piece === "number") ids.push(piece);
      else this.#encodeNormalized(this.#normalize(piece), specialTokens, ids);
    }
    if (addSpecialTokens) ids.push(...this.#template.after);
    return ids;
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
    const token = this.#parts.tokens[id];
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
    return this.#parts.tokens[id] !== undefined;
  }

  /** The id of a token; null if there is none. */
  idOf(token: string): number | null {
    const { added, vocabulary } = this.#parts;
    return added.find(({ content }) => content === token)?.id ?? vocabulary.get(token) ?? null;
  }

  /** The special tokens, in the order of their ids: they control the model, and are not found in texts by default. */
  get specialTokens(): readonly string[] {
    const special = this.#parts.added.filter((token) => token.special).sort((a, b) => a.id - b.id);
    return [...new Set(special.map(({ content }) => content))];
  }

  #encodeNormalized(text: string, specialTokens: boolean, ids: number[]): void {
    for (const piece of this.#normalized.split(text, specialTokens)) {
      if (typeof piece === "number") ids.push(piece);
      else for (const word of this.#preTokenize(piece)) this.#encodeWord(word, ids);
    }
  }

  #encodeWord(word: string, ids: number[], merge = this.#merge): void {
    const { vocabulary } = this.#parts;
    let length = 0;
    const begin = ids.length;
    for (const token of merge(word)) {
      length += token.length;
      ids.push(vocabulary.get(token) ?? -1);
    }
    if (length === word.length) return;
    // `@huggingface/tokenizers` omits characters without a token and reports no error.
    ids.length = begin;
    this.#encodeUnknown(word, ids);
  }

  /** Encodes a word with characters that have no token. */
  #encodeUnknown(word: string, ids: number[]): void {
    const { vocabulary, unknown } = this.#parts;
    let known = "";
    let isAfterUnknown = false;
    for (const character of word) {
      if (vocabulary.has(character)) {
        known += character;
        isAfterUnknown = false;
        continue;
      }
      if (!unknown) throw unknownCharacter(word, character);
      // `tokenizers` merges it with its neighbors.
      if (unknown.isMerged)
        throw unsupported("tokenizer.json: the token of unknown characters is a part of merges");
      if (known !== "") this.#encodeWord(known, ids, this.#mergePart);
      known = "";
      if (!isAfterUnknown || !unknown.isFused) ids.push(unknown.id);
      isAfterUnknown = true;
    }
    if (known !== "") this.#encodeWord(known, ids, this.#mergePart);
  }
}

/** Returns the tokens of a word, without characters that have none. */
type MergeWord = (word: string) => readonly string[];

/** A model of `@huggingface/tokenizers` 0.2, which exports it; its type declarations are not found. */
type BytePairModel = new (config: object) => { encode(words: readonly string[]): readonly string[] };

/** The merging of `@huggingface/tokenizers`. Its other parts are not used, since they differ from those of `tokenizers`. */
function merging({ vocabulary, merges, ignoreMerges }: TokenizerParts): MergeWord {
  const vocab = Object.fromEntries(vocabulary);
  const bpe = new (tokenizers as unknown as { readonly BPE: BytePairModel }).BPE({
    type: "BPE",
    vocab,
    merges,
    ignore_merges: ignoreMerges,
  });
  return (word) => bpe.encode([word]);
}

/** The error for a character without a token, in a word that may be in the byte-level alphabet. */
function unknownCharacter(word: string, found: string): TokenizerError {
  const bytes = tokenBytes(word);
  const at = [...word].indexOf(found);
  let character = found;
  let position = 0;
  for (const each of bytes ? utf8().decode(bytes) : "") {
    const length = new TextEncoder().encode(each).length;
    if (at >= position && at < position + length) character = each;
    position += length;
  }
  return new TokenizerError(`the vocabulary has no token for ${JSON.stringify(character)}`, {
    code: "unknown-character",
    hint: "remove the character, or use a model with a larger vocabulary",
  });
}

/** Decodes one id at a time. Bytes are buffered until they form whole characters. */
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
