/**
 * The tokenizer's files in a Hugging Face folder, combined as transformers 4 and 5 do
 * (`PreTrainedTokenizerBase._from_pretrained`).
 */
import { damaged, isObject, property, TokenizerError } from "./tokenizer-error.ts";
import { addedTokens, END_OF_TEXT, tokenizerJson } from "./tokenizer-json.ts";

/** Parsed contents of a folder's files; undefined for a missing file. */
export interface TokenizerFiles {
  /** `tokenizer.json`. */
  readonly tokenizer?: unknown;
  /** `vocab.json`: token → id. Read without a `tokenizer.json`. */
  readonly vocabulary?: unknown;
  /** The text of `merges.txt`. Read without a `tokenizer.json`. */
  readonly merges?: string | undefined;
  /** `tokenizer_config.json`. */
  readonly tokenizerConfig?: unknown;
  /** `special_tokens_map.json`. Not read with "added_tokens_decoder" in `tokenizer_config.json`. */
  readonly specialTokensMap?: unknown;
  /** `added_tokens.json`: token → id. Not read with "added_tokens_decoder" in `tokenizer_config.json`. */
  readonly addedTokens?: unknown;
}

/** A `tokenizer.json`, and the tokens that begin and end a text. */
export interface CombinedFiles {
  readonly json: Record<string, unknown>;
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** Keys of named special tokens, in the order in which transformers gives ids to those without one. */
const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
/** Keys of further special tokens: a list, or an object whose keys are their roles. The last one is of transformers 5. */
const LISTS = ["additional_special_tokens", "extra_special_tokens", "model_specific_special_tokens"];

const CONFIG = "tokenizer_config.json";
const DECODER = "added_tokens_decoder";

/** Combines the files. @throws TokenizerError for a damaged file, or without a vocabulary. */
export function combineFiles(files: TokenizerFiles): CombinedFiles {
  const config = objectOf(files.tokenizerConfig, CONFIG);
  const listed = DECODER in config ? objectOf(config[DECODER], CONFIG) : undefined;
  const map = listed ? {} : objectOf(files.specialTokensMap, "special_tokens_map.json");
  const named = { ...config, ...map };
  const json = wholeTokenizer(files, named);
  const specials = specialTokens([
    ...NAMED.map((key) => named[key]),
    ...LISTS.flatMap((key) => [...listOf(config[key]), ...listOf(map[key])]),
  ]);
  const added = listed
    ? Object.entries(listed).map(([id, token]) => ({ ...objectOf(token, CONFIG), id: Number(id) }))
    : legacyTokens(objectOf(files.addedTokens, "added_tokens.json"), new Set(specials.keys()));
  const tokens = new AddedTokens(json);
  for (const token of added) tokens.add(token, listed !== undefined);
  for (const [content, flags] of specials) tokens.addNamed(content, flags);
  const start = contentOf(named["bos_token"]);
  const addsStart = files.tokenizer === undefined && config["add_bos_token"] === true;
  return {
    json: {
      ...json,
      added_tokens: tokens.list(),
      pre_tokenizer: withPrefixSpace(json, files.tokenizerConfig === undefined ? undefined : config),
      post_processor: addsStart ? startTemplate(tokens.idOf(start ?? END_OF_TEXT)) : json["post_processor"],
    },
    start,
    end: contentOf(named["eos_token"]),
  };
}

function wholeTokenizer(
  { tokenizer, vocabulary, merges }: TokenizerFiles,
  named: Record<string, unknown>,
): Record<string, unknown> {
  if (tokenizer !== undefined) return objectOf(tokenizer, "tokenizer.json");
  if (vocabulary !== undefined && merges !== undefined) {
    const json = tokenizerJson(vocabulary, merges);
    // transformers' GPT-2 class has this token where it is the default of one of these three.
    const isDefault = ["bos_token", "eos_token", "unk_token"].some((key) => !(key in named));
    return isDefault ? json : { ...json, added_tokens: [] };
  }
  throw new TokenizerError("there is no tokenizer", {
    code: "not-a-tokenizer",
    hint: "give tokenizer.json, or vocab.json and merges.txt",
  });
}

/** Tokens by their content, with their flags in the files. */
function specialTokens(values: readonly unknown[]): ReadonlyMap<string, Record<string, unknown>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const value of values) {
    const content = contentOf(value);
    if (content !== undefined && !found.has(content)) found.set(content, isObject(value) ? value : {});
  }
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  if (isObject(value)) return Object.values(value);
  return Array.isArray(value) ? value : [];
}

/** A token is a string, or an object with flags. */
function contentOf(value: unknown): string | undefined {
  const content = typeof value === "string" ? value : property(value, "content");
  return typeof content === "string" && content !== "" ? content : undefined;
}

/** The tokens of `added_tokens.json`. The file has no flags: special are those that another file names. */
function legacyTokens(
  ids: Record<string, unknown>,
  named: ReadonlySet<string>,
): readonly Record<string, unknown>[] {
  return Object.entries(ids).map(([content, id]) => {
    const special = named.has(content);
    return { content, id, special, normalized: !special };
  });
}

/** The list "added_tokens" of a tokenizer.json, to which tokens of the other files are added. */
class AddedTokens {
  readonly #entries: Record<string, unknown>[] = [];
  readonly #vocabulary: Record<string, unknown>;

  constructor(json: Record<string, unknown>) {
    const vocabulary = property(property(json, "model"), "vocab");
    this.#vocabulary = isObject(vocabulary) ? vocabulary : {};
    this.#entries = addedTokens(json).map((entry) => objectOf(entry, "tokenizer.json"));
  }

  list(): readonly Record<string, unknown>[] {
    return this.#entries;
  }

  /** @param replaces whether the flags of an existing entry are replaced. */
  add(token: Record<string, unknown>, replaces: boolean): void {
    const { content } = token;
    const at = this.#entries.findIndex((entry) => entry["content"] === content);
    // A token that exists keeps its id.
    const id = (at < 0 ? this.#idInVocabulary(content) : this.#entries[at]?.["id"]) ?? token["id"];
    if (at < 0) this.#entries.push({ ...token, id });
    else if (replaces) this.#entries[at] = { ...token, id };
  }

  idOf(content: string): unknown {
    return this.#entries.find((entry) => entry["content"] === content)?.["id"];
  }

  /** A named token is special; without an id it gets the next one. */
  addNamed(content: string, flags: Record<string, unknown>): void {
    const at = this.#entries.findIndex((entry) => entry["content"] === content);
    const found = this.#entries[at];
    if (found) {
      this.#entries[at] = { ...found, special: true };
      return;
    }
    const id = this.#idInVocabulary(content) ?? this.#nextId();
    this.#entries.push({ normalized: false, ...flags, content, id, special: true });
  }

  #idInVocabulary(content: unknown): unknown {
    return typeof content === "string" ? property(this.#vocabulary, content) : undefined;
  }

  #nextId(): number {
    const ids = [...Object.values(this.#vocabulary), ...this.#entries.map(({ id }) => id)];
    return ids.reduce<number>((next, id) => (typeof id === "number" ? Math.max(next, id + 1) : next), 0);
  }
}

/** The template for "add_bos_token", which puts the start token before a text; a tokenizer.json has a template of its own. */
function startTemplate(id: unknown): unknown {
  if (id === undefined) throw damaged(`${CONFIG}: "add_bos_token" is true, and the token has no id`);
  return {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "start" } }, { Sequence: { id: "A" } }],
    special_tokens: { start: { ids: [id] } },
  };
}

/**
 * "add_prefix_space" of `tokenizer_config.json` replaces that of a ByteLevel pre-tokenizer. Without the key it is false in
 * transformers' GPT-2 class, which is that of a GPT-2 unless the file names another.
 */
function withPrefixSpace(
  json: Record<string, unknown>,
  config: Record<string, unknown> | undefined,
): unknown {
  const preTokenizer = json["pre_tokenizer"];
  if (config === undefined || property(preTokenizer, "type") !== "ByteLevel") return preTokenizer;
  const isGpt2 = /^GPT2Tokenizer(?:Fast)?$/.test(String(config["tokenizer_class"] ?? "GPT2Tokenizer"));
  const value = config["add_prefix_space"] ?? (isGpt2 ? false : undefined);
  if (value === undefined) return preTokenizer;
  if (typeof value === "boolean") return { ...objectOf(preTokenizer, CONFIG), add_prefix_space: value };
  throw damaged(`${CONFIG}: "add_prefix_space" is ${JSON.stringify(value)}`);
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (isObject(value)) return value;
  if (value === undefined || value === null) return {};
  throw new TokenizerError(`${name} has ${JSON.stringify(value).slice(0, 40)} in the place of an object`, {
    code: "damaged",
    hint: "the file is damaged; download it again",
  });
}
