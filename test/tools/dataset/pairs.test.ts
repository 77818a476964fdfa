import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { buildPairDataset, PairError } from "../../../src/tools/dataset/pairs.ts";

const START = 2;
const TO_FR = 3;
const TO_DE = 4;

let out = "";

beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), "ostinato-pairs-")), "data");
});

const file = (text: string, separator = "<to-fr>") => ({
  path: "fr.tsv",
  bytes: new TextEncoder().encode(text),
  separator,
});

function numbers(name: string): number[] {
  const bytes = readFileSync(join(out, name));
  return Array.from({ length: bytes.length / 8 }, (_, index) => Number(bytes.readBigUInt64LE(8 * index)));
}

function ids(): number[] {
  const bytes = readFileSync(join(out, "ids.bin"));
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16LE(2 * index));
}

describe("buildPairDataset", () => {
  it("writes start, source, separator, target, end, and where the targets begin", async () => {
    const files = [file("ab\tba\nb\ta"), { ...file("aa\tbb\r\n"), path: "de.tsv", separator: "<to-de>" }];
    const summary = await buildPairDataset(files, tokenizer(), out);
    expect(summary).toEqual({ pairs: 3, ids: 19, targetIds: 8, longest: 7 });
    const pieces = [
      [START, 0, 1, TO_FR, 1, 0, START],
      [START, 1, TO_FR, 0, START],
      [START, 0, 0, TO_DE, 1, 1, START],
    ];
    expect(ids()).toEqual(pieces.flat());
    expect(numbers("index.bin")).toEqual([0, 7, 12, 19]);
    expect(numbers("targets.bin")).toEqual([4, 3, 4]);
    const header = JSON.parse(readFileSync(join(out, "dataset.json"), "utf8"));
    const tokensSha256 = "42400c1e25c0f7c07c4fc1910d9a5834473efdb2c8ecaa569ff2513b5ade7c44";
    expect(header.vocabulary).toEqual({ name: "text", size: 5, ranges: [], tokensSha256 });
    expect(header).toMatchObject({ startId: START, endId: START, targets: true, ids: 19 });
    expect(header.pieces).toEqual([
      { path: "fr.tsv:1", kind: "pair", ids: 5, characters: 2, bytes: 2 },
      { path: "fr.tsv:2", kind: "pair", ids: 3, characters: 1, bytes: 1 },
      { path: "de.tsv:1", kind: "pair", ids: 5, characters: 2, bytes: 2 },
    ]);
  });

  it.each([
    ["a\tb\na\n", "columns", "fr.tsv, line 2: a pair needs two columns, this line has 1"],
    ["a\tb\n\na\tb\n", "columns", "fr.tsv, line 2: a pair needs two columns, this line has 1"],
    ["a\tb\tc", "columns", "fr.tsv, line 1: a pair needs two columns, this line has 3"],
    ["a\t", "empty-side", "fr.tsv, line 1: the target is empty"],
    [" \tb", "empty-side", "fr.tsv, line 1: the source is empty"],
    ["a<to-fr>b\tb", "special-token", "fr.tsv, line 1: the source contains the special token <to-fr>"],
    ["a\tb\na\tb<to-de>", "special-token", "fr.tsv, line 2: the target contains the special token <to-de>"],
    [
      "a\t<|endoftext|>",
      "special-token",
      "fr.tsv, line 1: the target contains the special token <|endoftext|>",
    ],
    ["", "no-pairs", "fr.tsv has no pairs"],
  ])("refuses %j with its line and writes nothing", async (text, code, message) => {
    const failed = buildPairDataset([file(text)], tokenizer(), out);
    await expect(failed).rejects.toBeInstanceOf(PairError);
    await expect(failed).rejects.toMatchObject({ code, message });
    expect(existsSync(out)).toBe(false);
  });

  it.each(["<to-es>", "a", "<|endoftext|>"])(
    "refuses the separator %s and names those that are there",
    async (separator) => {
      await expect(buildPairDataset([file("a\tb", separator)], tokenizer(), out)).rejects.toMatchObject({
        code: "no-separator",
        message: `the tokenizer has no special token "${separator}" to separate pairs`,
        hint: "its special tokens: <|endoftext|>, <to-fr>, <to-de>; learn one with ostinato_training.tokenizer --special",
      });
    },
  );

  it("refuses a file that is not UTF-8, and a tokenizer without an end", async () => {
    const latin = { ...file(""), bytes: Uint8Array.from([0x61, 0x09, 0xe9]) };
    await expect(buildPairDataset([latin], tokenizer(), out)).rejects.toMatchObject({ code: "not-utf-8" });
    await expect(buildPairDataset([file("a\tb")], tokenizer([]), out)).rejects.toMatchObject({
      code: "no-end",
    });
  });
});

/** A byte-level BPE of the letters a and b and special tokens. */
function tokenizer(special = ["<|endoftext|>", "<to-fr>", "<to-de>"]): object {
  return {
    version: "1.0",
    added_tokens: special.map((content, index) => ({ id: START + index, content, special: true })),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] },
  };
}
