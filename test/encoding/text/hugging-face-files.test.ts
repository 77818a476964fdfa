import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gpt2Files } from "../../gpt2-tokenizer.ts";
import { TextTokenizer, type TokenizerFiles } from "../../../encoding/text/text.ts";

/** What `make_folders.py` writes. */
interface Folder {
  readonly name: string;
  /** Contents by file name; of tokenizer.json, what differs from the one in the golden folder. */
  readonly files: Readonly<Record<string, object>>;
  readonly bos: number;
  readonly eos: number;
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly withoutSpecialTokens: readonly number[];
  }[];
}

interface BaseTokenizer {
  readonly model: { readonly vocab: object; readonly merges: readonly (readonly [string, string])[] };
}

const GOLDEN = new URL("golden/", import.meta.url);
const base = read<BaseTokenizer>("tokenizer.json");
const { folders } = read<{ readonly folders: readonly Folder[] }>("folders.json");
const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const PAIR = {
  vocabulary: base.model.vocab,
  merges: base.model.merges.map((merge) => `${merge.join(" ")}\n`).join(""),
};

function read<Contents>(name: string): Contents {
  return JSON.parse(readFileSync(new URL(name, GOLDEN), "utf8"));
}

function filesOf({ files }: Folder): TokenizerFiles {
  const whole = files["tokenizer.json"];
  return {
    ...(whole ? { tokenizer: { ...base, pre_tokenizer: BYTE_LEVEL, post_processor: null, ...whole } } : PAIR),
    tokenizerConfig: files["tokenizer_config.json"],
    specialTokensMap: files["special_tokens_map.json"],
    addedTokens: files["added_tokens.json"],
  };
}

describe("the files of a folder are combined as transformers combines them", () => {
  it.each(folders.map((folder) => [folder.name, folder] as const))("%s", (_, folder) => {
    const tokenizer = TextTokenizer.fromFiles(filesOf(folder));
    for (const { text, ids, withoutSpecialTokens } of folder.texts) {
      expect(tokenizer.encode(text, { specialTokens: true, addSpecialTokens: true })).toEqual(ids);
      expect(tokenizer.encode(text, { addSpecialTokens: true })).toEqual(withoutSpecialTokens);
    }
    expect([tokenizer.startOfTextId, tokenizer.endOfTextId]).toEqual([folder.bos, folder.eos]);
  });
});

describe("tokens of added_tokens.json", () => {
  const tokenizer = TextTokenizer.fromFiles({ ...PAIR, addedTokens: { "<|startoftext|>": 702, Zebra: 701 } });

  it("have the ids of the file, also if it leaves some out", () => {
    expect(tokenizer.encode("<|startoftext|>The", { specialTokens: true })).toEqual([702, 363]);
    expect(tokenizer.size).toBe(703);
    expect(tokenizer.has(700)).toBe(false);
    expect(tokenizer.decode([702, 363])).toBe("<|startoftext|>The");
  });

  it("are ids in any case, unless another file names them", () => {
    expect(tokenizer.encode("<|startoftext|>The")).toEqual([702, 363]);
    expect(tokenizer.encode("Zebra")).toEqual([701]);
    const specialTokensMap = { bos_token: "<|startoftext|>" };
    const named = TextTokenizer.fromFiles({
      ...PAIR,
      addedTokens: { "<|startoftext|>": 702 },
      specialTokensMap,
    });
    expect(named.encode("<|startoftext|>The")).toEqual([
      28, 92, 352, 65, 82, 84, 79, 70, 84, 69, 88, 84, 92, 30, 363,
    ]);
    expect(named.encode("<|startoftext|>The", { specialTokens: true })).toEqual([702, 363]);
  });
});

// `AutoTokenizer.from_pretrained(folder, use_fast=False)` of transformers 4.57.6 with GPT-2's vocab.json and merges.txt.
describe("with GPT-2's vocabulary", () => {
  const pair = gpt2Files();

  it("the token of added_tokens.json is its id, also with special tokens as ids", () => {
    const tokenizer = TextTokenizer.fromFiles({ ...pair, addedTokens: { "<|startoftext|>": 50258 } });
    for (const specialTokens of [false, true]) {
      expect(tokenizer.encode("<|startoftext|>Once", { specialTokens })).toEqual([50258, 7454]);
    }
  });

  it.each([
    [{}, [464, 2746]],
    [{ add_prefix_space: true }, [383, 2746]],
  ])("add_prefix_space puts a space before the text: %j", (tokenizerConfig, ids) => {
    expect(TextTokenizer.fromFiles({ ...pair, tokenizerConfig }).encode("The model")).toEqual(ids);
  });
});

describe("named tokens", () => {
  it("without an id get the next one", () => {
    const specialTokensMap = { pad_token: "[PAD]", sep_token: "[SEP]" };
    const tokenizer = TextTokenizer.fromFiles({ ...PAIR, specialTokensMap });
    expect(tokenizer.encode("[SEP][PAD]", { specialTokens: true })).toEqual([700, 701]);
  });

  it("begin and end a text", () => {
    const tokenizerConfig = { eos_token: "[END]", bos_token: { content: "cat" } };
    const tokenizer = TextTokenizer.fromFiles({ ...PAIR, tokenizerConfig });
    expect([tokenizer.startOfTextId, tokenizer.endOfTextId]).toEqual([258, 700]);
  });
});

it.each([
  [{}, "there is no tokenizer"],
  [{ ...PAIR, tokenizerConfig: [] }, "tokenizer_config.json has [] in the place of an object"],
  [{ ...PAIR, tokenizerConfig: { add_prefix_space: 1 } }, 'tokenizer_config.json: "add_prefix_space" is 1'],
  [
    { ...PAIR, tokenizerConfig: { added_tokens_decoder: { 5: { content: "<x>" } } } },
    'and "<x>" both have id 5',
  ],
  [{ ...PAIR, addedTokens: { "<x>": "5" } }, 'token "<x>" has id "5"'],
  [{ ...PAIR, specialTokensMap: "no" }, 'special_tokens_map.json has "no" in the place of an object'],
] as const)("throws for %#", (files, says) => {
  expect(() => TextTokenizer.fromFiles(files)).toThrow(says);
});
