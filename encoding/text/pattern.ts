/** Patterns of `tokenizer.json`: a string, or a regular expression of Oniguruma, which `tokenizers` uses. */
import { OnigurumaTranslator } from "./oniguruma.ts";
import { damaged, property, unsupported } from "./tokenizer-error.ts";

/**
 * The regular expression of a pattern, with the flag `g`. An empty string matches between all characters.
 *
 * @param json `{"String": …}` or `{"Regex": …}`.
 * @param owner for error messages: "the pre-tokenizer Split".
 * @throws TokenizerError for a part of a regular expression that is not supported.
 */
export function patternOf(json: unknown, owner: string): RegExp {
  const text = property(json, "String");
  if (typeof text === "string") {
    return new RegExp(text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`), "gu");
  }
  const source = property(json, "Regex");
  if (typeof source === "string") return compilePattern(source, owner);
  throw damaged(`tokenizer.json: the pattern of ${owner} is ${JSON.stringify(json ?? null)}`);
}

/** Translates a regular expression of Oniguruma. @throws TokenizerError for a part that is not supported. */
export function compilePattern(source: string, owner = "the tokenizer"): RegExp {
  const refuse = (what: string): Error =>
    unsupported(
      `tokenizer.json: ${what} in the regular expression ${JSON.stringify(source)} of ${owner} is not supported`,
    );
  const translated = new OnigurumaTranslator(source, refuse).translate();
  try {
    return new RegExp(translated, "gu");
  } catch {
    throw refuse("a construct");
  }
}
