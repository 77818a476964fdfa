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

  // Python: `Tokenizer.from_str(...).encode(text).ids`, tokenizers 0.23.3.
  it.each([
    ["ab", [3]],
    ["abx", [1, 2, 0]],
    ["xab", [0, 1, 2]],
    ["abcxxab", [1, 5, 0, 0, 1, 2]],
  ])("applies ignore_merges to whole words only: %s", (text, ids) => {
    const vocab = { "<unk>": 0, a: 1, b: 2, ab: 3, c: 4, bc: 5 };
    const whole = { ...TINY.model, vocab, merges: [["b", "c"]], unk_token: "<unk>", ignore_merges: true };
    expect(new TextTokenizer({ ...TINY, added_tokens: [], model: whole }).encode(text)).toEqual(ids);
  });

  it("refuses an unknown character whose token is a part of merges, and no other text", () => {
    const merged = new TextTokenizer({ ...TINY, model: { ...TINY.model, unk_token: "a" } });
    expect(merged.encode("ab")).toEqual([4]);
    expect(() => merged.encode("x")).toThrow("the token of unknown characters is a part of merges");
  });

  const model = (change: object): object => ({ ...TINY, model: { ...TINY.model, ...change } });
  it.each([
    [null, /not a tokenizer\.json/],
    ["text", /not a tokenizer\.json/],
    [{}, /not a tokenizer\.json/],
    [{ model: {} }, /not a tokenizer\.json/],
    [{ model: { vocab: 3 } }, /not a tokenizer\.json/],
    [model({ type: "Unigram" }), /the model is "Unigram"/],
    [{ model: { type: "Unigram", vocab: [["<unk>", 0]] } }, /the model is "Unigram"/],
    [model({ type: "WordPiece", continuing_subword_prefix: "##" }), /the model is "WordPiece"/],
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

describe("parts of a tokenizer.json", () => {
  it.each([
    [{ normalizer: { type: "Precompiled" } }, "the normalizer Precompiled is not supported"],
    [{ pre_tokenizer: { type: "Metaspace" } }, "the pre-tokenizer Metaspace is not supported"],
    [{ pre_tokenizer: { type: "UnicodeScripts" } }, "the pre-tokenizer UnicodeScripts is not supported"],
    [{ pre_tokenizer: { type: "Replace" } }, "the pre-tokenizer Replace is not supported"],
    [
      { pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Unheard" }] } },
      "the pre-tokenizer Unheard is not supported",
    ],
    [{ post_processor: { type: "Unheard" } }, "the post-processor Unheard is not supported"],
    [
      { decoder: { type: "Sequence", decoders: [{ type: "ByteLevel" }, { type: "Strip" }] } },
      'the decoder is "Strip"',
    ],
    [{ normalizer: {} }, "a normalizer has the type null"],
    [{ normalizer: { type: "Strip" } }, '"strip_left" of the normalizer Strip is missing'],
    [
      { pre_tokenizer: { type: "Punctuation", behavior: "Sideways" } },
      'the behavior of the pre-tokenizer Punctuation is "Sideways"',
    ],
    [{ model: { ...TINY.model, dropout: 0.1 } }, '"dropout" of the model is 0.1'],
    [{ model: { ...TINY.model, end_of_word_suffix: "</w>" } }, '"end_of_word_suffix" of the model is "</w>"'],
    [
      { model: { ...TINY.model, continuing_subword_prefix: "##" } },
      '"continuing_subword_prefix" of the model',
    ],
    [{ model: { ...TINY.model, merges: ["a z"] } }, 'the merge "a z" needs the token "z"'],
    [{ model: { ...TINY.model, merges: ["ab"] } }, 'a merge is "ab"'],
    [{ added_tokens: [{ id: 9, content: "<x>", lstrip: 1 }] }, '"lstrip" of the token "<x>" is 1'],
  ])("are refused by name: %j", (change, says) => {
    expect(() => new TextTokenizer({ ...TINY, ...change })).toThrow(TokenizerError);
    expect(() => new TextTokenizer({ ...TINY, ...change })).toThrow(says);
  });

  it("are refused where `tokenizers` itself goes wrong: a Replace between characters", () => {
    const normalizer = { type: "Replace", pattern: { Regex: "x*" }, content: "a" };
    const tokenizer = new TextTokenizer({ ...TINY, normalizer });
    expect(() => tokenizer.encode("b")).toThrow("the normalizer Replace matches between characters");
  });

  it("are refused if the normalizer leaves nothing of an added token", () => {
    const normalizer = { type: "Strip", strip_left: true, strip_right: true };
    const space = { ...TINY.added_tokens[0], id: 10, content: " ", normalized: true };
    expect(() => new TextTokenizer({ ...TINY, normalizer, added_tokens: [space] })).toThrow(
      'the normalizer leaves nothing of the token " "',
    );
  });

  it("give a token of white space no id if it belongs to the token before it", () => {
    const flags = { special: false, normalized: false };
    const word = { ...TINY.added_tokens[0], ...flags, id: 10, content: "ab", rstrip: true };
    const space = { ...TINY.added_tokens[0], ...flags, id: 11, content: " ", lstrip: true };
    const tokenizer = new TextTokenizer({ ...TINY, added_tokens: [word, space] });
    expect(tokenizer.encode("ab a  b")).toEqual([4, 0, 11, 11, 1]); // tokenizers 0.23.3
  });

  it("may be a decoder in a sequence, and a post-processor that adds ids on request", () => {
    const decoder = { type: "Sequence", decoders: [{ type: "ByteLevel" }, { type: "Fuse" }] };
    const processors = [
      { type: "RobertaProcessing", cls: ["a", 0], sep: ["b", 1] },
      {
        type: "TemplateProcessing",
        single: [{ SpecialToken: { id: "end" } }, { Sequence: { id: "A" } }],
        special_tokens: { end: { ids: [9] } },
      },
      { type: "ByteLevel" },
    ];
    const other = new TextTokenizer({ ...TINY, decoder, post_processor: { type: "Sequence", processors } });
    expect(other.encode("ab")).toEqual([4]);
    expect(other.encode("ab", { addSpecialTokens: true })).toEqual([9, 0, 4, 1]);
    expect(other.decode([4, 8])).toBe("abé");
  });
});
