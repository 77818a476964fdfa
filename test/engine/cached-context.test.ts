import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { CachedContext, PrefixCachePool } from "../../src/engine/cached-context.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, relativeError } from "../models/reference.ts";

const CONFIG: DecoderConfig = {
  vocabularySize: 11,
  layers: 2,
  width: 8,
  heads: 2,
  feedForward: 8,
  position: { kind: "relative", maxDistance: 16, sharedHeads: false },
  window: 16,
  normEpsilon: 1e-5,
  tiedHead: true,
};

async function load(config: DecoderConfig = CONFIG): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  return Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
}

/** Counts the ids that a decoder reads. */
function counting(decoder: Decoder): { readonly decoder: Decoder; ids: number } {
  const state = { decoder, ids: 0 };
  const forward = decoder.forward.bind(decoder);
  decoder.forward = (ids, cache, options) => {
    state.ids += ids.length;
    return forward(ids, cache, options);
  };
  return state;
}

async function afresh(decoder: Decoder, ids: readonly number[]): Promise<Float32Array> {
  return decoder.forward(ids.slice(-decoder.config.window), decoder.createCache());
}

describe("CachedContext", () => {
  const piece = randomIds(12, 11, 1);
  const other = [...piece.slice(0, 7), ...randomIds(5, 11, 2)];

  test("reads only the ids behind a common prefix, and returns the same logits", async () => {
    const decoder = await load();
    const [first, second] = [await afresh(decoder, piece), await afresh(decoder, other)];
    const counter = counting(decoder);
    const context = new CachedContext(decoder);
    expect((await context.prefill(piece)).logits).toEqual(first);
    expect(counter.ids).toBe(12);
    expect(relativeError((await context.prefill(other)).logits, second)).toBeLessThan(1e-5);
    expect(counter.ids).toBe(12 + 5);
    // The whole sequence is cached: its last id is read again for the logits.
    expect(
      relativeError(
        (await context.prefill(other.slice(0, 9))).logits,
        await afresh(decoder, other.slice(0, 9)),
      ),
    ).toBeLessThan(1e-5);
    expect((await context.append([3])).logits).toHaveLength(11);
    expect(context.commonPrefixLength([...other.slice(0, 9), 3, 4])).toBe(10);
    await decoder.dispose();
  });

  test("reads the last window of a long sequence, unless reuseBeyondWindow is set", async () => {
    const decoder = await load();
    const long = randomIds(60, 11, 3);
    const expected = await afresh(decoder, long);
    const counter = counting(decoder);
    const context = new CachedContext(decoder);
    await context.prefill(long.slice(0, 50));
    expect((await context.prefill(long)).logits).toEqual(expected);
    expect(counter.ids).toBe(16 + 16);

    const resuming = new CachedContext(decoder);
    counter.ids = 0;
    await resuming.prefill(long.slice(0, 50), { reuseBeyondWindow: true });
    expect(counter.ids).toBe(24);
    await resuming.prefill(long, { reuseBeyondWindow: true });
    expect(counter.ids).toBe(34);
    await resuming.prefill(long.slice(0, 48), { reuseBeyondWindow: true });
    expect(counter.ids, "back by less than the room there is").toBe(35);
    await resuming.prefill(long.slice(0, 20), { reuseBeyondWindow: true });
    expect(counter.ids, "back by more").toBe(35 + 20);
    await decoder.dispose();
  });

  test("with a sink it reads 1½ windows again where a sequence branches off further back than the cache restores", async () => {
    const decoder = await load({ ...CONFIG, window: 64 });
    const long = randomIds(300, 11, 3);
    const read = async (context: CachedContext, length: number): Promise<number> => {
      counter.ids = 0;
      await context.prefill(long.slice(0, length), { reuseBeyondWindow: true });
      return counter.ids;
    };
    const counter = counting(decoder);
    const context = new CachedContext(decoder, true);
    expect(await read(context, 40)).toBe(40);
    expect(await read(context, 200)).toBe(160);
    expect(await read(context, 185), "back by less than 5/16").toBe(1);
    expect(await read(context, 200)).toBe(15);
    expect(await read(context, 150), "back by more").toBe(96);
    expect(await read(context, 165)).toBe(15);
    expect(await read(context, 150)).toBe(1);
    await decoder.dispose();
  });

  test("counts positions of attention from the beginning of the sequence", async () => {
    const decoder = await load();
    const context = new CachedContext(decoder);
    const attention = { layers: [1], heads: [0] };
    const [short] = (await context.prefill(piece, { attention })).attention;
    expect(short).toMatchObject({ layer: 1, heads: [0], from: 0 });
    expect(short?.weights).toHaveLength(12);
    const long = randomIds(60, 11, 3);
    const [last] = (await context.prefill(long, { attention, reuseBeyondWindow: true })).attention;
    expect(last?.from).toBe(60 - 16);
    expect(last?.weights).toHaveLength(16);
    await decoder.dispose();
  });

  test("records the ids that were read before an abort", async () => {
    const decoder = await load({
      ...CONFIG,
      window: 400,
      position: { kind: "relative", maxDistance: 400, sharedHeads: false },
    });
    const ids = randomIds(300, 11, 4);
    const abort = new AbortController();
    const context = new CachedContext(decoder);
    const stopped = context.prefill(ids, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    const { logits } = await context.prefill(ids);
    expect(relativeError(logits, await afresh(decoder, ids))).toBeLessThan(1e-5);
    await decoder.dispose();
  });

  test("stores at most four windows of ids, and still reuses the cache", async () => {
    const decoder = await load();
    const counter = counting(decoder);
    const context = new CachedContext(decoder);
    const ids = randomIds(1000, 11, 6);
    await context.prefill(ids.slice(0, 20), { reuseBeyondWindow: true });
    let most = 0;
    for (const id of ids.slice(20)) {
      await context.append([id]);
      most = Math.max(most, context.keptIds);
    }
    expect(most).toBe(4 * 16);
    counter.ids = 0;
    await context.prefill([...ids, 1, 2], { reuseBeyondWindow: true });
    expect(counter.ids, "the new ones").toBe(2);
    await context.prefill([...ids.slice(0, 995), 3], { reuseBeyondWindow: true });
    expect(counter.ids, "a branch a few ids back").toBe(2 + 1);
    await context.prefill(ids.with(0, (ids[0] ?? 0) + 1), { reuseBeyondWindow: true });
    expect(counter.ids, "another beginning is another piece").toBe(2 + 1 + 24);
    await decoder.dispose();
  });

  test("shifts the context within the stored ids", async () => {
    const decoder = await load({ ...CONFIG, position: { kind: "learned" } });
    const ids = randomIds(200, 11, 7);
    const context = new CachedContext(decoder);
    let read = await context.prefill(ids.slice(0, 5));
    for (const id of ids.slice(5)) read = await context.append([id], { contextShift: true });
    expect(context.keptIds).toBeLessThanOrEqual(4 * 16);
    // The context shifts at the 17th id, then at every ninth; the last shift, at the 197th id, reads the last 8.
    expect(relativeError(read.logits, await afresh(decoder, ids.slice(197 - 8)))).toBeLessThan(1e-5);
    const long = randomIds(100, 11, 8);
    expect(
      relativeError(
        (await context.append(long, { contextShift: true })).logits,
        await afresh(decoder, long.slice(-8)),
      ),
      "the appended ids are more than a window",
    ).toBeLessThan(1e-5);
    expect(context.commonPrefixLength([...ids, ...long])).toBe(300);
    await decoder.dispose();
  });

  test("never reads more than a window with learned positions", async () => {
    const decoder = await load({ ...CONFIG, position: { kind: "learned" } });
    const long = randomIds(60, 11, 3);
    const { logits } = await new CachedContext(decoder).prefill(long, { reuseBeyondWindow: true });
    expect(logits).toEqual(await afresh(decoder, long));
    await decoder.dispose();
  });
});

describe("PrefixCachePool", () => {
  test("returns the context with the longest common prefix, and a different one to each caller", async () => {
    const decoder = await load();
    const pool = new PrefixCachePool(decoder, 2);
    const a = pool.acquire([1, 2, 3]);
    await a.prefill([1, 2, 3]);
    const b = pool.acquire([1, 2, 3]);
    expect(b).not.toBe(a);
    await b.prefill([1, 5, 6]);
    pool.release(a);
    pool.release(b);
    expect(pool.acquire([1, 2, 9])).toBe(a);
    pool.release(a);
    expect(pool.acquire([1, 5, 9])).toBe(b);
    pool.release(b);
    expect(pool.acquire([1, 7]), "only START matches: the least recently used one").toBe(a);
    await decoder.dispose();
  });
});
