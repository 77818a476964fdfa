/** Parses `tokenizer.json`, and converts `vocab.json` with `merges.txt` to its format. */
import { type AddedToken, addedTokenOf } from "./added-tokens.ts";
import { tokenBytes } from "./byte-level.ts";
import { damaged, isObject, property, TokenizerError, unsupported } from "./tokenizer-error.ts";

/** GPT-2's only special token: it separates documents, and starts an unconditional sample (Radford et al. 2019). */
export const END_OF_TEXT = "<|endoftext|>";

/** The token of characters that are not in the vocabulary. */
interface UnknownToken {
  readonly id: number;
  /** Whether a run of them is one id. */
  readonly isFused: boolean;
  /** Whether it is a part of merges. */
  readonly isMerged: boolean;
}

/** A byte-level BPE from `tokenizer.json`. */
export interface TokenizerParts {
  /** Id by token, without added tokens. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  /** Whether a word that is a token is encoded as that token, without merges. */
  readonly ignoreMerges: boolean;
  readonly unknown: UnknownToken | undefined;
  readonly normalizer: unknown;
  readonly preTokenizer: unknown;
  readonly postProcessor: unknown;
  readonly added: readonly AddedToken[];
  /** Token by id, added tokens included; undefined for ids without one. */
  readonly tokens: readonly (string | undefined)[];
}

/**
 * Checks the contents of a `tokenizer.json`.
 *
 * @param file the parsed contents.
 * @throws TokenizerError when it does not describe a byte-level BPE.
 */
export function parseTokenizer(file: unknown): TokenizerParts {
  refuseMusic(file);
  const model = property(file, "model");
  const entries = property(model, "vocab");
  if (isObject(model)) checkModel(model);
  if (!isObject(file) || !isObject(entries)) {
    throw new TokenizerError('expected an object with "model.vocab": this is not a tokenizer.json', {
      code: "not-a-tokenizer",
      hint: "give the tokenizer.json of a checkpoint",
    });
  }
  checkDecoder(file["decoder"]);
  const tokens: (string | undefined)[] = [];
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(entries)) vocabulary.set(token, setToken(tokens, token, id));
  const added = addedTokens(file).map((entry) => {
    const token = addedTokenOf(entry, property(entry, "id"), FILE);
    // `<|endoftext|>` is always special: otherwise a prompt could end its own text.
    const special = token.special || token.content === END_OF_TEXT;
    return { ...token, id: vocabulary.get(token.content) ?? token.id, special };
  });
  for (const { content, id } of added) setToken(tokens, content, id);
  const addedIds = new Set(added.map(({ id }) => id));
  for (const [token, id] of vocabulary) {
    if (addedIds.has(id) || tokenBytes(token)) continue;
    throw unsupported(`${FILE}: token ${id}, ${JSON.stringify(token)}, is not in the byte-level alphabet`);
  }
  const merges = parseMerges(property(model, "merges"), vocabulary);
  return {
    vocabulary,
    merges,
    ignoreMerges: property(model, "ignore_merges") === true,
    unknown: unknownToken(model, vocabulary, merges),
    normalizer: file["normalizer"],
    preTokenizer: file["pre_tokenizer"],
    postProcessor: file["post_processor"],
    added,
    tokens,
  };
}

const FILE = "tokenizer.json";

function checkModel(model: unknown): void {
  const kind = property(model, "type") ?? "BPE";
  if (kind !== "BPE") throw unsupported(`${FILE}: the model is ${JSON.stringify(kind)}`);
  for (const key of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    const value = property(model, key) ?? "";
    if (value !== "") throw unsupported(`${FILE}: "${key}" of the model is ${JSON.stringify(value)}`);
  }
  const dropout = property(model, "dropout") ?? 0;
  if (dropout !== 0) throw unsupported(`${FILE}: "dropout" of the model is ${JSON.stringify(dropout)}`);
}

/** Checks that the decoder is `ByteLevel`. A `Fuse` after it has no effect. */
function checkDecoder(decoder: unknown): void {
  const type = property(decoder, "type");
  if (type === "ByteLevel") return;
  const parts = type === "Sequence" ? property(decoder, "decoders") : undefined;
  const types = Array.isArray(parts) ? parts.map((part) => property(part, "type")) : [];
  if (types[0] === "ByteLevel" && types.slice(1).every((each) => each === "Fuse")) return;
  const other = types.find((each) => each !== "ByteLevel" && each !== "Fuse") ?? type ?? null;
  throw unsupported(`${FILE}: the decoder is ${JSON.stringify(other)}`);
}

/** Merges as pairs, or as strings with a space between the two tokens. */
function parseMerges(json: unknown, vocabulary: ReadonlyMap<string, number>): [string, string][] {
  if (!Array.isArray(json)) throw damaged(`${FILE} has no "model.merges"`);
  return json.map((merge: unknown) => {
    const pair: unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [left, right] = pair;
    if (typeof left !== "string" || typeof right !== "string" || pair.length !== 2) {
      throw damaged(`${FILE}: a merge is ${JSON.stringify(merge)}`);
    }
    const missing = [left, right, left + right].find((token) => !vocabulary.has(token));
    if (missing === undefined) return [left, right];
    throw damaged(`${FILE}: the merge ${JSON.stringify(merge)} needs the token ${JSON.stringify(missing)}`);
  });
}

function unknownToken(
  model: unknown,
  vocabulary: ReadonlyMap<string, number>,
  merges: readonly (readonly string[])[],
): TokenizerParts["unknown"] {
  const token = property(model, "unk_token") ?? undefined;
  // With byte fallback such a character is several tokens; it has none at all in a byte-level vocabulary.
  if (typeof token !== "string" || property(model, "byte_fallback") === true) return undefined;
  const id = vocabulary.get(token);
  const isMerged = merges.some((merge) => merge.includes(token));
  return id === undefined ? undefined : { id, isFused: property(model, "fuse_unk") === true, isMerged };
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
export function tokenizerJson(vocabulary: unknown, merges: string): Record<string, unknown> {
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
    model: { type: "BPE", vocab: vocabulary, merges: mergesOf(merges) },
  };
}

function mergesOf(text: string): [string, string][] {
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

/** The entries of "added_tokens". @throws TokenizerError if it is not a list. */
export function addedTokens(file: unknown): readonly unknown[] {
  const added: unknown = property(file, "added_tokens") ?? [];
  if (Array.isArray(added)) return added;
  throw damaged(`${FILE}: "added_tokens" is not a list`);
}

function setToken(tokens: (string | undefined)[], token: string, id: unknown): number {
  const isId = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 24;
  if (!isId) throw damaged(`${FILE}: token ${JSON.stringify(token)} has id ${JSON.stringify(id)}`);
  if (tokens[id] !== undefined && tokens[id] !== token) {
    throw damaged(`${FILE}: ${JSON.stringify(tokens[id])} and ${JSON.stringify(token)} both have id ${id}`);
  }
  tokens[id] = token;
  return id;
}
