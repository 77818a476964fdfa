/** Parses `tokenizer.json`, and converts `vocab.json` with `merges.txt` to its format. */
import { tokenBytes } from "./byte-level.ts";
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

/** GPT-2's only special token: it separates documents, and starts an unconditional sample (Radford et al. 2019). */
export const END_OF_TEXT = "<|endoftext|>";

/** A byte-level BPE from `tokenizer.json`. */
export interface TokenizerParts {
  /** The file's contents for `@huggingface/tokenizers`, changed so that no special token is recognized in text. */
  readonly json: object;
  /** Token by id; undefined for ids without one. */
  readonly tokens: readonly (string | undefined)[];
  /** Ids of added tokens: their content is plain text, not in the byte-level alphabet. */
  readonly added: ReadonlySet<number>;
}

/** GPT-2's pre-tokenization pattern (openai/gpt-2, `src/encoder.py`). */
const WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

const UNSUPPORTED = {
  code: "unsupported",
  hint: "use a model with a byte-level BPE tokenizer, such as GPT-2's",
} as const;

/**
 * Checks the contents of a `tokenizer.json`.
 *
 * @param file the parsed contents.
 * @throws TokenizerError when it does not describe a byte-level BPE.
 */
export function parseTokenizer(file: unknown): TokenizerParts {
  refuseMusic(file);
  const model = property(file, "model");
  const vocabulary = property(model, "vocab");
  if (!isObject(file) || !isObject(vocabulary)) {
    throw new TokenizerError('expected an object with "model.vocab": this is not a tokenizer.json', {
      code: "not-a-tokenizer",
      hint: "give the tokenizer.json of a checkpoint",
    });
  }
  const kind = property(model, "type") ?? "BPE";
  if (kind !== "BPE")
    throw new TokenizerError(`tokenizer.json: the model is ${JSON.stringify(kind)}`, UNSUPPORTED);
  if (!Array.isArray(property(model, "merges"))) {
    throw new TokenizerError('tokenizer.json has no "model.merges"', {
      code: "damaged",
      hint: "the file is damaged; download it again",
    });
  }
  const decoder = property(property(file, "decoder"), "type");
  if (decoder !== "ByteLevel") {
    throw new TokenizerError(
      `tokenizer.json: the decoder is ${JSON.stringify(decoder ?? null)}`,
      UNSUPPORTED,
    );
  }
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of Object.entries(vocabulary)) setToken(tokens, token, id);
  const added = new Set<number>();
  const kept: unknown[] = [];
  for (const entry of addedTokens(file)) {
    const content = property(entry, "content");
    const id = property(entry, "id");
    if (typeof content === "string" && typeof id === "number") added.add(id);
    setToken(tokens, content, id);
    if (property(entry, "special") !== true && content !== END_OF_TEXT) kept.push(entry);
  }
  for (const [id, token] of tokens.entries()) {
    if (token === undefined || added.has(id) || tokenBytes(token)) continue;
    throw new TokenizerError(
      `tokenizer.json: token ${id}, ${JSON.stringify(token)}, is not in the byte-level alphabet`,
      UNSUPPORTED,
    );
  }
  const json = {
    normalizer: null,
    post_processor: null,
    ...file,
    added_tokens: kept,
    pre_tokenizer: unicodeSpaces(property(file, "pre_tokenizer")),
  };
  return { json, tokens, added };
}

/** @throws TokenizerError for the tokenizers of two libraries of symbolic music: their tokens are notes. */
function refuseMusic(file: unknown): void {
  const miditok = property(file, "miditok_version") ?? property(file, "_vocab_base");
  const tokenization = property(file, "tokenization");
  const isMmm = property(property(property(file, "model"), "vocab"), "PIECE_START") !== undefined;
  if (miditok === undefined && !isMmm) return;
  const whose = isMmm ? "MMM's, whose words are" : "MidiTok's, whose tokens are";
  const scheme = typeof tokenization === "string" ? ` (${JSON.stringify(tokenization)})` : "";
  throw new TokenizerError(`tokenizer.json is ${whose} notes${scheme}, not text`, {
    code: "unsupported",
    hint: "a reader of its vocabulary is missing; use a model of text, or of music with performance events or arrival times",
  });
}

/**
 * The contents of a `tokenizer.json` from the two files that GPT-2 was published with.
 *
 * @param vocabulary the parsed contents of `vocab.json`: token → id.
 * @param merges the text of `merges.txt`: one merge per line, in order of priority.
 * @throws TokenizerError for a damaged file.
 */
export function tokenizerJson(vocabulary: unknown, merges: string): object {
  if (!isObject(vocabulary)) {
    throw new TokenizerError("vocab.json is not a JSON object", {
      code: "not-a-tokenizer",
      hint: "it should map tokens to ids; download it again",
    });
  }
  const endId: unknown = property(vocabulary, END_OF_TEXT);
  return {
    version: "1.0",
    added_tokens: endId === undefined ? [] : [{ id: endId, content: END_OF_TEXT, special: true }],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
    post_processor: null,
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: vocabulary, merges: parseMerges(merges) },
  };
}

function parseMerges(text: string): [string, string][] {
  const merges: [string, string][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || (index === 0 && line.startsWith("#version"))) continue;
    const [left = "", right = "", ...rest] = line.split(" ");
    if (left === "" || right === "" || rest.length > 0) {
      throw new TokenizerError(`merges.txt: line ${index + 1} is ${JSON.stringify(line.slice(0, 40))}`, {
        code: "damaged",
        hint: "each line must be two tokens separated by a space; download the file again",
      });
    }
    merges.push([left, right]);
  }
  return merges;
}

/**
 * Replaces a byte-level pre-tokenizer by an explicit split pattern. The library's implicit pattern uses JavaScript's `\s`,
 * which includes U+FEFF and excludes U+0085; GPT-2's uses Unicode's.
 */
function unicodeSpaces(preTokenizer: unknown): unknown {
  if (property(preTokenizer, "type") === "Sequence") {
    const parts = property(preTokenizer, "pretokenizers");
    return Array.isArray(parts)
      ? { type: "Sequence", pretokenizers: parts.map(unicodeSpaces) }
      : preTokenizer;
  }
  // With `add_prefix_space` the space must be added before the split.
  const isPlain =
    property(preTokenizer, "type") === "ByteLevel" && property(preTokenizer, "add_prefix_space") === false;
  if (!isPlain || property(preTokenizer, "use_regex") === false) return preTokenizer;
  return {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    ],
  };
}

function addedTokens(file: unknown): readonly unknown[] {
  const added: unknown = property(file, "added_tokens") ?? [];
  if (Array.isArray(added)) return added;
  throw new TokenizerError('tokenizer.json: "added_tokens" is not a list', {
    code: "damaged",
    hint: "the file is damaged; download it again",
  });
}

function setToken(tokens: (string | undefined)[], token: unknown, id: unknown): void {
  const isId = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 24;
  if (typeof token !== "string" || !isId) {
    throw new TokenizerError(`tokenizer.json: token ${JSON.stringify(token)} has id ${JSON.stringify(id)}`, {
      code: "damaged",
      hint: "the file is damaged; download it again",
    });
  }
  if (tokens[id] !== undefined && tokens[id] !== token) {
    throw new TokenizerError(
      `tokenizer.json: ${JSON.stringify(tokens[id])} and ${JSON.stringify(token)} both have id ${id}`,
      { code: "damaged", hint: "the file is damaged; download it again" },
    );
  }
  tokens[id] = token;
}

function property(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
