/** The pre-tokenizers of `tokenizer.json`: they split a text into words, within which tokens are merged. */
import { byteCharactersOf } from "./byte-level.ts";
import { compilePattern, patternOf } from "./pattern.ts";
import { type SplitBehavior, splitText } from "./split.ts";
import { damaged, Part, unsupported } from "./tokenizer-error.ts";
import { NUMERIC, PUNCTUATION, RUST_WORD, WHITE_SPACE } from "./unicode.ts";

/** Splits one piece of a text into smaller ones. */
export type PreTokenize = (text: string) => readonly string[];

/** GPT-2's pre-tokenization pattern (openai/gpt-2, `src/encoder.py`). */
const WORDS = compilePattern(
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
);

const SPACE = new RegExp(WHITE_SPACE, "gu");

/**
 * Makes the function of a pre-tokenizer.
 *
 * @param json the value of "pre_tokenizer"; null for none.
 * @throws TokenizerError that names a pre-tokenizer that is not supported.
 */
export function preTokenizerOf(json: unknown): PreTokenize {
  if (json === null || json === undefined) return (text) => [text];
  const part = new Part("pre-tokenizer", json);
  switch (part.type) {
    case "Sequence": {
      const parts = part.list("pretokenizers").map(preTokenizerOf);
      return (text) => parts.reduce<readonly string[]>((pieces, split) => pieces.flatMap(split), [text]);
    }
    case "ByteLevel":
      return byteLevel(part.flag("add_prefix_space", false), part.flag("use_regex", true));
    case "Split": {
      const pattern = patternOf(part.value("pattern"), part.name);
      const behavior = behaviorOf(part);
      const invert = part.flag("invert");
      return (text) => splitText(text, pattern, behavior, invert);
    }
    case "Whitespace":
      return splitter(`[${RUST_WORD}]+|[^${RUST_WORD}${WHITE_SPACE}]+`, "Removed", true);
    case "WhitespaceSplit":
      return (text) => splitText(text, SPACE, "Removed");
    case "Punctuation":
      return splitter(PUNCTUATION, part.value("behavior") === undefined ? "Isolated" : behaviorOf(part));
    case "BertPreTokenizer": {
      const atPunctuation = splitter(PUNCTUATION, "Isolated");
      return (text) => splitText(text, SPACE, "Removed").flatMap(atPunctuation);
    }
    case "Digits":
      return splitter(NUMERIC, part.flag("individual_digits") ? "Isolated" : "Contiguous");
    case "CharDelimiterSplit": {
      const pattern = patternOf({ String: part.text("delimiter") }, part.name);
      return (text) => splitText(text, pattern, "Removed");
    }
    case "FixedLength":
      return fixedLength(part.count("length"));
    default:
      throw unsupported(`tokenizer.json: ${part.name} is not supported`);
  }
}

function splitter(pattern: string, behavior: SplitBehavior, invert = false): PreTokenize {
  const compiled = new RegExp(pattern, "gu");
  return (text) => splitText(text, compiled, behavior, invert);
}

function byteLevel(addPrefixSpace: boolean, useRegex: boolean): PreTokenize {
  return (text) => {
    const begun = addPrefixSpace && !text.startsWith(" ") ? ` ${text}` : text;
    const words = useRegex ? (begun.match(WORDS) ?? []) : [begun];
    return words.map(byteCharactersOf);
  };
}

const BEHAVIORS: Readonly<Record<string, SplitBehavior>> = {
  Removed: "Removed",
  Isolated: "Isolated",
  MergedWithPrevious: "MergedWithPrevious",
  MergedWithNext: "MergedWithNext",
  Contiguous: "Contiguous",
};

function behaviorOf(part: Part): SplitBehavior {
  const name = part.text("behavior");
  const behavior = Object.hasOwn(BEHAVIORS, name) ? BEHAVIORS[name] : undefined;
  if (behavior) return behavior;
  throw damaged(`tokenizer.json: the behavior of ${part.name} is ${JSON.stringify(name)}`);
}

function fixedLength(length: number): PreTokenize {
  const pattern = new RegExp(`[^]{1,${length}}`, "gu");
  return (text) => text.match(pattern) ?? [];
}
