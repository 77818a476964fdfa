/** GPT-2's tokenizer, compared with OpenAI's implementation, tiktoken. */
import { get_encoding } from "tiktoken";
import { describe, expect, it } from "vitest";
import { TextTokenizer } from "../../../encoding/text/text.ts";
import { GumbelNoise } from "../../../src/engine/random.ts";
import { FUZZ_TIMEOUT, fuzzRounds } from "../../fuzz-rounds.ts";
import { gpt2Files, gpt2TokenizerJson } from "../../gpt2-tokenizer.ts";

const oracle = get_encoding("gpt2");
const tokenizer = new TextTokenizer(gpt2TokenizerJson());

/** Strings whose pre-tokenization is most likely to differ. */
const FRAGMENTS: readonly string[] = [
  ..."aZéßñøİıǅ中文日本語한국어ไทยहिन्दी",
  "the",
  " the",
  "The quick brown fox",
  "antidisestablishmentarianism",
  ..."I'm you're he's she'll we've they'd don't can't".split(" "),
  ..."I'M YOU'RE HE'S 'tis rock'n'roll ''s 's's x's1 's ' 't'".split(" "),
  "o’clock it’s ‘quoted’ “so”",
  ..."0 7 42 3.14159 1,000,000 ½ ² Ⅷ ٣٤٥ १२३ 1st a1b2c3 0x7fff 1e-9".split(" "),
  ..."! ?! ... … — – -- == => </div> #include \\n \\ / | ~~ @user ^_^ $100 €5 £ ¥ § ° © ™ №".split(" "),
  "https://example.org/a?b=c&d=%20e#f",
  "def f(x):\n    return x ** 2\n",
  "\tif (a && b) {\n\t\tc();\n\t}\r\n",
  ..."😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 ❤️ ☺ 🤷‍♀️ ⌚ 🫠".split(" "),
  "e\u0301 n\u0303 a\u0308\u0323",
  "שָׁלוֹם עולם",
  "مرحبا بالعالم",
  "\u202bright to left\u202c \u200f \u200e",
  "\u200b\u200c\u200d\u2060\u00ad\ufe0f",
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛 𠜎𠜱 𐍈 🀄",
  "\ue000\uf8ff",
  "\ufffd\ufffe\uffff",
  "\ud800 \udc00a \ude00\ud83d",
  "<|endoftext|>",
  "<|endoftext|",
  " <|endoftext|> <|end of text|>",
  "Ġ ċ Ā",
];

/** All spaces of Unicode, and characters that other definitions count as spaces. */
const SPACES: readonly string[] = [
  ..." \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u180e\u200b",
];
const CONTROLS: readonly string[] = Array.from({ length: 33 }, (_, i) =>
  String.fromCharCode(i === 32 ? 127 : i),
);

/** First and last characters of blocks that are the same in all recent versions of Unicode. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x80, 0xff],
  [0x100, 0x17f],
  [0x391, 0x3a1],
  [0x400, 0x4ff],
  [0x5d0, 0x5ea],
  [0x620, 0x64a],
  [0x905, 0x939],
  [0x3041, 0x3096],
  [0x4e00, 0x9fa5],
  [0xac00, 0xd7a3],
  [0x1f300, 0x1f5ff],
  [0x1f600, 0x1f64f],
];

describe("GPT-2's tokenizer encodes as tiktoken does", () => {
  it.each([
    ["", "a", " ", "  ", "   ", "a  b", " a   b    c     ", "\n\n\n", " \n \n", "a\n\n b", "\u00a0\u00a0a"],
    FRAGMENTS,
    SPACES.flatMap((space) => [
      space,
      `a${space}b`,
      `${space}${space}b`,
      ` ${space}b`,
      `a${space} `,
      `.${space}.`,
    ]),
    CONTROLS.flatMap((control) => [control, `a${control}b`, ` ${control}`, `${control}${control}'s`]),
    FRAGMENTS.flatMap((one) => [` ${one}`, `${one} `, `${one}${one}`, `x${one}'ll`]),
    Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}x${"\t".repeat(i % 7)}`),
    [
      "a".repeat(3000),
      "ab ".repeat(2000),
      "é".repeat(500),
      "!".repeat(777),
      "\n".repeat(1000),
      "1234567890".repeat(90),
    ],
  ])("fixed strings, %#", (...texts) => {
    expect(texts.filter(isOdd)).toEqual([]);
  });

  it("thousands of generated strings", { timeout: FUZZ_TIMEOUT }, () => {
    const random = new GumbelNoise(5);
    const texts = Array.from({ length: fuzzRounds(2000) }, (_, text) => generated(random, text));
    expect(texts.filter(isOdd)).toEqual([]);
  });
});

describe("GPT-2's tokenizer", () => {
  it("is equal from vocab.json with merges.txt and from tokenizer.json", () => {
    const { vocabulary, merges } = gpt2Files();
    const other = TextTokenizer.fromVocabulary(vocabulary, merges);
    for (const text of FRAGMENTS) expect(other.encode(text)).toEqual(tokenizer.encode(text));
    expect(other).toMatchObject({ size: 50257, endOfTextId: 50256 });
  });

  it("returns the same bytes as tiktoken for every id", () => {
    for (let id = 0; id < 50256; id += 1) {
      expect(Buffer.compare(tokenizer.bytes(id), oracle.decode_single_token_bytes(id)), `id ${id}`).toBe(0);
    }
    expect(tokenizer.decode([50256])).toBe("<|endoftext|>");
  });

  it("streams whole characters only", () => {
    const text = "naïve 😀 日本語 👩‍👩‍👧‍👦 done";
    const whole = new Set(text);
    const stream = tokenizer.stream();
    let streamed = "";
    for (const id of tokenizer.encode(text)) {
      const piece = stream.push(id);
      for (const character of piece) expect(whole).toContain(character);
      streamed += piece;
      expect(text.startsWith(streamed)).toBe(true);
    }
    expect(streamed).toBe(text);
  });
});

/** Whether the ids differ from tiktoken's, or do not decode to the text. */
function isOdd(text: string): boolean {
  const ids = tokenizer.encode(text);
  const theirs = oracle.encode_ordinary(text);
  const isEqual = ids.length === theirs.length && ids.every((id, i) => id === theirs[i]);
  return !isEqual || tokenizer.decode(ids) !== text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** A random concatenation of fragments, spaces, control characters and characters of any script. */
function generated(random: GumbelNoise, text: number): string {
  let count = 0;
  const randomInt = (below: number): number => {
    count += 1;
    return Math.floor(Math.exp(-Math.exp(-random.at(text, count))) * below); // Gumbel to uniform
  };
  const pick = (from: readonly string[]): string => from[randomInt(from.length)] ?? "";
  const parts = Array.from({ length: 1 + randomInt(12) }, () => {
    const kind = randomInt(8);
    if (kind < 3) return pick(FRAGMENTS);
    if (kind === 3) return pick(SPACES).repeat(1 + randomInt(4));
    if (kind === 4) return " ".repeat(randomInt(5));
    if (kind === 5) return pick(CONTROLS);
    const [first, last] = BLOCKS[randomInt(BLOCKS.length)] ?? [0, 0];
    return Array.from({ length: randomInt(6) }, () =>
      String.fromCodePoint(first + randomInt(last - first + 1)),
    ).join("");
  });
  return parts.join("");
}
