/** Memory and errors after `dispose`. */
import { expect, test } from "vitest";
import type { DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { score } from "../../src/engine/score.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomTensors } from "../models/reference.ts";

/** 12 MB of weights: a leak of thirty such decoders is measurable. */
const CONFIG: DecoderConfig = {
  vocabularySize: 500,
  layers: 4,
  width: 256,
  heads: 2,
  feedForward: 1024,
  position: { kind: "relative", maxDistance: 16, sharedHeads: false },
  window: 16,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const TENSORS = randomTensors(CONFIG, 1);
const WEIGHT_BYTES = [...TENSORS.values()].reduce((sum, { values }) => sum + values.byteLength, 0);

test.each(["node", "wasm"] as const)(
  "%s: thirty decoders, loaded and disposed in sequence, do not accumulate memory",
  async (backend) => {
    const runtime = await createNodeRuntime({ backend, threads: 1 });
    const resident: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const decoder = await Decoder.load({ config: CONFIG, tensors: TENSORS, runtime });
      const cache = decoder.createCache();
      expect(await decoder.forward([1, 2, 3], cache)).toHaveLength(CONFIG.vocabularySize);
      await decoder.dispose();
      await expect(decoder.forward([1], cache)).rejects.toMatchObject({ code: "disposed" });
      resident.push(process.memoryUsage.rss());
    }
    // After ten, what allocators keep for reuse has been kept. Twenty more would add twenty times the weights if they were held;
    // what the garbage collector has not come to yet may be several times as much, on a busy machine.
    expect(Math.max(...resident.slice(10)) - (resident[9] ?? 0)).toBeLessThan(12 * WEIGHT_BYTES);
  },
);

test("every call with a disposed decoder throws 'the decoder is disposed'", async () => {
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const decoder = await Decoder.load({ config: CONFIG, tensors: TENSORS, runtime });
  const cache = decoder.createCache();
  const context = new CachedContext(decoder);
  await context.prefill([1, 2]);
  await decoder.dispose();
  const disposed = { name: "EngineError", code: "disposed", message: "the decoder is disposed" };
  await expect(decoder.forward([1], cache)).rejects.toMatchObject(disposed);
  await expect(decoder.forwardWithAttention([1], cache, {})).rejects.toMatchObject(disposed);
  await expect(context.append([3])).rejects.toMatchObject(disposed);
  await expect(context.prefill([1, 2, 3])).rejects.toMatchObject(disposed);
  await expect(score(decoder, [1, 2, 3])).rejects.toMatchObject(disposed);
});

test.each(["node", "wasm"] as const)("%s: a session does not run after it is disposed", async (backend) => {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const decoder = await Decoder.load({ config: CONFIG, tensors: TENSORS, runtime });
  const long = decoder.forward(Array<number>(1000).fill(1), decoder.createCache());
  await decoder.dispose(); // the first chunk is under way: it ends, and the next does not begin
  await expect(long).rejects.toMatchObject({ name: "EngineError", code: "disposed" });
});
