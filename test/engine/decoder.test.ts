import { describe, expect, test } from "vitest";
import { CheckpointError, type DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, relativeError } from "../models/reference.ts";

const RELATIVE: DecoderConfig = {
  vocabularySize: 11,
  layers: 2,
  width: 8,
  heads: 2,
  feedForward: 8,
  position: { kind: "relative", maxDistance: 6, sharedHeads: false },
  window: 6,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const LEARNED: DecoderConfig = { ...RELATIVE, position: { kind: "learned" } };

async function load(config: DecoderConfig): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  return Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
}

test("returns the logits of the last id, or of every id", async () => {
  const decoder = await load(RELATIVE);
  expect(await decoder.forward([1, 2, 3], decoder.createCache())).toHaveLength(11);
  expect(await decoder.forward([1, 2, 3], decoder.createCache(), { logits: "all" })).toHaveLength(33);
  await decoder.dispose();
});

test("caches are independent, also in concurrent calls", async () => {
  const decoder = await load(RELATIVE);
  const run = async (ids: number[]): Promise<number[]> => {
    const cache = decoder.createCache();
    const logits: number[] = [];
    for (const id of ids) logits.push(...(await decoder.forward([id], cache)));
    return logits;
  };
  const [a, b] = [randomIds(10, 11, 1), randomIds(10, 11, 2)];
  const together = await Promise.all([run(a), run(b)]);
  expect(together).toEqual([await run(a), await run(b)]);
  await decoder.dispose();
});

test("a cleared cache gives the logits of a new one", async () => {
  const decoder = await load(LEARNED);
  const cache = decoder.createCache();
  const first = await decoder.forward([1, 2, 3, 4, 5, 6], cache);
  cache.clear();
  expect(await decoder.forward([1, 2, 3, 4, 5, 6], cache)).toEqual(first);
  await decoder.dispose();
});

describe("branches", () => {
  /** Logits from a new cache that read these ids. */
  const afresh = async (decoder: Decoder, ids: number[]): Promise<Float32Array> =>
    decoder.forward(ids, decoder.createCache());

  test.each([
    ["within the window", LEARNED, 2],
    ["far beyond it", RELATIVE, 40],
  ])("forks give the logits of recomputation, %s", async (_, config, length) => {
    const decoder = await load(config);
    const prompt = randomIds(length, 11, 1);
    const cache = decoder.createCache();
    await decoder.forward(prompt, cache);
    const fork = cache.fork();
    for (const step of [1, 2, 3]) {
      for (const [branch, which] of [cache, fork].entries()) {
        const ids = randomIds(step, 11, 7 + branch); // one more than the step before
        const logits = await decoder.forward(ids.slice(-1), which);
        const read = [...prompt, ...ids];
        expect(relativeError(logits, await afresh(decoder, read))).toBeLessThan(1e-5);
      }
    }
    await decoder.dispose();
  });

  test.each([
    ["within the window", LEARNED, 5],
    ["far beyond it", RELATIVE, 40],
  ])("a rewound cache gives the logits of recomputation, %s", async (_, config, length) => {
    const decoder = await load(config);
    const ids = randomIds(length, 11, 1);
    const cache = decoder.createCache();
    await decoder.forward(ids, cache);
    for (const position of [length - 1, cache.earliest]) {
      cache.rewind(position);
      const logits = await decoder.forward([3], cache);
      const expected = await afresh(decoder, [...ids.slice(0, position), 3]);
      expect(relativeError(logits, expected)).toBeLessThan(1e-5);
    }
    await decoder.dispose();
  });

  test("throws when a cache is rewound during a call, and does not damage it", async () => {
    const decoder = await load(RELATIVE);
    const cache = decoder.createCache();
    await decoder.forward([1, 2, 3], cache);
    const reading = decoder.forward([4], cache);
    cache.rewind(2);
    await expect(reading).rejects.toMatchObject({ code: "busy" });
    const logits = await decoder.forward([5], cache);
    expect(relativeError(logits, await afresh(decoder, [1, 2, 5]))).toBeLessThan(1e-5);
    await decoder.dispose();
  });
});

describe("throws for", () => {
  test.each([
    [[], "no-ids", "no ids were given"],
    [[3, 11], "bad-id", "id 11 at position 1 is not in the vocabulary"],
    [[-1], "bad-id", "id -1 at position 0"],
    [[1.5], "bad-id", "id 1.5 at position 0"],
    [[NaN], "bad-id", "id NaN at position 0"],
  ])("ids %j", async (ids, code, message) => {
    const decoder = await load(RELATIVE);
    const cache = decoder.createCache();
    const reading = decoder.forward(ids, cache);
    await expect(reading).rejects.toMatchObject({ name: "EngineError", code });
    await expect(reading).rejects.toThrow(message);
    expect(cache.position).toBe(0);
    await decoder.dispose();
  });

  test("more ids than learned positions, and does not change the cache", async () => {
    const decoder = await load(LEARNED);
    const cache = decoder.createCache();
    await decoder.forward([1, 2, 3, 4], cache);
    await expect(decoder.forward([1, 2, 3], cache)).rejects.toMatchObject({ code: "context-full" });
    expect(cache.position).toBe(4);
    await decoder.forward([1, 2], cache);
    await expect(decoder.forward([1], cache)).rejects.toThrow("7 ids, but the model has 6 positions");
    await decoder.dispose();
  });

  test("another decoder's cache", async () => {
    const [decoder, other] = [await load(RELATIVE), await load(RELATIVE)];
    await expect(decoder.forward([1], other.createCache())).rejects.toMatchObject({ code: "bad-cache" });
    await Promise.all([decoder.dispose(), other.dispose()]);
  });

  test("a cache in use", async () => {
    const decoder = await load(RELATIVE);
    const cache = decoder.createCache();
    const first = decoder.forward([1, 2], cache);
    await expect(decoder.forward([3], cache)).rejects.toMatchObject({ code: "busy" });
    await first;
    await decoder.forward([3], cache);
    expect(cache.position).toBe(3);
    await decoder.dispose();
  });

  test("a disposed decoder; dispose waits for a run in progress, and can be repeated", async () => {
    const decoder = await load(RELATIVE);
    const cache = decoder.createCache();
    const running = decoder.forward([1, 2], cache);
    await decoder.dispose();
    await decoder.dispose();
    expect(await running).toHaveLength(11);
    await expect(decoder.forward([1], cache)).rejects.toMatchObject({ code: "disposed" });
  });

  test("an aborted call, between chunks", async () => {
    const decoder = await load(RELATIVE);
    const cache = decoder.createCache();
    const reason = new Error("stop");
    const before = decoder.forward([1], cache, { signal: AbortSignal.abort(reason) });
    await expect(before).rejects.toBe(reason);
    const control = new AbortController();
    const long = decoder.forward(randomIds(1000, 11, 3), cache, { signal: control.signal });
    control.abort(reason);
    await expect(long).rejects.toBe(reason);
    expect(cache.position).toBeLessThan(1000);
    await decoder.dispose();
  });

  test("tensors of another config", async () => {
    const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
    const tensors = randomTensors(RELATIVE, 1);
    await expect(Decoder.load({ config: LEARNED, tensors, runtime })).rejects.toThrow(CheckpointError);
    const wider = { ...RELATIVE, feedForward: 9 };
    await expect(Decoder.load({ config: wider, tensors, runtime })).rejects.toThrow(/h.0.mlp.c_fc.weight/);
  });
});
