/** Attention weights of the graph, compared with the float64 reference. */
import { describe, expect, test } from "vitest";
import { decoderGraph, type DecoderConfig, graphWeights } from "../../../models/index.ts";
import { Decoder } from "../../../src/engine/decoder.ts";
import { attentionMask } from "../../../src/engine/mask.ts";
import { createWasmRuntime, type RuntimeTensor } from "../../../src/engine/runtime.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, referenceAttention, relativeError } from "../reference.ts";

const SHAPE = {
  vocabularySize: 13,
  layers: 3,
  width: 12,
  heads: 3,
  feedForward: 16,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const CONFIGS: Record<string, DecoderConfig> = {
  learned: { ...SHAPE, window: 40, position: { kind: "learned" } },
  relative: { ...SHAPE, window: 9, position: { kind: "relative", maxDistance: 9, sharedHeads: false } },
  "few distances": { ...SHAPE, window: 9, position: { kind: "relative", maxDistance: 4, sharedHeads: true } },
  "a window of one": {
    ...SHAPE,
    window: 1,
    position: { kind: "relative", maxDistance: 3, sharedHeads: false },
  },
};

const RUNTIMES = {
  "native library": () => createNodeRuntime({ backend: "node", threads: 1 }),
  WebAssembly: () => createWasmRuntime({ threads: 1 }),
};

describe.each(Object.entries(RUNTIMES))("%s", (_, createRuntime) => {
  test.each(Object.entries(CONFIGS))("returns the weights of the reference: %s", async (__, config) => {
    const tensors = randomTensors(config, 1);
    const decoder = await Decoder.load({ config, tensors, runtime: await createRuntime() });
    const ids = randomIds(32, config.vocabularySize, 2);
    for (const [count, step] of [
      [1, 1],
      [9, 1],
      [10, 10],
      [32, 1],
      [32, 7],
    ] as const) {
      const cache = decoder.createCache();
      if (count > step) await decoder.forward(ids.slice(0, count - step), cache);
      const last = ids.slice(count - step, count);
      const { logits, attention } = await decoder.forwardWithAttention(last, cache, {});
      const expected = referenceAttention(config, tensors, ids.slice(0, count));
      expect(attention.map(({ layer }) => layer)).toEqual([0, 1, 2]);
      const seen = Math.min(count, config.window);
      for (const { layer, heads, from, weights } of attention) {
        expect([heads, from]).toEqual([[0, 1, 2], count - seen]);
        expect(relativeError(weights, expected[layer]?.flat() ?? [])).toBeLessThan(1e-4);
        for (const head of heads) {
          const row = weights.subarray(head * seen, (head + 1) * seen);
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        }
      }
      const plain = await decoder.forward(ids.slice(0, count), decoder.createCache());
      expect(relativeError(logits, plain)).toBeLessThan(1e-4);
    }
    await decoder.dispose();
  });
});

test("returns layers and heads in the requested order", async () => {
  const config = { ...SHAPE, window: 40, position: { kind: "learned" } } as const;
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const decoder = await Decoder.load({ config, tensors: randomTensors(config, 1), runtime });
  const whole = await decoder.forwardWithAttention([1, 2, 3, 4], decoder.createCache(), {});
  const request = { layers: [2, 0], heads: [1] };
  const { attention } = await decoder.forwardWithAttention([1, 2, 3, 4], decoder.createCache(), request);
  expect(attention.map(({ layer, heads }) => [layer, heads])).toEqual([
    [2, [1]],
    [0, [1]],
  ]);
  for (const { layer, weights } of attention) {
    expect(weights).toEqual(whole.attention[layer]?.weights.subarray(4, 8));
  }
  const logitsOfAll = await decoder.forwardWithAttention([1, 2, 3], decoder.createCache(), request, {
    logits: "all",
  });
  expect(logitsOfAll.logits).toHaveLength(3 * config.vocabularySize);
  await decoder.dispose();
});

test.each([
  [{ layers: [3] }, "the model has no layer 3"],
  [{ layers: [0, -1] }, "the model has no layer -1"],
  [{ layers: [0.5] }, "the model has no layer 0.5"],
  [{ heads: [3] }, "the model has no head 3"],
])("throws for %j before ids are read", async (request, message) => {
  const config = { ...SHAPE, window: 40, position: { kind: "learned" } } as const;
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const decoder = await Decoder.load({ config, tensors: randomTensors(config, 1), runtime });
  const cache = decoder.createCache();
  const reading = decoder.forwardWithAttention([1], cache, request);
  await expect(reading).rejects.toMatchObject({ name: "EngineError", code: "bad-attention", message });
  expect(cache.position).toBe(0);
  await decoder.dispose();
});

test("masked positions have weight 0 in the graph, and results that are not requested are not returned", async () => {
  const config = {
    ...SHAPE,
    window: 4,
    position: { kind: "relative", maxDistance: 4, sharedHeads: false },
  } as const;
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const weights = await graphWeights(config, randomTensors(config, 1));
  const session = await runtime.createSession(decoderGraph(config).bytes, weights);
  const inputs: Record<string, RuntimeTensor> = {
    ids: { type: "int32", data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [6] },
    mask: { type: "float32", data: attentionMask(6, 0, 1, config.window), shape: [6, 7] },
    logits_from: { type: "int32", data: Int32Array.of(5), shape: [1] },
  };
  for (const layer of [0, 1, 2]) {
    inputs[`past_keys.${layer}`] = { type: "float32", data: new Float32Array(12), shape: [1, 3, 4] };
    inputs[`past_values.${layer}`] = { type: "float32", data: new Float32Array(12), shape: [1, 3, 4] };
  }
  const results = await session.run(inputs, ["attention.1"]);
  expect([...results.keys()]).toEqual(["attention.1"]);
  const { data = [], shape } = results.get("attention.1") ?? {};
  expect(shape).toEqual([3, 1, 7]);
  for (const head of [0, 1, 2]) {
    const row = Array.from(data.slice(7 * head, 7 * head + 7));
    expect(row.slice(0, 3)).toEqual([0, 0, 0]);
    expect(row.slice(3).every((weight) => weight > 0)).toBe(true);
  }
  await session.dispose();
});
