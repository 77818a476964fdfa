import { describe, expect, it } from "vitest";
import { TokenizerError } from "../../../encoding/text/text.ts";
import { tokenizerJson } from "../../../encoding/text/tokenizer-json.ts";
import { EmptyPieceError, textEncoder } from "../../../src/tools/dataset/encode-piece.ts";
import { TINY_END, TINY_MERGES, TINY_VOCABULARY } from "../../tiny-text-checkpoint.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("textEncoder", () => {
  it("gives ids, characters and bytes, and the end of text as what each piece begins with", () => {
    const encoder = textEncoder(tokenizerJson(TINY_VOCABULARY, TINY_MERGES));
    const { ids, ...counts } = encoder.encode(bytes("thé"));
    expect([...ids]).toEqual(["th", "Ã", "©"].map((token) => TINY_VOCABULARY[token]));
    expect(counts).toEqual({ characters: 3, bytes: 4 });
    expect(encoder.vocabulary).toMatchObject({ size: TINY_END + 1, startId: TINY_END, endId: null });
  });

  it("refuses a file with nothing in it, and one that is no text", () => {
    const encoder = textEncoder(tokenizerJson(TINY_VOCABULARY, TINY_MERGES));
    expect(() => encoder.encode(bytes(""))).toThrow(EmptyPieceError);
    expect(() => encoder.encode(Uint8Array.of(0xff, 0xfe, 0x41))).toThrow("utf-8");
  });

  it("refuses a tokenizer whose ids do not fit into two bytes", () => {
    const vocabulary = { ...TINY_VOCABULARY, last: 65_536 };
    expect(() => textEncoder(tokenizerJson(vocabulary, TINY_MERGES))).toThrow(TokenizerError);
    expect(() => textEncoder(tokenizerJson(vocabulary, TINY_MERGES))).toThrow(
      "the tokenizer has 65537 ids; a dataset can have at most 65536",
    );
  });
});
