import { describe, expect, it } from "vitest";
import { TokenizerError } from "../../../encoding/text/text.ts";
import { tokenizerJson } from "../../../encoding/text/tokenizer-json.ts";
import { EmptyPieceError, textEncoder } from "../../../src/tools/dataset/encode-piece.ts";
import { TINY_END, TINY_MERGES, TINY_VOCABULARY } from "../../tiny-text-checkpoint.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("textEncoder", () => {
  it("returns ids, characters and bytes; each piece begins with the end-of-text id", () => {
    const encoder = textEncoder(tokenizerJson(TINY_VOCABULARY, TINY_MERGES));
    const [{ ids, ...counts } = { ids: [] }, ...others] = encoder.encode(bytes("thé"));
    expect(others).toEqual([]);
    expect([...ids]).toEqual(["th", "Ã", "©"].map((token) => TINY_VOCABULARY[token]));
    expect(counts).toEqual({ characters: 3, bytes: 4 });
    expect(encoder.vocabulary).toMatchObject({ size: TINY_END + 1, startId: TINY_END, endId: null });
  });

  it("rejects an empty file and a file that is not text", () => {
    const encoder = textEncoder(tokenizerJson(TINY_VOCABULARY, TINY_MERGES));
    expect(() => encoder.encode(bytes(""))).toThrow(EmptyPieceError);
    expect(() => encoder.encode(Uint8Array.of(0xff, 0xfe, 0x41))).toThrow("utf-8");
  });

  it("rejects a tokenizer whose ids exceed 16 bits", () => {
    const vocabulary = { ...TINY_VOCABULARY, last: 65_536 };
    expect(() => textEncoder(tokenizerJson(vocabulary, TINY_MERGES))).toThrow(TokenizerError);
    expect(() => textEncoder(tokenizerJson(vocabulary, TINY_MERGES))).toThrow(
      "the tokenizer has 65537 ids; a dataset can have at most 65536",
    );
  });
});
