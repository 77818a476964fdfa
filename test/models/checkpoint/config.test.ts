import { describe, expect, test } from "vitest";
import { scoreScale } from "../../../models/checkpoint/index.ts";
import { CheckpointError, type DecoderConfig, parseConfig, tensorShapes } from "../../../models/index.ts";

const PIANO = {
  model_type: "ostinato",
  vocabulary: "performance-416",
  vocab_size: 416,
  n_layer: 6,
  n_embd: 256,
  n_head: 4,
  n_inner: 1024,
  position: "relative",
  max_distance: 512,
  shared_heads: false,
  n_positions: 512,
  activation_function: "gelu_new",
  layer_norm_epsilon: 1e-5,
  tie_word_embeddings: true,
};

const GPT2 = {
  model_type: "gpt2",
  vocab_size: 50257,
  n_layer: 12,
  n_embd: 768,
  n_head: 12,
  n_positions: 1024,
  n_ctx: 1024,
  activation_function: "gelu_new",
  layer_norm_epsilon: 1e-5,
  architectures: ["GPT2LMHeadModel"],
  resid_pdrop: 0.1,
};

function parameters(config: DecoderConfig): number {
  return [...tensorShapes(config).values()]
    .map((shape) => shape.reduce((product, size) => product * size, 1))
    .reduce((sum, size) => sum + size, 0);
}

test("reads every key of an Ostinato config", () => {
  expect(parseConfig(PIANO)).toEqual({
    vocabulary: "performance-416",
    vocabularySize: 416,
    layers: 6,
    width: 256,
    heads: 4,
    feedForward: 1024,
    position: { kind: "relative", maxDistance: 512, sharedHeads: false },
    window: 512,
    normEpsilon: 1e-5,
    tiedHead: true,
  });
});

test("reads a Hugging Face GPT-2: learned positions, tied head, feed-forward of four times the width", () => {
  expect(parseConfig(GPT2)).toEqual({
    vocabularySize: 50257,
    layers: 12,
    width: 768,
    heads: 12,
    feedForward: 3072,
    position: { kind: "learned" },
    window: 1024,
    normEpsilon: 1e-5,
    tiedHead: true,
  });
  expect(parseConfig({ ...GPT2, n_inner: null })).toEqual(parseConfig(GPT2));
  expect(parseConfig({ ...GPT2, n_inner: 100 }).feedForward).toBe(100);
  expect(parseConfig({ ...GPT2, n_positions: undefined, n_ctx: 77 }).window).toBe(77);
});

test("reads GPT-2's scales of attention scores", () => {
  expect(parseConfig({ ...GPT2, scale_attn_by_inverse_layer_idx: true })).toEqual({
    ...parseConfig(GPT2),
    scaleByLayer: true,
  });
  expect(parseConfig({ ...GPT2, scale_attn_weights: false })).toEqual({
    ...parseConfig(GPT2),
    scaleByHeadSize: false,
  });
  const defaults = {
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    reorder_and_upcast_attn: true, // the same function
  };
  expect(parseConfig({ ...GPT2, ...defaults })).toEqual(parseConfig(GPT2));
});

test("reads an activation function, names of equal functions as one", () => {
  const read = (name: unknown) => parseConfig({ ...GPT2, activation_function: name }).activation;
  expect(["gelu_new", "gelu_pytorch_tanh", "gelu_fast", null].map(read)).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
  expect(["gelu", "gelu_python", "relu", "silu", "swish"].map(read)).toEqual([
    "gelu",
    "gelu",
    "relu",
    "silu",
    "silu",
  ]);
});

test("the error for another activation lists the names", () => {
  expect(() => parseConfig({ ...GPT2, activation_function: "xielu" })).toThrow(
    expect.objectContaining({
      code: "unsupported",
      hint: expect.stringMatching(/^supported: gelu_new,.* linear$/),
    }),
  );
});

test("prelu has a weight in each layer", () => {
  const shapes = tensorShapes(parseConfig({ ...GPT2, n_layer: 2, activation_function: "prelu" }));
  expect([...shapes].filter(([name]) => name.includes(".act."))).toEqual([
    ["h.0.mlp.act.weight", [1]],
    ["h.1.mlp.act.weight", [1]],
  ]);
});

// What `GPT2Config.from_dict` of transformers 4.57 and 5.24 gives.
test.each([
  [{}, [50_257, 1024, 768, 12, 12]],
  [{ n_layer: 2, n_positions: 16 }, [50_257, 16, 768, 2, 12]],
  [
    {
      hidden_size: 16,
      n_embd: 32,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      max_position_embeddings: 32,
    },
    [50_257, 32, 16, 2, 2],
  ],
])("sizes of a GPT-2 have defaults, and other names: %j", (keys, sizes) => {
  const { vocabularySize, window, width, layers, heads, feedForward } = parseConfig({
    model_type: "gpt2",
    ...keys,
  });
  expect([vocabularySize, window, width, layers, heads]).toEqual(sizes);
  expect(feedForward).toBe(4 * width);
});

test("reads an epsilon of 0", () => {
  expect(parseConfig({ ...GPT2, layer_norm_epsilon: 0 }).normEpsilon).toBe(0);
});

// The flags of these models, published with GPT-2's other keys.
test.each([
  ["stanford-crfm/alias-gpt2-small-x21", { vocab_size: 50_257 }],
  ["codeparrot/codeparrot-small", { vocab_size: 32_768 }],
  ["stanford-crfm/music-small-800k", { vocab_size: 55_028 }],
])("reads a GPT-2 with the flags of %s", (_, sizes) => {
  const flags = {
    reorder_and_upcast_attn: true,
    scale_attn_by_inverse_layer_idx: true,
    scale_attn_weights: true,
    n_inner: null,
  };
  expect(parseConfig({ ...GPT2, ...sizes, ...flags })).toEqual({
    ...parseConfig(GPT2),
    vocabularySize: sizes.vocab_size,
    scaleByLayer: true,
  });
});

test.each([
  [{}, [0.125, 0.125, 0.125]],
  [{ scaleByLayer: true }, [0.125, 0.0625, 0.125 / 3]],
  [{ scaleByHeadSize: false }, [1, 1, 1]],
  [{ scaleByHeadSize: false, scaleByLayer: true }, [1, 0.5, 1 / 3]],
])("scoreScale of each layer: %j", (scales, expected) => {
  const config = { ...parseConfig(GPT2), ...scales };
  expect([0, 1, 2].map((layer) => scoreScale(config, layer))).toEqual(expected);
});

// OpenAI's four, counted exactly.
test.each([
  [12, 768, 12, 124_439_808],
  [24, 1024, 16, 354_823_168],
  [36, 1280, 20, 774_030_080],
  [48, 1600, 25, 1_557_611_200],
])("GPT-2 with %i layers of %i has its parameters", (n_layer, n_embd, n_head, count) => {
  expect(parameters(parseConfig({ ...GPT2, n_layer, n_embd, n_head }))).toBe(count);
});

test("reads the tasks of the checkpoint; undefined without them", () => {
  expect(parseConfig({ ...PIANO, tasks: ["infill"] }).tasks).toEqual(["infill"]);
  expect(parseConfig(PIANO).tasks).toBeUndefined();
});

describe("throws an error that names key and value for", () => {
  const cases: [string, object, RegExp][] = [
    ["another architecture", { ...GPT2, model_type: "llama" }, /"model_type" is "llama"/],
    ["no architecture", { vocab_size: 10 }, /"model_type" is missing/],
    ["an unknown activation", { ...GPT2, activation_function: "xielu" }, /"activation_function" is "xielu"/],
    ["a missing size", { ...PIANO, n_layer: undefined }, /"n_layer" is missing/],
    ["a fractional size", { ...PIANO, n_head: 1.5 }, /"n_head" is 1\.5/],
    ["a size as text", { ...PIANO, n_embd: "256" }, /"n_embd" is "256"/],
    ["a negative size", { ...PIANO, vocab_size: -1 }, /"vocab_size" is -1/],
    ["an absurd size", { ...PIANO, n_layer: 1e9 }, /"n_layer" is 1000000000/],
    ["heads that do not divide the width", { ...PIANO, n_head: 3 }, /"n_embd" is 256/],
    ["an unknown position", { ...PIANO, position: "rotary" }, /"position" is "rotary"/],
    ["relative without distance", { ...PIANO, max_distance: undefined }, /"max_distance" is missing/],
    ["learned with distance", { ...PIANO, position: "learned" }, /"max_distance" is 512/],
    ["no vocabulary", { ...PIANO, vocabulary: 3 }, /"vocabulary" is 3/],
    ["an impossible epsilon", { ...PIANO, layer_norm_epsilon: -1e-5 }, /"layer_norm_epsilon" is -0.00001/],
    ["tasks that are not a list", { ...PIANO, tasks: "infill" }, /"tasks" is "infill"/],
    [
      "a flag that is not boolean",
      { ...PIANO, tie_word_embeddings: "yes" },
      /"tie_word_embeddings" is "yes"/,
    ],
    [
      "a scale that is not boolean",
      { ...GPT2, scale_attn_by_inverse_layer_idx: 1 },
      /"scale_attn_by_inverse_layer_idx" is 1/,
    ],
    [
      "an order that is not boolean",
      { ...GPT2, reorder_and_upcast_attn: "no" },
      /"reorder_and_upcast_attn" is "no"/,
    ],
    ["cross attention", { ...GPT2, add_cross_attention: true }, /"add_cross_attention" is true/],
    ["an array", [GPT2], /not an object/],
  ];
  test.each(cases)("%s", (_, json, message) => {
    expect(() => parseConfig(json)).toThrow(CheckpointError);
    expect(() => parseConfig(json)).toThrow(message);
  });

  test("null and undefined", () => {
    expect(() => parseConfig(null)).toThrow(CheckpointError);
    expect(() => parseConfig(undefined)).toThrow(CheckpointError);
  });
});
