import { describe, expect, it } from "vitest";
import { compilePattern, patternOf } from "../../../encoding/text/pattern.ts";
import { matchesOf } from "../../../encoding/text/split.ts";

/** Replaces the matches as `Replace(Regex(pattern), "#")` of tokenizers 0.23.3 does. */
function replaced(source: string, text: string): string {
  let result = "";
  let end = 0;
  for (const match of matchesOf(text, compilePattern(source))) {
    result += `${text.slice(end, match.index)}#`;
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}

describe("regular expressions of Oniguruma", () => {
  it.each([
    [String.raw`$`, "a\nb\n", "a#\nb#\n#"],
    [String.raw`^`, "a\nb\n", "#a\n#b\n"],
    [String.raw`\Z`, "a\n", "a#\n#"],
    [String.raw`\z`, "a\n", "a\n#"],
    [String.raw`\A`, "a\nb", "#a\nb"],
    [String.raw`x*`, "axb", "#a#b#"],
    [String.raw`a{2}?`, "aaa", "#a#"],
    [String.raw`a{1,2}?`, "aaa", "###"],
    [String.raw`a{1,2}+b`, "aaab", "#"],
    [String.raw`a{,2}`, "aaa", "##"],
    [String.raw`a**`, "aaab", "#b#"],
    [String.raw`(?>a+)b`, "aab", "#"],
    [String.raw`(?>a+)ab`, "aab", "aab"],
    [String.raw`a++a`, "aaa", "aaa"],
    [String.raw`{a`, "{a", "#"],
    [String.raw`a{x}`, "a{x}", "#"],
    [String.raw`a|`, "ba", "#b#"],
    [String.raw`(?<=a)b|(?<!b)c`, "ab bc ac", "a# bc a#"],
    [String.raw`(?<n>a)b`, "ab", "#"],
    [String.raw`.`, "\n\r\u2028", "\n##"],
    // Wrong in V8 11 with the flag "v".
    [String.raw`([a-e]1[^a-e])+?`, "word1,0", "wor#0"],
    [String.raw`(?:[\w']\S.+){,2}`, "sword a", "#"],
    [String.raw`a(?i)b|c`, "ab aB c C aC", "# # c C #"],
    [String.raw`(?i:k)s`, "\u212as Ks", "# #"],
    [String.raw`(?i:[a-k])`, "aAkK\u212alL", "#####lL"],
    [String.raw`(?i:[^a])`, "aAb", "aA#"],
    [String.raw`(?i:\p{Lu})`, "aA", "a#"],
  ])("%s in %j", (source, text, expected) => {
    expect(replaced(source, text)).toBe(expected);
  });
});

describe("character sets of Oniguruma", () => {
  it.each([
    [String.raw`\w`, "a²½b", "####"],
    [String.raw`[\w]`, "a²½b", "#²½#"],
    [String.raw`\W`, "a²½b!", "a²½b#"],
    [String.raw`[^\w]`, "a²½b!", "a##b#"],
    [String.raw`\b`, "a² b½", "#a²# #b½#"],
    [String.raw`\p{Punct}`, "a+$!b~", "a+$#b~"],
    [String.raw`[[:punct:]]`, "a+$!b~", "a###b#"],
    [String.raw`[[:^alpha:]]`, "a1", "a#"],
    [String.raw`\p{han}|\p{Latin}`, "漢a1", "##1"],
    [String.raw`\p{^L}`, "a1", "a#"],
    [String.raw`\P{uppercase_letter}`, "aA", "#A"],
    [String.raw`[]a]`, "]a[", "##["],
    [String.raw`[a-c-e]`, "abcde-", "###d##"],
    [String.raw`[a\-z]`, "a-zb", "###b"],
    [String.raw`[[a-z]&&[^aeiou]]`, "abcde", "a###e"],
    [String.raw`[^a-z&&[^x]]`, "abxde1", "ab#de#"],
    [String.raw`\x41\x{e9}\u00e9\e\a\v`, "Aéé\u001b\u0007\v", "#"],
    [String.raw`\h\H`, "fg", "#"],
    [String.raw`\/\-\_\é`, "/-_é", "#"],
  ])("%s in %j", (source, text, expected) => {
    expect(replaced(source, text)).toBe(expected);
  });
});

it.each([
  [String.raw`(a)\1`, String.raw`\1`],
  [String.raw`\R`, String.raw`\R`],
  [String.raw`\X`, String.raw`\X`],
  [String.raw`\K`, String.raw`\K`],
  [String.raw`\012`, String.raw`\0`],
  [String.raw`\xe9`, String.raw`\x`],
  [String.raw`(?m:.)`, "the group (?m:"],
  [String.raw`(?~a)`, "the group (?~a"],
  [String.raw`(?#x)a`, "the group (?#x"],
  [String.raw`(?i:é)`, '"é" without case'],
  [String.raw`(?i:ss)`, 'the pair "ss" without case'],
  [String.raw`(?i:[\p{Lu}])`, String.raw`\p{Lu} without case`],
  [String.raw`(a??|b)+`, "a repeated empty group"],
  [String.raw`[\w-%]`, '"-" behind a set'],
  [String.raw`[a-\d]`, '"-" before a set'],
  [String.raw`[a&&]`, "&& without a set on both sides"],
  [String.raw`[a`, "an unmatched ["],
  [String.raw`(a`, "an unmatched ("],
  [String.raw`a)`, "an unmatched )"],
  [String.raw`+a`, "a + without something to repeat"],
  [String.raw`\p{Unheard}`, String.raw`\p{Unheard}`],
  [String.raw`[[:unheard:]]`, "[:unheard:]"],
  [String.raw`(?<=(?>a))b`, "an atomic group in a lookbehind"],
])("refuses %s", (source, what) => {
  expect(() => compilePattern(source, "the normalizer Replace")).toThrow(
    `tokenizer.json: ${what} in the regular expression ${JSON.stringify(source)} of the normalizer Replace is not supported`,
  );
});

it("takes the characters of a string for themselves", () => {
  const pattern = patternOf({ String: "a.b|(c)" }, "the pre-tokenizer Split");
  expect("a.b|(c) a1b".replace(pattern, "#")).toBe("# a1b");
  expect(() => patternOf({}, "the pre-tokenizer Split")).toThrow(
    "the pattern of the pre-tokenizer Split is {}",
  );
});
