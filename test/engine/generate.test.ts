import { expect, test, vi } from "vitest";
import type { DecoderConfig } from "../../models/index.ts";
import type { KeyValueCache } from "../../src/engine/cache.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { generateIds, type GenerateIdsOptions } from "../../src/engine/generate.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors } from "../models/reference.ts";
import { learnedDecoder, relativeDecoder } from "./tiny-decoder.ts";

const WINDOW = 9;
const LEARNED = learnedDecoder(WINDOW);
const RELATIVE = relativeDecoder(WINDOW);

async function load(config: DecoderConfig): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  return Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
}

async function generated(
  decoder: Decoder,
  count: number,
  options: Pick<GenerateIdsOptions, "prompt" | "contextShift">,
): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of generateIds(decoder, { sampler: new Sampler({ seed: 3 }), ...options })) {
    if (ids.push(id) === count) break;
  }
  return ids;
}

/** By the definition: each id is sampled from the visible ids; when they fill the window, the last half of it stays. */
async function shiftedByHand(decoder: Decoder, prompt: readonly number[], count: number): Promise<number[]> {
  const sampler = new Sampler({ seed: 3 });
  let inSight = prompt.slice(-WINDOW);
  const ids: number[] = [];
  for (let step = 0; step < count; step += 1) {
    const id = sampler.sample(await decoder.forward(inSight, decoder.createCache()), step);
    ids.push(id);
    inSight.push(id);
    if (inSight.length > WINDOW) inSight = inSight.slice(-Math.floor(WINDOW / 2));
  }
  return ids;
}

/** Bytes of the buffers of the caches that were created. */
function bytesOf(caches: readonly KeyValueCache[]): number {
  return caches
    .filter(({ length }) => length > 0)
    .reduce((sum, cache) => sum + cache.past(0).buffer.byteLength, 0);
}

test("throws when learned positions run out", async () => {
  const decoder = await load(LEARNED);
  expect(await generated(decoder, WINDOW - 2, { prompt: [1, 2, 3] })).toHaveLength(WINDOW - 2);
  const beyond = generated(decoder, WINDOW - 1, { prompt: [1, 2, 3] });
  await expect(beyond).rejects.toMatchObject({ name: "EngineError", code: "context-full" });
  await decoder.dispose();
});

test.each([1, 3, WINDOW, 3 * WINDOW])(
  "with contextShift they continue from the last half window: a prompt of %i",
  async (length) => {
    const decoder = await load(LEARNED);
    const prompt = randomIds(length, LEARNED.vocabularySize, 8);
    const ids = await generated(decoder, 4 * WINDOW, { prompt, contextShift: true });
    expect(ids).toEqual(await shiftedByHand(decoder, prompt, 4 * WINDOW));
    await decoder.dispose();
  },
);

test("contextShift has no effect with relative positions", async () => {
  const decoder = await load(RELATIVE);
  const prompt = randomIds(5, RELATIVE.vocabularySize, 8);
  const ids = await generated(decoder, 4 * WINDOW, { prompt });
  expect(await generated(decoder, 4 * WINDOW, { prompt, contextShift: true })).toEqual(ids);
  await decoder.dispose();
});

test("ends when the decoder is disposed during generation", async () => {
  const decoder = await load(RELATIVE);
  const iterator = generateIds(decoder, { prompt: [1], sampler: new Sampler({ seed: 3 }) });
  await iterator.next();
  await decoder.dispose();
  await expect(iterator.next()).rejects.toMatchObject({ name: "EngineError", code: "disposed" });
});

test("the reserved memory of a cache is freed when the generation ends", async () => {
  const decoder = await load(LEARNED);
  const caches: KeyValueCache[] = [];
  const create = decoder.createCache.bind(decoder);
  vi.spyOn(decoder, "createCache").mockImplementation((withSink) => {
    const cache = create(withSink);
    caches.push(cache);
    return cache;
  });
  for await (const _ of generateIds(decoder, { prompt: [1, 2], sampler: new Sampler({ temperature: 0 }) })) {
    expect(bytesOf(caches)).toBeGreaterThan(0);
    break;
  }
  expect(bytesOf(caches)).toBe(0);
  await decoder.dispose();
});
