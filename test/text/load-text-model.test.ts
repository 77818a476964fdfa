import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import type { TextModel } from "../../src/text/text-model.ts";
import { pytorchFromSafetensors } from "../models/checkpoint/pytorch-from-safetensors.ts";
import {
  TINY_MERGES,
  TINY_TEXT_CONFIG,
  TINY_VOCABULARY,
  writeTinyTextCheckpoint,
} from "../tiny-text-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-load-text-"));
let model: TextModel;

beforeAll(async () => {
  model = await loadTextModel(writeTinyTextCheckpoint(folder), { threads: 1 });
});

afterAll(() => model.dispose());

describe("loadTextModel", () => {
  it("reads vocab.json and merges.txt if tokenizer.json is missing", async () => {
    const pair = join(folder, "pair");
    writeTinyTextCheckpoint(pair);
    rmSync(join(pair, "tokenizer.json"));
    writeFileSync(join(pair, "vocab.json"), JSON.stringify(TINY_VOCABULARY));
    writeFileSync(join(pair, "merges.txt"), TINY_MERGES);
    const other = await loadTextModel(pair, { threads: 1 });
    const options = { temperature: 0, tokens: 8 };
    expect(await other.generate("the", { ...options, seed: 1 })).toEqual(
      await model.generate("the", { ...options, seed: 1 }),
    );
    await other.dispose();
    rmSync(join(pair, "merges.txt"));
    await expect(loadTextModel(pair)).rejects.toThrow("the checkpoint has no tokenizer");
    writeFileSync(join(pair, "tokenizer.json"), "{");
    await expect(loadTextModel(pair)).rejects.toThrow("tokenizer.json is not JSON");
    // Another architecture is refused by its name, before its tokenizer is read.
    writeFileSync(join(pair, "config.json"), '{ "model_type": "llama" }');
    await expect(loadTextModel(pair)).rejects.toThrow('"model_type" is "llama"');
  });

  it("loads a GPT-2 of the kind of Stanford's and codeparrot: scores scaled by layer, pytorch_model.bin", async () => {
    const scaled = join(folder, "scaled");
    const flags = { scale_attn_by_inverse_layer_idx: true, reorder_and_upcast_attn: true };
    writeTinyTextCheckpoint(scaled, { ...TINY_TEXT_CONFIG, ...flags });
    const weights = join(scaled, "model.safetensors");
    const options = { temperature: 0, tokens: 8, seed: 1 };
    const texts: string[] = [];
    for (const isPytorch of [false, true]) {
      if (isPytorch) {
        const file = pytorchFromSafetensors(new Uint8Array(readFileSync(weights)));
        writeFileSync(join(scaled, "pytorch_model.bin"), file);
        rmSync(weights);
      }
      const other = await loadTextModel(scaled, { threads: 1 });
      expect(other.decoder.config.scaleByLayer).toBe(true);
      texts.push((await other.generate("the", options)).text);
      await other.dispose();
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]?.length).toBeGreaterThan(0);
  });

  it("throws for a model of music that has no tokenizer", async () => {
    const arrival = join(folder, "arrival");
    writeTinyTextCheckpoint(arrival, { ...TINY_TEXT_CONFIG, vocab_size: 55_028 });
    rmSync(join(arrival, "tokenizer.json"));
    await expect(loadTextModel(arrival)).rejects.toMatchObject({
      name: "CheckpointError",
      code: "unsupported",
      message: 'the model\'s vocabulary is "arrival-55028": it writes music, not text',
    });
  });

  it("reads the other files of a Hugging Face folder", async () => {
    const other = join(folder, "hugging-face");
    writeTinyTextCheckpoint(other, { ...TINY_TEXT_CONFIG, bos_token_id: 259, eos_token_id: 5 });
    rmSync(join(other, "tokenizer.json"));
    const write = (name: string, json: unknown): void =>
      writeFileSync(join(other, name), JSON.stringify(json));
    write("vocab.json", TINY_VOCABULARY);
    writeFileSync(join(other, "merges.txt"), TINY_MERGES);
    write("added_tokens.json", { "<|startoftext|>": 259, "<|pad|>": 260 });
    write("special_tokens_map.json", {
      bos_token: "<|startoftext|>",
      pad_token: { content: "<|pad|>", lstrip: true },
    });
    write("tokenizer_config.json", { add_prefix_space: true });
    write("generation_config.json", { eos_token_id: [70, 71] });
    const read = await loadTextModel(other, { threads: 1 });
    expect([read.startId, [...read.endIds]]).toEqual([259, [70, 71]]);
    expect(read.encodePrompt("<|startoftext|>the", { specialTokens: true })).toEqual([259, 32, 257]);
    await read.dispose();
    // With a list of its own, tokenizer_config.json stands for the two other files.
    write("tokenizer_config.json", { added_tokens_decoder: { 261: { content: "<x>", special: true } } });
    write("generation_config.json", {});
    const listed = await loadTextModel(other, { threads: 1 });
    expect([listed.startId, [...listed.endIds]]).toEqual([259, [5]]);
    expect(listed.encodePrompt("<x>the", { specialTokens: true })).toEqual([261, 257]);
    expect(listed.encodePrompt("<|pad|>", { specialTokens: true })).toHaveLength(7);
    await listed.dispose();
    writeFileSync(join(other, "generation_config.json"), "<html>");
    await expect(loadTextModel(other)).rejects.toThrow("generation_config.json is not JSON");
  });

  it("loads the shipped model", async () => {
    const shakespeare = await loadTextModel("shakespeare", { threads: 1 });
    const { text: written, end } = await shakespeare.generate("ROMEO:", { tokens: 40, seed: 7 });
    expect(written).toMatch(/^\n/);
    expect(end).toBe("tokens");
    await shakespeare.dispose();
  });
});
