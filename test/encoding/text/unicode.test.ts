import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalizerOf } from "../../../encoding/text/normalizer.ts";
import { preTokenizerOf } from "../../../encoding/text/pre-tokenizer.ts";

/** What `unicode.py` writes. */
const TABLES: Readonly<Record<string, { readonly count: number; readonly sha256: string }>> = JSON.parse(
  readFileSync(new URL("golden/unicode.json", import.meta.url), "utf8"),
);
const NO_BERT = { clean_text: false, handle_chinese_chars: false, strip_accents: false, lowercase: false };
const BERT = ["clean_text", "handle_chinese_chars", "strip_accents"];
const NORMALIZERS = ["NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Nmt", ...BERT];

/** All code points that are characters. */
function* codes(): Generator<number, void> {
  for (let code = 0; code < 0x110000; code += 1) if (code < 0xd800 || code > 0xdfff) yield code;
}

function digest(lines: readonly string[]): { count: number; sha256: string } {
  return { count: lines.length, sha256: createHash("sha256").update(lines.join("\n")).digest("hex") };
}

describe("every character is as Hugging Face's tokenizers has it", () => {
  it.each(NORMALIZERS)("under %s", (name) => {
    const bert = { type: "BertNormalizer", ...NO_BERT, [name]: true };
    const normalize = normalizerOf(BERT.includes(name) ? bert : { type: name });
    const lines: string[] = [];
    for (const code of codes()) {
      const character = String.fromCodePoint(code);
      const made = normalize(character);
      if (made === character) continue;
      lines.push(
        `${code.toString(16)}>${Array.from(made, (each) => each.codePointAt(0)?.toString(16)).join(" ")}`,
      );
    }
    expect(digest(lines)).toEqual(TABLES[name]);
  });

  it.each(["Punctuation", "WhitespaceSplit"])("under %s", (name) => {
    const split = preTokenizerOf({ type: name });
    const lines: string[] = [];
    for (const code of codes()) {
      if (split(`a${String.fromCodePoint(code)}a`).length > 1) lines.push(code.toString(16));
    }
    expect(digest(lines)).toEqual(TABLES[name]);
  });
});
