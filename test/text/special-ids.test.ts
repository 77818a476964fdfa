import { describe, expect, it } from "vitest";
import { TextTokenizer } from "../../encoding/text/text.ts";
import { specialIds } from "../../src/text/special-ids.ts";
import { TINY_MERGES, TINY_VOCABULARY } from "../tiny-text-checkpoint.ts";

const pair = { vocabulary: TINY_VOCABULARY, merges: TINY_MERGES };
const named = TextTokenizer.fromFiles({ ...pair, tokenizerConfig: { bos_token: "th", eos_token: "the" } });
const unnamed = TextTokenizer.fromFiles(pair);
const { "<|endoftext|>": _, ...rest } = TINY_VOCABULARY;
const without = TextTokenizer.fromFiles({ ...pair, vocabulary: rest });

describe("the ids that begin and end a text", () => {
  it.each([
    [{ generation: { eos_token_id: [511, 70, 71] }, config: { eos_token_id: 70 } }, [511, 70, 71]],
    [{ config: { eos_token_id: 70 } }, [70]],
    [{ generation: {}, config: { eos_token_id: [70, 72] } }, [70, 72]],
    [{ generation: { eos_token_id: null }, config: { eos_token_id: 2 } }, [2]],
    [{ config: { eos_token_id: 50256 } }, [257]], // GPT-2's default, which this model does not have
    [{ config: { eos_token_id: [50256, 3] } }, [3]],
    [{}, [257]],
  ])("end by generation_config.json, config.json, the tokenizer: %j", (files, ids) => {
    expect(specialIds(files, named, 512).endIds).toEqual(ids);
  });

  it.each([
    [{ generation: { bos_token_id: 5 }, config: { bos_token_id: 6 } }, 5],
    [{ generation: { eos_token_id: 5 }, config: { bos_token_id: 6 } }, 6],
    [{ config: { bos_token_id: 50256, eos_token_id: 7 } }, 256],
    [{ config: { bos_token_id: [8, 9] } }, 8],
    [{}, 256],
  ])("begin by generation_config.json, config.json, the tokenizer: %j", (files, id) => {
    expect(specialIds(files, named, 512).startId).toBe(id);
  });

  it("are those of <|endoftext|> where no file names others, and none without it", () => {
    expect(specialIds({}, unnamed, 512)).toEqual({ startId: 258, endIds: [258] });
    expect(specialIds({}, without, 512)).toEqual({ startId: null, endIds: [] });
  });

  it("are not ids of the tokenizer that the model does not have", () => {
    const tokenizerConfig = { bos_token: "[START]", eos_token: "[END]" };
    const larger = TextTokenizer.fromFiles({ ...pair, tokenizerConfig });
    expect([larger.startOfTextId, larger.endOfTextId]).toEqual([259, 260]);
    expect(specialIds({}, larger, 261)).toEqual({ startId: 259, endIds: [260] });
    expect(specialIds({}, larger, 259)).toEqual({ startId: 258, endIds: [258] });
    expect(specialIds({}, larger, 100)).toEqual({ startId: null, endIds: [] });
  });

  it.each(["70", 1.5, {}, true, [1, "2"]])("throw for %j", (value) => {
    expect(() => specialIds({ config: { eos_token_id: value } }, named, 512)).toThrow(
      `config.json: "eos_token_id" is ${JSON.stringify(value)}`,
    );
  });
});
