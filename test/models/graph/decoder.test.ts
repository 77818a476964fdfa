import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DecoderConfig, readCheckpoint } from "../../../models/index.ts";
import { Decoder } from "../../../src/engine/decoder.ts";
import { createWasmRuntime, type Runtime } from "../../../src/engine/runtime.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, referenceLogits, relativeError, skewingLogits } from "../reference.ts";

const TOLERANCE = 1e-4;

const RUNTIMES: Record<string, () => Promise<Runtime>> = {
  "native library": () => createNodeRuntime({ backend: "node", threads: 1 }),
  "native library, with the graph for WebGPU": async () => ({
    ...(await createNodeRuntime({ backend: "node", threads: 1 })),
    backend: "webgpu",
  }),
  "WebAssembly in Node": () => createNodeRuntime({ backend: "wasm", threads: 1 }),
  "WebAssembly as in browsers": () => createWasmRuntime({ threads: 1 }),
};

const GOLDEN = ["learned", "relative", "relative-shared", "relative-near"];

interface Expected {
  readonly ids: number[];
  readonly logits: number[][];
}

async function golden(name: string) {
  const folder = join(import.meta.dirname, "../golden", name);
  const expected: Expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
  return { ...(await readCheckpoint(await checkpointFolder(folder))), ...expected };
}

describe.each(Object.keys(RUNTIMES))("%s", (runtimeName) => {
  const runtime = RUNTIMES[runtimeName]?.();
  if (!runtime) throw new Error(runtimeName);

  test.each(GOLDEN)("returns PyTorch's logits: %s", async (name) => {
    const { config, tensors, ids, logits } = await golden(name);
    const decoder = await Decoder.load({ config, tensors, runtime: await runtime });
    const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
    expect(relativeError(whole, logits.flat())).toBeLessThan(TOLERANCE);

    const cache = decoder.createCache();
    const steps: number[] = [];
    for (const id of ids) steps.push(...(await decoder.forward([id], cache)));
    expect(relativeError(steps, logits.flat())).toBeLessThan(TOLERANCE);
    await decoder.dispose();
  });
});

const SHAPE = {
  vocabularySize: 23,
  layers: 3,
  width: 24,
  heads: 3,
  feedForward: 40,
  normEpsilon: 1e-5,
  tiedHead: true,
};

const CONFIGS: Record<string, DecoderConfig> = {
  learned: { ...SHAPE, window: 70, position: { kind: "learned" } },
  "scores divided by layer": {
    ...SHAPE,
    window: 70,
    position: { kind: "learned" },
    scaleByLayer: true,
  },
  "scores not divided by the head size": {
    ...SHAPE,
    window: 70,
    position: { kind: "learned" },
    scaleByHeadSize: false,
  },
  "untied head": { ...SHAPE, window: 70, position: { kind: "learned" }, tiedHead: false },
  relative: { ...SHAPE, window: 20, position: { kind: "relative", maxDistance: 20, sharedHeads: false } },
  "shared heads": {
    ...SHAPE,
    window: 20,
    position: { kind: "relative", maxDistance: 20, sharedHeads: true },
  },
  "few distances": {
    ...SHAPE,
    window: 20,
    position: { kind: "relative", maxDistance: 6, sharedHeads: false },
  },
  "one distance": { ...SHAPE, window: 5, position: { kind: "relative", maxDistance: 1, sharedHeads: true } },
  "more distances than the window": {
    ...SHAPE,
    window: 7,
    position: { kind: "relative", maxDistance: 12, sharedHeads: false },
  },
  "a window of one": {
    ...SHAPE,
    window: 1,
    position: { kind: "relative", maxDistance: 3, sharedHeads: false },
  },
};

/** More than three windows of 20, so that the cache rolls. */
const LENGTH = 67;

describe.each(Object.keys(CONFIGS))("compared with the float64 reference: %s", (name) => {
  const config = CONFIGS[name];
  if (!config) throw new Error(name);
  const tensors = randomTensors(config, 1);
  const ids = randomIds(LENGTH, config.vocabularySize, 2);
  const expected = referenceLogits(config, tensors, ids);
  const load = async (): Promise<Decoder> =>
    Decoder.load({ config, tensors, runtime: await createNodeRuntime({ threads: 1 }) });

  test("at once, and in chunks of any size, past the window", async () => {
    const decoder = await load();
    for (const size of [LENGTH, 1, 2, 7, 19, 20, 21, 33]) {
      const cache = decoder.createCache();
      const logits: number[] = [];
      for (let at = 0; at < LENGTH; at += size) {
        logits.push(...(await decoder.forward(ids.slice(at, at + size), cache, { logits: "all" })));
      }
      expect(relativeError(logits, expected.flat()), `pieces of ${size}`).toBeLessThan(TOLERANCE);
      expect(cache.position).toBe(LENGTH);
    }
    await decoder.dispose();
  });

  test("the logits of the last id equal the last row of all logits", async () => {
    const decoder = await load();
    const last = await decoder.forward(ids, decoder.createCache());
    expect(relativeError(last, expected.at(-1) ?? [])).toBeLessThan(TOLERANCE);
    await decoder.dispose();
  });
});

const SCALED: DecoderConfig = {
  ...SHAPE,
  width: 96,
  feedForward: 96,
  window: 20,
  position: { kind: "learned" },
  scaleByHeadSize: false,
  scaleByLayer: true,
};

describe("applies the scales of attention scores in fp32 and int8", () => {
  // Small, so that the error of int8 stays small for large scores.
  const tensors = new Map(
    [...randomTensors(SCALED, 1)].map(([name, { shape, values }]) => [
      name,
      { shape, values: /ln_/.test(name) ? values : values.map((value) => 0.3 * value) },
    ]),
  );
  const ids = randomIds(20, SCALED.vocabularySize, 2);
  const expected = referenceLogits(SCALED, tensors, ids).flat();

  test.each(Object.entries(RUNTIMES))("%s", async (_, runtime) => {
    for (const [precision, tolerance] of [
      ["fp32", TOLERANCE],
      ["int8", 0.05],
    ] as const) {
      const decoder = await Decoder.load({ config: SCALED, tensors, precision, runtime: await runtime() });
      const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
      expect(relativeError(whole, expected), precision).toBeLessThan(tolerance);
      await decoder.dispose();
    }
  });

  test("which are not those of a config without the flags", () => {
    const others = { ...SCALED, scaleByHeadSize: undefined, scaleByLayer: undefined };
    expect(relativeError(referenceLogits(others, tensors, ids).flat(), expected)).toBeGreaterThan(0.1);
  });
});

test.each([
  ["as many distances as the window", 20, 20, false],
  ["shared heads", 20, 20, true],
  ["few distances", 20, 6, false],
  ["one id", 1, 20, false],
])("equals the skewing procedure of the paper: %s", async (_, length, maxDistance, sharedHeads) => {
  const config: DecoderConfig = {
    ...SHAPE,
    window: 20,
    position: { kind: "relative", maxDistance, sharedHeads },
  };
  const tensors = randomTensors(config, 6);
  const ids = randomIds(length, config.vocabularySize, 7);
  const expected = skewingLogits(config, tensors, ids).flat();
  expect(relativeError(referenceLogits(config, tensors, ids).flat(), expected)).toBeLessThan(1e-12);
  const decoder = await Decoder.load({ config, tensors, runtime: await createNodeRuntime({ threads: 1 }) });
  const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
  expect(relativeError(whole, expected)).toBeLessThan(TOLERANCE);
  await decoder.dispose();
});

test("a prompt of several chunks, past the window, gives the logits of single ids", async () => {
  const config: DecoderConfig = {
    ...SHAPE,
    window: 50,
    position: { kind: "relative", maxDistance: 30, sharedHeads: false },
  };
  const decoder = await Decoder.load({
    config,
    tensors: randomTensors(config, 3),
    runtime: await createNodeRuntime({ threads: 1 }),
  });
  const ids = randomIds(300, config.vocabularySize, 4);
  const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
  const cache = decoder.createCache();
  const steps: number[] = [];
  for (const id of ids) steps.push(...(await decoder.forward([id], cache)));
  expect(relativeError(whole, steps)).toBeLessThan(1e-5);
  expect(cache.length).toBe(49);
  await decoder.dispose();
});
