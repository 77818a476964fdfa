/** A whole checkpoint as Hugging Face writes it, in shards, against what transformers computes from it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import type { TextModel } from "../../src/text/text-model.ts";

const folder = fileURLToPath(new URL("../golden/", import.meta.url));
const golden: {
  readonly text: string;
  readonly ids: readonly number[];
  readonly scores: readonly { stride: number; ids: number; perplexity: number; nats: number }[];
  readonly continuations: readonly { prompt: string; ids: readonly number[] }[];
} = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8"));

let model: TextModel;

beforeAll(async () => {
  model = await loadTextModel(folder, { threads: 1 });
});

afterAll(() => model.dispose());

describe("a checkpoint that Hugging Face wrote", () => {
  it("encodes the same tokens", () => {
    expect(model.tokenizer.encode(golden.text)).toEqual(golden.ids);
    expect(model.tokenizer.decode(golden.ids)).toBe(golden.text);
  });

  it.each(golden.continuations)("continues $prompt with the ids of transformers", async ({ prompt, ids }) => {
    const none = { logitBias: new Map([[model.tokenizer.endOfTextId ?? -1, -1e9]]) };
    const generated = await model.generate(prompt, { tokens: ids.length, temperature: 0, ...none });
    expect(generated.ids).toEqual(ids);
  });

  it.each(golden.scores)("scores a text as transformers does, with stride $stride", async (expected) => {
    const score = await model.score(golden.text, { stride: expected.stride });
    expect(score.ids).toBe(expected.ids);
    expect(Math.abs(score.perplexity / expected.perplexity - 1)).toBeLessThan(1e-5);
    const first = model.tokenizer.bytes(golden.ids[0] ?? 0).length;
    const bytes = new TextEncoder().encode(golden.text).length - first;
    expect(score.bytes).toBe(bytes);
    expect(Math.abs(score.bitsPerByte - expected.nats / Math.LN2 / bytes)).toBeLessThan(1e-4);
  });
});
