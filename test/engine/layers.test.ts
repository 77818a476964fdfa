/** The layers of a decoder against PyTorch's hooks: `test/models/golden/make_layers.py`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DecoderConfig, type Precision, readCheckpoint, readTensorsOf } from "../../models/index.ts";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { explainSample } from "../../src/engine/explain.ts";
import { layerPredictions } from "../../src/engine/layers.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { checkpointFolder } from "../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, relativeError } from "../models/reference.ts";

interface Expected {
  readonly ids: readonly number[];
  readonly logits: readonly (readonly number[])[];
  readonly stream: readonly (readonly number[])[];
}

const GOLDEN = join(import.meta.dirname, "../models/golden");
const EXPECTED: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(join(GOLDEN, "layers.json"), "utf8"),
);
/** The flags of transformers that the golden values have, which these files leave out. */
const FLAGS: Readonly<Record<string, Partial<DecoderConfig>>> = { "pytorch-buffers": { scaleByLayer: true } };

async function load(folder: string, backend: "node" | "wasm", precision: Precision): Promise<Decoder> {
  const files = await checkpointFolder(join(GOLDEN, folder));
  const { config, tensors } = await readCheckpoint(files);
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const reopen = () => readTensorsOf(files);
  return Decoder.load({ config: { ...config, ...FLAGS[folder] }, tensors, runtime, precision, reopen });
}

describe.each(["node", "wasm"] as const)("%s", (backend) => {
  test.each(Object.entries(EXPECTED))(
    "returns the stream and the logits of PyTorch: %s",
    async (folder, expected) => {
      const decoder = await load(folder, backend, "fp32");
      const cache = decoder.createCache();
      const { logits, layers } = await decoder.forwardWithLayers(expected.ids, cache, { layers: [] });
      expect(relativeError(layers.stream, expected.stream.flat())).toBeLessThan(1e-4);
      expect(relativeError(layers.logits, expected.logits.flat())).toBeLessThan(1e-4);
      expect(layers.logits.slice(-logits.length)).toEqual(logits);
      await decoder.dispose();
    },
  );
});

/** Widths that the blocks of int8 divide, a head that is not tied, and three slices of it. */
const WIDE: DecoderConfig = {
  vocabularySize: 48,
  layers: 3,
  width: 64,
  heads: 2,
  feedForward: 96,
  window: 20,
  position: { kind: "relative", maxDistance: 20, sharedHeads: false },
  normEpsilon: 1e-5,
  tiedHead: false,
};
const IDS = randomIds(33, WIDE.vocabularySize, 3);

async function wide(precision: Precision, backend: "node" | "wasm" = "node"): Promise<Decoder> {
  const tensors = randomTensors(WIDE, 5);
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const headSlices = [16, 16];
  return Decoder.load({ config: WIDE, tensors, runtime, precision, headSlices, reopen: () => tensors });
}

test("an explanation beyond the window has the model's own candidates in its last layer, with attention from the same run", async () => {
  const decoder = await wide("fp32");
  const prompt = IDS.slice(0, 32);
  const sampler = new Sampler({ temperature: 1 });
  const request = { prompt, id: IDS[32], sampler, candidates: 3, attention: { layers: [1] } };
  const [without, context] = [new CachedContext(decoder, true), new CachedContext(decoder, true)];
  const plain = await explainSample(without, WIDE.vocabularySize, request);
  const { layers, ...rest } = await explainSample(context, WIDE.vocabularySize, { ...request, layers: true });
  expect(plain).not.toHaveProperty("layers");
  expect(layers?.map(({ layer }) => layer)).toEqual([null, 0, 1, 2]);
  const last = layers?.at(-1);
  expect(last?.candidates).toEqual(rest.candidates);
  expect(last?.probability).toBe(rest.probability);
  expect(rest.candidates.map(({ id }) => id)).toEqual(plain.candidates.map(({ id }) => id));
  const [found, wanted] = [rest.attention, plain.attention].map(([layer]) => layer);
  expect(found).toMatchObject({ layer: 1, heads: [0, 1], from: wanted?.from });
  expect(relativeError(found!.weights, wanted!.weights)).toBeLessThan(1e-5);
  // The cache holds the prompt: the next ids are as after an explanation without layers.
  const next = await context.append([7]);
  expect(relativeError(next.logits, (await without.append([7])).logits)).toBeLessThan(1e-5);
  await decoder.dispose();
});

test("the rows of a slice of the head are those of the whole head", async () => {
  const decoder = await wide("fp32");
  const range = { first: 16, count: 16 };
  const cache = decoder.createCache();
  const { logits, layers } = await decoder.forwardWithLayers(IDS, cache, { layers: [] }, { range });
  expect(layers.logits).toHaveLength(4 * 48);
  expect(logits).toEqual(layers.logits.slice(3 * 48 + 16, 3 * 48 + 32));
  await decoder.dispose();
});

// One scale for 64 weights of 8 bits: the error of a weight is at most 1/254 of the largest of them, and adds up over three layers.
test.each(["node", "wasm"] as const)(
  "int8 has the layers of fp32 within a twentieth: %s",
  async (backend) => {
    const found: Float32Array[][] = [];
    for (const precision of ["fp32", "int8"] as const) {
      const decoder = await wide(precision, backend);
      const cache = decoder.createCache();
      const { logits, layers } = await decoder.forwardWithLayers(IDS, cache, { layers: [] });
      const own = await decoder.forward(IDS, decoder.createCache());
      expect(relativeError(logits, own)).toBeLessThan(precision === "fp32" ? 1e-5 : 0.02);
      found.push([layers.stream, layers.logits]);
      await decoder.dispose();
    }
    const [exact = [], quantized = []] = found;
    for (const [i, values] of quantized.entries())
      expect(relativeError(values, exact[i] ?? [])).toBeLessThan(0.05);
  },
);

test("a decoder whose weights are gone says so, and can be used further", async () => {
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const decoder = await Decoder.load({ config: WIDE, tensors: randomTensors(WIDE, 5), runtime });
  const cache = decoder.createCache();
  await expect(decoder.forwardWithLayers([1, 2], cache, {})).rejects.toMatchObject({
    name: "EngineError",
    code: "no-weights",
    message: "the layers cannot be shown: the model's weights are no longer in memory",
  });
  expect(cache.position).toBe(0);
  expect(await decoder.forward([1], cache)).toHaveLength(48);
  await decoder.dispose();
});

test("the weights are read once, when layers are first requested; a failure is not kept", async () => {
  const tensors = randomTensors(WIDE, 5);
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  let reads = 0;
  const reopen = () => {
    reads += 1;
    return reads === 1 ? [] : tensors;
  };
  const decoder = await Decoder.load({ config: WIDE, tensors, runtime, reopen });
  await decoder.forward([1], decoder.createCache());
  expect(reads).toBe(0);
  const layers = () => decoder.forwardWithLayers([1, 2], decoder.createCache(), { layers: [] });
  await expect(layers()).rejects.toMatchObject({ code: "missing-tensor" });
  await Promise.all([layers(), layers()]);
  expect(reads).toBe(2);
  await decoder.dispose();
  await expect(layers()).rejects.toMatchObject({ code: "disposed" });
});

test("predictions have probabilities over all ids, and the norms of what was added", () => {
  const config = { ...WIDE, layers: 1, width: 2, vocabularySize: 4 };
  const logits = Float32Array.of(0, 0, 0, 0, Math.log(5), Math.log(3), Math.log(1), Math.log(1));
  const stream = Float32Array.of(3, 4, 0, -4, 0.3, 0.4);
  const found = layerPredictions(config, { logits, stream }, 1);
  const close = (value: number) => expect.closeTo(value, 6);
  expect(found).toEqual([
    {
      layer: null,
      candidates: [0, 1, 2].map((id) => ({ id, probability: close(0.25) })),
      probability: close(0.25),
      attention: undefined,
      feedForward: undefined,
    },
    {
      layer: 0,
      candidates: [
        { id: 0, probability: close(0.5) },
        { id: 1, probability: close(0.3) },
        { id: 2, probability: close(0.1) },
      ],
      probability: close(0.3),
      attention: { norm: close(4), relative: close(0.8) }, // of (3, 4)
      feedForward: { norm: close(0.5), relative: close(0.5 / 3) }, // of (3, 0)
    },
  ]);
});
