/** Added tokens: strings that are one id each, found in a text before it is split into words. */
import type { Normalize } from "./normalizer.ts";
import { damaged, isObject, property, unsupported } from "./tokenizer-error.ts";
import { RUST_WORD, WHITE_SPACE } from "./unicode.ts";

/** A token of "added_tokens" in `tokenizer.json`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it controls the model; in a text it is found only with the option `specialTokens`. */
  readonly special: boolean;
  /** Whether it is found only where no word character is next to it. */
  readonly singleWord: boolean;
  /** Whether it includes the white space before it. */
  readonly leftStrip: boolean;
  /** Whether it includes the white space after it. */
  readonly rightStrip: boolean;
  /** Whether the token is normalized and found in the normalized text. */
  readonly normalized: boolean;
}

/** The added token of a JSON value. @throws TokenizerError if it is not one. */
export function addedTokenOf(json: unknown, id: unknown, where: string): AddedToken {
  const content = property(json, "content");
  const isId = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 24;
  if (!isObject(json) || typeof content !== "string" || content === "" || !isId) {
    throw damaged(`${where}: token ${JSON.stringify(content)} has id ${JSON.stringify(id)}`);
  }
  const flag = (key: string, otherwise = false): boolean => {
    const value = json[key] ?? otherwise;
    if (typeof value === "boolean") return value;
    throw damaged(`${where}: "${key}" of the token ${JSON.stringify(content)} is ${JSON.stringify(value)}`);
  };
  const special = flag("special");
  return {
    id,
    content,
    special,
    singleWord: flag("single_word"),
    leftStrip: flag("lstrip"),
    rightStrip: flag("rstrip"),
    normalized: flag("normalized", !special),
  };
}

/** A piece of a text: an id, or text that is to be encoded. */
export type AddedPiece = number | string;

/** Finds added tokens, as `AddedVocabulary` of `tokenizers` does. */
export class AddedTokenFinder {
  readonly #pattern: RegExp | undefined;
  readonly #tokens: ReadonlyMap<string, AddedToken>;

  /** @param normalize applied to the tokens before they are searched for. */
  constructor(tokens: readonly AddedToken[], normalize: Normalize = (text) => text) {
    const found = new Map<string, AddedToken>();
    // Of tokens with equal strings the first one is used, and special tokens come before others.
    for (const token of [...tokens].sort((a, b) => Number(b.special) - Number(a.special))) {
      const content = normalize(token.content);
      // `tokenizers` finds such a token everywhere.
      if (content === "") {
        throw unsupported(
          `tokenizer.json: the normalizer leaves nothing of the token ${JSON.stringify(token.content)}`,
        );
      }
      if (!found.has(content)) found.set(content, token);
    }
    this.#tokens = found;
    // Longer tokens first, since the first alternative that matches is used.
    const contents = [...found.keys()].sort((a, b) => b.length - a.length);
    const escaped = contents.map((content) => content.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`));
    this.#pattern = escaped.length === 0 ? undefined : new RegExp(escaped.join("|"), "gu");
  }

  /** @param specialTokens whether special tokens are found, too. */
  split(text: string, specialTokens: boolean): readonly AddedPiece[] {
    if (text === "") return [];
    if (!this.#pattern) return [text];
    const pieces: AddedPiece[] = [];
    let end = 0;
    for (const { 0: content, index } of text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(content);
      if (!token || (token.special && !specialTokens)) continue;
      const after = index + content.length;
      if (
        token.singleWord &&
        (endsInWord(text.slice(Math.max(0, index - 2), index)) || beginsWithWord(text.slice(after)))
      )
        continue;
      const begin = token.leftStrip ? Math.max(spacesBefore(text, index), end) : index;
      if (begin > end) pieces.push(text.slice(end, begin));
      end = token.rightStrip ? spacesAfter(text, after) : after;
      // A token of white space may be part of the previous token.
      if (begin < end) pieces.push(token.id);
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  }
}

const WORD_AT_END = new RegExp(`[${RUST_WORD}]$`, "u");
const WORD_AT_BEGIN = new RegExp(`^[${RUST_WORD}]`, "u");

function endsInWord(text: string): boolean {
  return WORD_AT_END.test(text);
}

function beginsWithWord(text: string): boolean {
  return WORD_AT_BEGIN.test(text);
}

const SPACE = new RegExp(WHITE_SPACE, "u");

function spacesBefore(text: string, index: number): number {
  let begin = index;
  while (begin > 0 && SPACE.test(text.charAt(begin - 1))) begin -= 1;
  return begin;
}

function spacesAfter(text: string, index: number): number {
  let end = index;
  while (end < text.length && SPACE.test(text.charAt(end))) end += 1;
  return end;
}
