import { describe, expect, it } from "vitest";
import {
  cacheBytesPerId,
  GPT2_SIZES,
  graphWeights,
  parseConfig,
  SCHEMES,
  countParameters,
  tensorShapes,
  weightBytes,
} from "../../../models/index.ts";

function sizeOf(name: string) {
  const config = GPT2_SIZES.get(name);
  if (!config) throw new Error(`no ${name}`);
  return config;
}

describe("countParameters", () => {
  // Source: Hugging Face's model cards, and `sum(p.numel() for p in model.parameters())`.
  it.each([
    ["distilgpt2", 81_912_576],
    ["gpt2", 124_439_808],
    ["gpt2-medium", 354_823_168],
    ["gpt2-large", 774_030_080],
    ["gpt2-xl", 1_557_611_200],
  ])("of %s", (name, parameters) => {
    expect(countParameters(sizeOf(name)).parameters).toBe(parameters);
  });

  it("lists every tensor of one block", () => {
    const { groups } = countParameters(sizeOf("gpt2"));
    expect(groups.map(({ name, repeats, parameters }) => [name, repeats, parameters])).toEqual([
      ["embedding", 1, 50257 * 768 + 1024 * 768],
      ["block", 12, 7_087_872],
      ["final norm", 1, 1536],
    ]);
    expect(groups[1]?.tensors.find(({ name }) => name === "mlp.c_fc.bias")).toEqual({
      name: "mlp.c_fc.bias",
      shape: [3072],
      parameters: 3072,
    });
  });

  const sizes = { vocab_size: 40, n_layer: 2, n_embd: 64, n_head: 2, n_positions: 16 };
  const relative = {
    ...sizes,
    model_type: "ostinato",
    vocabulary: "x",
    n_inner: 96,
    position: "relative",
    max_distance: 8,
    tie_word_embeddings: false,
  };
  it.each([
    ["learned", { model_type: "gpt2", ...sizes }],
    ["relative, with an untied head", relative],
    ["no even blocks", { model_type: "gpt2", ...sizes, n_embd: 20 }],
  ])("adds up to what is loaded: %s", async (_, json) => {
    const config = parseConfig(json);
    const tensors = [...tensorShapes(config)].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, { shape, values: new Float32Array(size) }] as const;
    });
    const stored = tensors.reduce((sum, [, { values }]) => sum + values.length, 0);
    expect(countParameters(config).parameters).toBe(stored);
    for (const scheme of [SCHEMES.fp32.node, SCHEMES.int8.node, SCHEMES.int8.wasm]) {
      const weights = await graphWeights(config, tensors, scheme);
      const bytes = [...weights.values()].reduce((sum, array) => sum + array.byteLength, 0);
      expect(weightBytes(config, scheme), scheme.name).toBe(bytes);
    }
  });

  it("returns the bytes of the cache per id", () => {
    expect(cacheBytesPerId(sizeOf("gpt2"))).toBe(73_728); // 12 layers, keys and values, 768 numbers of 4 bytes
  });
});
