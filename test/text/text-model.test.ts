import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TextTokenizer } from "../../encoding/text/text.ts";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import { TextModel } from "../../src/text/text-model.ts";
import {
  TINY_END,
  TINY_MERGES,
  TINY_TEXT_CONFIG,
  TINY_VOCABULARY,
  tinyPairTokenizer,
  writeTinyTextCheckpoint,
} from "../tiny-text-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-text-"));
let model: TextModel;

beforeAll(async () => {
  model = await loadTextModel(writeTinyTextCheckpoint(folder), { threads: 1 });
});

afterAll(() => model.dispose());

/** The next id by reading everything anew. */
async function greedy(ids: readonly number[]): Promise<number> {
  const logits = await model.decoder.forward(ids, model.decoder.createCache());
  const withToken = logits.subarray(0, model.tokenizer.size);
  return withToken.indexOf(withToken.reduce((a, b) => Math.max(a, b)));
}

/** Excludes <|endoftext|>, so that only the length ends a text. */
const goOn = { logitBias: new Map([[TINY_END, -1e9]]) };

describe("TextModel", () => {
  it("continues a prompt by the logits of the model", async () => {
    const prompt = "the cat ";
    const ids = model.tokenizer.encode(prompt);
    expect(ids.slice(0, 2)).toEqual([257, model.tokenizer.encode(" ")[0]]);
    const expected: number[] = [];
    for (let i = 0; i < 6; i += 1) expected.push(await greedy([...ids, ...expected]));
    const generated = await model.generate(prompt, { tokens: 6, temperature: 0 });
    expect(generated.ids).toEqual(expected);
    expect(generated.end).toBe("tokens");
  });

  it("starts a text from <|endoftext|> without a prompt", async () => {
    const first = await greedy([TINY_END]);
    for (const prompt of [undefined, ""]) {
      expect((await model.generate(prompt, { tokens: 1, temperature: 0 })).ids).toEqual([first]);
    }
  });

  it("generates the same text for the same seed, streamed or whole, also from a cached prompt", async () => {
    const options = { tokens: 12, seed: 3, ...goOn };
    const whole = await model.generate("the ", options);
    let streamed = "";
    for await (const piece of model.complete("the ", options)) streamed += piece;
    expect(streamed).toBe(whole.text);
    expect((await model.generate("the ", { ...options, seed: 4 })).ids).not.toEqual(whole.ids);
    const again = await Promise.all([1, 2, 3].map(() => model.generate("the ", options)));
    for (const { ids } of again) expect(ids).toEqual(whole.ids);
  });

  it("yields whole characters only", async () => {
    const euro = [...new TextEncoder().encode("a€b")]; // the id of a byte is the byte
    const pieces: string[] = [];
    let next = 0;
    const override = async (): Promise<number> => euro[next++] ?? TINY_END;
    await model.generate("x", { override, onStep: (step) => pieces.push(step.text) });
    expect(pieces).toEqual(["a", "", "", "€", "b"]);
    next = 0;
    const cut = await model.generate("x", { override, tokens: 3 });
    expect(cut.text).toBe("a");
  });

  it("ends when <|endoftext|> is sampled", async () => {
    const ending = { logitBias: new Map([[TINY_END, 1e9]]) };
    expect(await model.generate("the", { ...ending, seed: 1 })).toEqual({
      text: "",
      ids: [],
      seed: 1,
      end: "end-of-text",
    });
  });

  it("encodes <|endoftext|> in a prompt as plain text", async () => {
    const ids = model.tokenizer.encode("<|endoftext|>");
    expect(ids).not.toContain(TINY_END);
    expect(model.tokenizer.decode(ids)).toBe("<|endoftext|>");
  });

  it("reads special tokens in a prompt as ids on request", async () => {
    const spelled = model.encodePrompt("<|endoftext|>the");
    expect(spelled).toHaveLength(14);
    expect(model.encodePrompt("<|endoftext|>the", { specialTokens: true })).toEqual([TINY_END, 257]);
    const options = { temperature: 0, tokens: 4, seed: 1, ...goOn };
    const read = await model.generate("<|endoftext|>the", { ...options, specialTokens: true });
    expect(read).toEqual(await model.generate({ ids: [TINY_END, 257] }, options));
    expect(read.ids).not.toEqual((await model.generate("<|endoftext|>the", options)).ids);
  });

  it("takes ids for a prompt", async () => {
    expect(model.encodePrompt({ ids: [257, 32, 261] })).toEqual([257, 32, 261]);
    expect(model.encodePrompt({ ids: [] })).toEqual([TINY_END]);
    for (const id of [262, -1, 1.5, NaN]) {
      await expect(model.generate({ ids: [257, id] })).rejects.toMatchObject({
        name: "PromptError",
        code: "unknown-id",
        message: `the prompt has the id ${id}, which the model does not have`,
      });
    }
  });

  it("answers a prompt before a separator, with the likeliest ids", async () => {
    const pairs = new TextModel(model.decoder, new TextTokenizer(tinyPairTokenizer()));
    expect(pairs.separators).toEqual(["<to-fr>", "<to-de>"]);
    expect(pairs.encodePrompt("the", { to: "<to-de>" })).toEqual([TINY_END, 257, 260]);
    expect(pairs.encodePrompt({ ids: [257] }, { to: "<to-fr>" })).toEqual([TINY_END, 257, 259]);
    const options = { tokens: 6, ...goOn };
    const answer = await pairs.generate("the", { ...options, to: "<to-fr>", seed: 1 });
    const likeliest = await pairs.generate({ ids: [TINY_END, 257, 259] }, { ...options, temperature: 0 });
    expect(answer.ids).toEqual(likeliest.ids);
    const sampled = { ...options, to: "<to-fr>", temperature: 5, seed: 1 };
    expect((await pairs.generate("the", sampled)).ids).not.toEqual(likeliest.ids);
    const ends = { to: "<to-fr>", logitBias: new Map([[TINY_END, 1e9]]) };
    expect(await pairs.generate("the", ends)).toMatchObject({ text: "", end: "end-of-text" });
  });

  it("throws for a separator that the model does not have, and names its own", async () => {
    const pairs = new TextModel(model.decoder, new TextTokenizer(tinyPairTokenizer()));
    for (const to of ["<to-es>", "the", "<|endoftext|>", ""]) {
      await expect(pairs.generate("the", { to })).rejects.toMatchObject({
        name: "PromptError",
        code: "unknown-separator",
        message: `the model has no separator ${JSON.stringify(to)}`,
        hint: "its separators: <to-fr>, <to-de>",
      });
    }
    await expect(model.generate("the", { to: "<to-fr>" })).rejects.toMatchObject({
      hint: "it has none: it was not trained on pairs",
    });
    await expect(pairs.generate("", { to: "<to-fr>" })).rejects.toMatchObject({ code: "no-prompt" });
  });

  it("starts a text from its own start id, and ends it at each of its end ids", async () => {
    const other = new TextModel(model.decoder, model.tokenizer, { startId: 257, endIds: [70, 261] });
    expect(other.encodePrompt(undefined)).toEqual([257]);
    for (const id of [70, 261]) {
      const generated = await other.generate("the", { logitBias: new Map([[id, 1e9]]), seed: 1 });
      expect(generated).toEqual({ text: "", ids: [], seed: 1, end: "end-of-text" });
    }
    const ending = { logitBias: new Map([[TINY_END, 1e9]]), tokens: 2, seed: 1 };
    expect((await other.generate("the", ending)).ids).toEqual([TINY_END, TINY_END]);
    const candidates = await other.generate("the", { candidates: 262, tokens: 1, override: async () => 5 });
    expect(candidates.ids).toEqual([5]);
  });

  it("ends when the context is full, after one more sampled token", async () => {
    const { n_positions: window } = TINY_TEXT_CONFIG;
    const unprompted = await model.generate(undefined, { ...goOn, seed: 1 });
    expect([unprompted.ids.length, unprompted.end]).toEqual([window, "context"]);
    const prompted = await model.generate("abcde", { ...goOn, seed: 1 });
    expect([prompted.ids.length, prompted.end]).toEqual([window + 1 - 5, "context"]);
    const full = await model.generate("x".repeat(window), { ...goOn, seed: 1 });
    expect(full.ids).toHaveLength(1);
    await expect(model.generate("x".repeat(window + 1), goOn)).rejects.toMatchObject({
      name: "PromptError",
      message: `the prompt has ${window + 1} tokens, the model's context ${window}`,
    });
  });

  it("ends a whole text that never ends by itself after a window of tokens", async () => {
    const endless = await model.generate("abc", { ...goOn, seed: 1, contextShift: true });
    expect([endless.ids.length, endless.end]).toEqual([TINY_TEXT_CONFIG.n_positions, "tokens"]);
  });

  it("continues beyond the context with contextShift, also from a longer prompt", async () => {
    const rolled = await model.generate("abc", { ...goOn, seed: 1, contextShift: true, tokens: 60 });
    expect([rolled.ids.length, rolled.end]).toEqual([60, "tokens"]);
    const short = await model.generate("abc", { ...goOn, seed: 1, tokens: 60 });
    expect(rolled.ids.slice(0, short.ids.length)).toEqual(short.ids);
    const long = await model.generate("x".repeat(100), { ...goOn, seed: 1, contextShift: true, tokens: 5 });
    expect(long.ids).toHaveLength(5);
  });

  it("never samples an id without a token", async () => {
    const { vocab_size: size } = TINY_TEXT_CONFIG;
    const logitBias = new Map([259, 260, 261].map((id) => [id, 1e6]));
    const { ids } = await model.generate("a", { logitBias, tokens: 10, seed: 2, temperature: 3 });
    expect(size).toBe(262);
    for (const id of ids) expect(id).toBeLessThan(TINY_END);
  });

  it("returns candidates, and appends the id that override returns", async () => {
    const sampled: number[] = [];
    const { ids } = await model.generate("a", {
      ...goOn,
      candidates: 5,
      seed: 1,
      tokens: 4,
      override: async ({ id, candidates = [] }) => {
        sampled.push(id);
        expect(candidates).toHaveLength(5);
        const falling = candidates.map(({ probability }) => probability);
        expect(falling).toEqual(falling.toSorted((a, b) => b - a));
        return candidates[2]?.id;
      },
      onStep: ({ id, logProbability, candidates = [] }) => {
        expect(id).toBe(candidates[2]?.id);
        expect(logProbability).toBeCloseTo(Math.log(candidates[2]?.probability ?? 0), 10);
      },
    });
    expect(sampled).toHaveLength(4);
    expect(ids).toHaveLength(4);
    const ended = await model.generate("a", { override: async () => undefined });
    expect(ended).toMatchObject({ ids: [], end: undefined });
  });

  it("stops at an abort", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const stopped = model.generate("a", { ...goOn, signal: abort.signal, onStep: () => abort.abort(reason) });
    await expect(stopped).rejects.toBe(reason);
  });

  it.each([{ tokens: 0 }, { tokens: Number.NaN }, { topP: 2 }])(
    "throws for the options %o",
    async (options) => {
      await expect(model.generate("a", options)).rejects.toMatchObject({ name: "OptionError" });
    },
  );

  it("runs with a tokenizer of more ids; only a text with one of them is an error, which names the token", async () => {
    const tokenizer = new TextTokenizer({
      added_tokens: [
        { id: TINY_END, content: "<|endoftext|>", special: true },
        { id: 262, content: "[PAD]", special: true },
        { id: 263, content: "Zebra" },
      ],
      decoder: { type: "ByteLevel" },
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
      model: { type: "BPE", vocab: TINY_VOCABULARY, merges: TINY_MERGES.split("\n").slice(1, -1) },
    });
    const larger = new TextModel(model.decoder, tokenizer);
    const options = { tokens: 8, seed: 1, ...goOn };
    expect(await larger.generate("the [PAD]", options)).toEqual(await model.generate("the [PAD]", options));
    const error = {
      name: "PromptError",
      code: "unknown-id",
      message: 'the prompt has the token "[PAD]", id 262, which the tokenizer has and the model does not',
      hint: "leave the token out; the model's ids go from 0 to 261",
    };
    await expect(larger.generate("[PAD]", { specialTokens: true })).rejects.toMatchObject(error);
    await expect(larger.generate({ ids: [257, 262] })).rejects.toMatchObject(error);
    await expect(larger.score("a Zebra")).rejects.toMatchObject({
      code: "unknown-id",
      message: 'the text has the token "Zebra", id 263, which the tokenizer has and the model does not',
    });
  });
});

describe("TextModel.score", () => {
  it("is the model's probability of every id except the first", async () => {
    const written = "the theatre then";
    const ids = model.tokenizer.encode(written);
    const { vocabularySize } = model.decoder.config;
    const logits = await model.decoder.forward(ids, model.decoder.createCache(), { logits: "all" });
    let nats = 0;
    for (let i = 0; i + 1 < ids.length; i += 1) {
      const row = [...logits.subarray(i * vocabularySize, (i + 1) * vocabularySize)];
      nats += Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - (row[ids[i + 1] ?? 0] ?? 0);
    }
    const result = await model.score(written);
    expect(result).toMatchObject({ ids: ids.length - 1, bytes: written.length - 3, window: 24, stride: 12 });
    expect(result.nllPerId).toBeCloseTo(nats / (ids.length - 1), 5);
    expect(result.perplexity).toBeCloseTo(Math.exp(result.nllPerId), 8);
    expect(result.bitsPerByte).toBeCloseTo(nats / Math.LN2 / (written.length - 3), 5);
  });

  it("throws for a text or a stride that cannot be scored", async () => {
    await expect(model.score("a")).rejects.toMatchObject({ name: "PromptError" });
    for (const stride of [0, 24, 1.5]) {
      await expect(model.score("abc", { stride })).rejects.toMatchObject({ name: "OptionError" });
    }
  });
});
