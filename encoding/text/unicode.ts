/**
 * Character classes as in `tokenizers` 0.23. Its tables are those of several versions of Unicode, so classes of the
 * JavaScript engine are restricted to the characters of these versions (`test/encoding/text/golden/unicode.py`).
 */

/**
 * A pattern for one of these characters, without those of `ranges` ("7fd 897-8d3" in hexadecimal) and with those of `more`. Not
 * with the flag `v`, which has such differences: V8 11 (Node 20) negates a class twice in a repeated group.
 */
function character(characters: string, ranges: string, more: string): string {
  return `(?:(?![${rangesOf(ranges)}])[${characters}]|[${rangesOf(more)}])`;
}

function rangesOf(ranges: string): string {
  const escaped = (code: string): string => `\\u{${code}}`;
  return ranges
    .split(" ")
    .map((range) => range.split("-").map(escaped).join("-"))
    .join("");
}

/** Rust's `char::is_whitespace`. JavaScript's `\s` has U+FEFF and lacks U+0085. */
export const WHITE_SPACE = String.raw`\p{White_Space}`;

/** `\w` of Rust's regular expressions, without the brackets of a class. */
export const RUST_WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;

/** Rust's `char::is_numeric`. */
export const NUMERIC = String.raw`\p{N}`;

/** Marks of Unicode 12, which `StripAccents` removes. */
export const MARK = character(
  String.raw`\p{M}`,
  "7fd 897-8d3 9fe afa-aff b55 c04-c3c cf3-d00 d3b-d3c d81 eba ece 1715 180f 1abf-1aeb 1cf7 1df6-1dfa a82c a8ff 10d24-10f85 " +
    "11070-11074 110c2 11145-11146 111c9 111ce-111cf 11241 1133b 113b8-113e2 1145e 1182c-11b67 11d31-1612f 16f4f 16f7f-16f87 " +
    "16fe4-16ff1 1cf00-1cf46 1e08f-1e6f5",
  "1cf2 1cf3",
);

/** Nonspacing marks of Unicode 8, which `BertNormalizer` removes. */
export const NONSPACING_MARK = character(
  String.raw`\p{Mn}`,
  "7fd 897-8e1 9fe afa-aff b55 c04-c3c d00 d3b-d3c d81 eba ece 180f-1886 1abf-1aeb 1df6-1dfb a82c a8c5 a8ff a9bd 10d24-10f85 " +
    "11070-11074 110c2 111c9 111cf 1123e-11241 1133b 113bb-1145e 1182f-1612f 16f4f 16fe4 1cf00-1cf46 1e000-1e6f5 1e944-1e94a",
  "1734 1171e",
);

/** Punctuation of Unicode 8, and the ASCII symbols. */
export const PUNCTUATION = character(
  "\\p{P}$+<=>^`|~",
  "61d 9fd-a76 c77-c84 1b4e-1b4f 1b7d-1b7f 2e43-2e5d 10d6e-10f89 113d4-1145d 11660-116b9 1183b-11fff 12ff1-12ff2 16d6d-16fe2 1e5ff-1e95f",
  "166d 111c9",
);

/** Control and format characters of Unicode 8, private use, U+FFFD. */
export const CONTROL = character(String.raw`\p{Cc}\p{Cf}\p{Co}`, "890-8e2 110cd-1343f", "fffd");

/** CJK ideographs, which `BertNormalizer` separates (google-research/bert, `tokenization.py`). */
export const CHINESE = `[${rangesOf(
  "4e00-9fff 3400-4dbf 20000-2a6df 2a700-2b73f 2b740-2b81f 2b920-2ceaf f900-faff 2f800-2fa1f",
)}]`;

/** Characters newer than the tables of normalization, which are those of Unicode 12: they are not normalized. */
export const NEVER_NORMALIZED = `[${rangesOf(
  "7fd 897-89f 8ca-8d3 9fe afa-aff b55 c04 c3c cf3-d00 d3b-d3c d81 eba ece 1715 180f 1abf-1aeb 1cf7 1df6-1dfa 32ff a7f1-a7f4 " +
    "a82c a8ff ab69 105c0-105ff 10781-107ba 10d24-10d27 10d69-10d6d 10eab-10eac 10efa-10eff 10f46-10f50 10f82-10f85 11070 " +
    "11073-11074 110c2 11145-11146 111c9 111ce-111cf 11241 1133b 11380-113ff 1145e 1182c-1183a 11900-1195f 119d1-119e0 119e4 " +
    "11a01-11a0a 11a33-11a39 11a3b-11a3e 11a47 11a51-11a5b 11a8a-11a99 11b60-11b67 11d31-11d45 11d47 11d8a-11d97 11ef3-11ef6 " +
    "11f00-11f01 11f03 11f34-11f42 11f5a 13440 13447-13455 16100-1613f 16d40-16d7f 16f4f 16f7f-16f87 16fe4-16ff1 1ccd6-1ccf9 " +
    "1cf00-1cf46 1e030-1e08f 1e130-1e136 1e2ae 1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1e6e3 1e6e6 1e6ee-1e6ef 1e6f5 1f16c 1fbf0-1fbf9",
)}]`;

/** Characters that the normalizer `Nmt` removes, or replaces by a space (google/sentencepiece, `src/builder.cc`, `BuildNmtNFKCMap`). */
export const NMT_REMOVED = `[${rangesOf("1-8 b e-1f 7f 8f 9f")}]`;
export const NMT_SPACE = `[${rangesOf("9 a c d 1680 200b-200f 2028 2029 2581 feff fffd")}]`;
