/** The normalizers of `tokenizer.json`, which change a text before it is split into words. */
import { byteCharactersOf } from "./byte-level.ts";
import { patternOf } from "./pattern.ts";
import { matchesOf } from "./split.ts";
import { Part, unsupported } from "./tokenizer-error.ts";
import {
  CHINESE,
  CONTROL,
  MARK,
  NEVER_NORMALIZED,
  NMT_REMOVED,
  NMT_SPACE,
  NONSPACING_MARK,
  WHITE_SPACE,
} from "./unicode.ts";

export type Normalize = (text: string) => string;

/**
 * Makes the function of a normalizer.
 *
 * @param json the value of "normalizer"; null for none.
 * @throws TokenizerError that names a normalizer that is not supported.
 */
export function normalizerOf(json: unknown): Normalize {
  if (json === null || json === undefined) return (text) => text;
  const part = new Part("normalizer", json);
  switch (part.type) {
    case "Sequence": {
      const parts = part.list("normalizers").map(normalizerOf);
      return (text) => parts.reduce((done, normalize) => normalize(done), text);
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return unicodeForm(part.type);
    case "Lowercase":
      return lowercase;
    case "Strip":
      return strip(part.flag("strip_left"), part.flag("strip_right"));
    case "StripAccents":
      return removal(MARK);
    case "BertNormalizer":
      return bert(part);
    case "Replace":
      return replacement(part);
    case "Prepend": {
      const prefix = part.text("prepend");
      return (text) => (text === "" ? text : prefix + text);
    }
    case "Nmt":
      return nmt;
    case "ByteLevel":
      return byteCharactersOf;
    default:
      throw unsupported(`tokenizer.json: ${part.name} is not supported`);
  }
}

function unicodeForm(form: "NFC" | "NFD" | "NFKC" | "NFKD"): Normalize {
  const never = new RegExp(`(${NEVER_NORMALIZED}+)`, "u");
  return (text) => {
    if (!never.test(text)) return text.normalize(form);
    return text
      .split(never)
      .map((piece, index) => (index % 2 === 1 ? piece : piece.normalize(form)))
      .join("");
  };
}

/** Character by character, so that a sigma at the end of a word becomes "σ", as in Rust. */
function lowercase(text: string): string {
  return text.replaceAll(/\P{ASCII}|[A-Z]/gu, (character) => character.toLowerCase());
}

function strip(left: boolean, right: boolean): Normalize {
  const start = new RegExp(`^${WHITE_SPACE}+`, "u");
  return (text) => {
    const begun = left ? text.replace(start, "") : text;
    return right ? begun.slice(0, endOfText(begun)) : begun;
  };
}

/** Length without white space at the end. A regular expression for it takes quadratic time in long white space. */
function endOfText(text: string): number {
  const space = new RegExp(WHITE_SPACE, "u");
  let end = text.length;
  while (end > 0 && space.test(text.charAt(end - 1))) end -= 1; // all white space is in the basic multilingual plane
  return end;
}

function removal(characters: string): Normalize {
  const pattern = new RegExp(characters, "gu");
  return (text) => text.replaceAll(pattern, "");
}

function bert(part: Part): Normalize {
  const lower = part.flag("lowercase");
  const steps: Normalize[] = [];
  if (part.flag("clean_text")) steps.push(removeControls);
  if (part.flag("handle_chinese_chars")) {
    const chinese = new RegExp(CHINESE, "gu");
    steps.push((text) => text.replaceAll(chinese, " $& "));
  }
  if (part.flag("strip_accents", lower)) steps.push(unicodeForm("NFD"), removal(NONSPACING_MARK));
  if (lower) steps.push(lowercase);
  return (text) => steps.reduce((done, normalize) => normalize(done), text);
}

const CONTROLS = new RegExp(CONTROL, "gu");
const SPACES = new RegExp(WHITE_SPACE, "gu");

function removeControls(text: string): string {
  return text
    .replaceAll(/[\t\n\r]/g, " ")
    .replaceAll(CONTROLS, "")
    .replaceAll(SPACES, " ");
}

function replacement(part: Part): Normalize {
  const content = part.text("content");
  const pattern = patternOf(part.value("pattern"), part.name);
  return (text) => {
    let replaced = "";
    let end = 0;
    for (const match of matchesOf(text, pattern)) {
      // `tokenizers` writes the content a different number of times, or fails.
      if (match[0] === "") throw unsupported(`tokenizer.json: ${part.name} matches between characters`);
      replaced += text.slice(end, match.index) + content;
      end = match.index + match[0].length;
    }
    return replaced + text.slice(end);
  };
}

const NMT_REMOVALS = new RegExp(NMT_REMOVED, "gu");
const NMT_SPACES = new RegExp(NMT_SPACE, "gu");

function nmt(text: string): string {
  return text.replaceAll(NMT_REMOVALS, "").replaceAll(NMT_SPACES, " ");
}
