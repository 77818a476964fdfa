import { describe, expect, it } from "vitest";
import { TextTokenizer, TokenizerError } from "../../../encoding/text/text.ts";

/** A byte-level BPE with a few merges, in the format of GPT-2's tokenizer.json; "Ġ" is a space. */
const TINY = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [
    {
      id: 9,
      content: "<|endoftext|>",
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    },
  ],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    fuse_unk: false,
    vocab: { a: 0, b: 1, c: 2, Ġ: 3, ab: 4, Ġab: 5, Ã: 6, "©": 7, "Ã©": 8 },
    merges: ["a b", "Ġ ab", "Ã ©"],
  },
};

describe("TextTokenizer", () => {
  const tokenizer = new TextTokenizer(TINY);

  it("encodes and decodes", () => {
    expect(tokenizer.encode("abc ab abé")).toEqual([4, 2, 5, 5, 8]);
    expect(tokenizer.decode([4, 2, 5, 5, 8])).toBe("abc ab abé");
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.decode([])).toBe("");
  });

  it("has a size and the id of <|endoftext|>", () => {
    expect(tokenizer.size).toBe(10);
    expect(tokenizer.endOfTextId).toBe(9);
    expect(tokenizer.decode([4, 9])).toBe("ab<|endoftext|>");
    expect(new TextTokenizer({ ...TINY, added_tokens: [] })).toMatchObject({ size: 9, endOfTextId: null });
  });

  it("recognizes added tokens in text, but no special tokens", () => {
    const bytes = Object.fromEntries([..."<|endoftx>"].map((character, i) => [character, 20 + i]));
    const model = { ...TINY.model, vocab: { ...TINY.model.vocab, ...bytes } };
    const word = { ...TINY.added_tokens[0], id: 10, content: "cab", special: false };
    const other = new TextTokenizer({ ...TINY, model, added_tokens: [...TINY.added_tokens, word] });
    const spelled = [..."<|endoftext|>"].map((character) => bytes[character]);
    expect(other.encode("<|endoftext|>")).toEqual(spelled);
    expect(other.decode(other.encode("<|endoftext|>"))).toBe("<|endoftext|>");
    expect(other.encode("abcab")).toEqual([4, 10]);
    expect(other.has(9)).toBe(true);
    expect(other.has(11)).toBe(false);
    expect(() => other.bytes(11)).toThrow("id 11 has no token");
  });

  it("throws for a character without a token, instead of omitting it", () => {
    expect(() => tokenizer.encode("abXc")).toThrow('the vocabulary has no token for "X"');
    expect(() => tokenizer.encode("aè")).toThrow('the vocabulary has no token for "è"');
  });

  it("holds bytes back until a character is whole", () => {
    const stream = tokenizer.stream();
    expect([4, 6, 7, 0].map((id) => stream.push(id))).toEqual(["ab", "", "é", "a"]);
    const broken = tokenizer.stream();
    expect([6, 0, 6].map((id) => broken.push(id))).toEqual(["", "\ufffda", ""]);
  });

  it("reads vocab.json and merges.txt", () => {
    const vocabulary = { ...TINY.model.vocab, "<|endoftext|>": 9 };
    const merges = `#version: 0.2\r\n${TINY.model.merges.join("\r\n")}\r\n`;
    const other = TextTokenizer.fromVocabulary(vocabulary, merges);
    expect(other.encode("abc ab abé")).toEqual([4, 2, 5, 5, 8]);
    expect(other.endOfTextId).toBe(9);
  });

  const model = (change: object): object => ({ ...TINY, model: { ...TINY.model, ...change } });
  it.each([
    [null, /not a tokenizer\.json/],
    ["text", /not a tokenizer\.json/],
    [{}, /not a tokenizer\.json/],
    [{ model: {} }, /not a tokenizer\.json/],
    [{ model: { vocab: 3 } }, /not a tokenizer\.json/],
    [model({ type: "Unigram" }), /the model is "Unigram"/],
    [model({ merges: undefined }), /has no "model\.merges"/],
    [model({ vocab: { a: "b" } }), /token "a" has id "b"/],
    [model({ vocab: { a: -1 } }), /token "a" has id -1/],
    [model({ vocab: { a: 0, b: 0 } }), /"a" and "b" both have id 0/],
    [model({ vocab: { "▁a": 0 } }), /token 0, "▁a", is not in the byte-level alphabet/],
    [{ ...TINY, decoder: { type: "Metaspace" } }, /the decoder is "Metaspace"/],
    [{ ...TINY, decoder: null }, /the decoder is null/],
    [{ ...TINY, added_tokens: 1 }, /"added_tokens" is not a list/],
    [
      { config: {}, tokenization: "REMI", miditok_version: "3.0.4" },
      /^tokenizer\.json is MidiTok's, whose tokens are notes \("REMI"\), not text$/,
    ],
    [
      { ...TINY, config: {}, tokenization: "TSD", _vocab_base: { PAD_None: 0 } },
      /^tokenizer\.json is MidiTok's, whose tokens are notes \("TSD"\), not text$/,
    ],
    [
      model({ type: "WordLevel", vocab: { PIECE_START: 0, BAR_START: 1 } }),
      /^tokenizer\.json is MMM's, whose words are notes, not text$/,
    ],
  ])("throws for %o", (json, says) => {
    expect(() => new TextTokenizer(json)).toThrow(TokenizerError);
    expect(() => new TextTokenizer(json)).toThrow(says);
  });

  it.each([
    [[], "", /vocab\.json is not a JSON object/],
    [TINY.model.vocab, "#version: 0.2\na b\nab\n", /merges\.txt: line 3 is "ab"/],
    [TINY.model.vocab, "a b c", /merges\.txt: line 1 is "a b c"/],
  ])("throws for vocab.json %o with merges.txt %o", (vocabulary, merges, says) => {
    expect(() => TextTokenizer.fromVocabulary(vocabulary, merges)).toThrow(TokenizerError);
    expect(() => TextTokenizer.fromVocabulary(vocabulary, merges)).toThrow(says);
  });
});
