import { describe, expect, it } from "vitest";
import { TextTokenizer, TokenizerError } from "../../encoding/text.ts";

/** A byte-level BPE of a few merges, as GPT-2's tokenizer.json has it; "Ġ" is a space. */
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
  });

  it("knows its size and its end of text", () => {
    expect(tokenizer.size).toBe(10);
    expect(tokenizer.endOfTextId).toBe(9);
    expect(tokenizer.decode([4, 9])).toBe("ab<|endoftext|>");
    expect(new TextTokenizer({ ...TINY, added_tokens: [] })).toMatchObject({ size: 9, endOfTextId: null });
  });

  it.each([[null], ["text"], [{}], [{ model: {} }], [{ model: { vocab: 3 } }]])("refuses %o", (json) => {
    expect(() => new TextTokenizer(json)).toThrow(TokenizerError);
  });
});
