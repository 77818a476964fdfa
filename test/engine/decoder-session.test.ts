import { expect, test } from "vitest";
import { type DecoderConfig, graphWeights, SCHEMES } from "../../models/index.ts";
import { KeyValueCache } from "../../src/engine/cache.ts";
import { DecoderSession } from "../../src/engine/decoder-session.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomTensors } from "../models/reference.ts";

const CONFIG: DecoderConfig = {
  vocabularySize: 11,
  layers: 2,
  width: 8,
  heads: 2,
  feedForward: 12,
  position: { kind: "relative", maxDistance: 6, sharedHeads: false },
  window: 6,
  normEpsilon: 1e-5,
  tiedHead: true,
};

async function load(backend: "node" | "wasm", config = CONFIG): Promise<DecoderSession> {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const scheme = SCHEMES.fp32[backend];
  const weights = await graphWeights(config, randomTensors(config, 5), scheme);
  return DecoderSession.load({ config, scheme, runtime, weights });
}

test.each(["node", "wasm"] as const)(
  "%s: a run appends the rows of all sequences and returns the wanted results",
  async (backend) => {
    const session = await load(backend);
    expect(session.samplesInGraph).toBe(backend === "wasm");
    const cache = new KeyValueCache({ layers: 2, width: 8, limit: 5 }, 3);
    const ids = Int32Array.of(1, 2, 3, 4, 5, 6); // two positions of three sequences
    const results = await session.step(ids, cache, ["logits"], { all: true });
    expect(cache.position).toBe(2);
    expect([...results.keys()].toSorted()).toEqual(["keys_values", "logits"]);
    expect(results.get("logits")?.shape).toEqual([6, 11]);
    expect(results.get("keys_values")?.shape).toEqual([2 * 2 * 2, 3 * 2, 4]);
    await session.dispose();
    await session.dispose();
    await expect(session.step(ids, cache, ["logits"], {})).rejects.toMatchObject({ code: "disposed" });
  },
);

test.each(["node", "wasm"] as const)(
  "%s: a large result is freed once the cache has its rows",
  async (backend) => {
    const session = await load(backend, { ...CONFIG, width: 256 });
    const cache = new KeyValueCache({ layers: 2, width: 256, limit: 511 });
    const ids = Int32Array.from({ length: 256 }, (_, i) => i % 11);
    const results = await session.step(ids, cache, ["logits"], {});
    expect(results.get("keys_values")?.shape).toEqual([2 * 2 * 256, 2, 128]);
    expect(results.get("keys_values")?.data).toHaveLength(0);
    expect(cache.keys(1)).toHaveLength(256 * 256);
    expect(cache.keys(1).some((number) => number !== 0)).toBe(true);
    await session.dispose();
  },
);

test("throws if the cache changes while ids are read", async () => {
  const session = await load("node");
  const cache = new KeyValueCache({ layers: 2, width: 8, limit: 5 });
  await session.step(Int32Array.of(1, 2), cache, ["logits"], {});
  const reading = session.step(Int32Array.of(3), cache, ["logits"], {});
  cache.rewind(1);
  await expect(reading).rejects.toThrow("the cache was changed while ids were read");
  expect(cache.position).toBe(1);
  await session.dispose();
});
