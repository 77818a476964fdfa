import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { Reading, ReadingPool } from "../../src/engine/reading.ts";
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

describe("Reading", () => {
  const piece = randomIds(12, 11, 1);
  const other = [...piece.slice(0, 7), ...randomIds(5, 11, 2)];

  test("reads of sequences that begin alike only what is new, and finds the same", async () => {
    const decoder = await load();
    const [first, second] = [await afresh(decoder, piece), await afresh(decoder, other)];
    const counter = counting(decoder);
    const reading = new Reading(decoder);
    expect((await reading.read(piece)).logits).toEqual(first);
    expect(counter.ids).toBe(12);
    expect(relativeError((await reading.read(other)).logits, second)).toBeLessThan(1e-5);
    expect(counter.ids).toBe(12 + 5);
    // A sequence that was read already: its last id tells what follows.
    expect(
      relativeError((await reading.read(other.slice(0, 9))).logits, await afresh(decoder, other.slice(0, 9))),
    ).toBeLessThan(1e-5);
    expect((await reading.push([3])).logits).toHaveLength(11);
    expect(reading.shared([...other.slice(0, 9), 3, 4])).toBe(10);
    await decoder.dispose();
  });

  test("reads of a long sequence the window, whatever it has read, unless it may resume", async () => {
    const decoder = await load();
    const long = randomIds(60, 11, 3);
    const expected = await afresh(decoder, long);
    const counter = counting(decoder);
    const reading = new Reading(decoder);
    await reading.read(long.slice(0, 50));
    expect((await reading.read(long)).logits).toEqual(expected);
    expect(counter.ids).toBe(16 + 16);

    const resuming = new Reading(decoder);
    counter.ids = 0;
    await resuming.read(long.slice(0, 50), { resume: true });
    expect(counter.ids).toBe(24);
    await resuming.read(long, { resume: true });
    expect(counter.ids).toBe(34);
    await resuming.read(long.slice(0, 48), { resume: true });
    expect(counter.ids, "back by less than the room there is").toBe(35);
    await resuming.read(long.slice(0, 20), { resume: true });
    expect(counter.ids, "back by more").toBe(35 + 20);
    await decoder.dispose();
  });

  test("says what the last id looked at, counted from the sequence's beginning", async () => {
    const decoder = await load();
    const reading = new Reading(decoder);
    const attention = { layers: [1], heads: [0] };
    const [short] = (await reading.read(piece, { attention })).attention;
    expect(short).toMatchObject({ layer: 1, heads: [0], from: 0 });
    expect(short?.weights).toHaveLength(12);
    const long = randomIds(60, 11, 3);
    const [last] = (await reading.read(long, { attention, resume: true })).attention;
    expect(last?.from).toBe(60 - 16);
    expect(last?.weights).toHaveLength(16);
    await decoder.dispose();
  });

  test("knows what it has read when a long read is stopped half-way", async () => {
    const decoder = await load({
      ...CONFIG,
      window: 400,
      position: { kind: "relative", maxDistance: 400, sharedHeads: false },
    });
    const ids = randomIds(300, 11, 4);
    const abort = new AbortController();
    const reading = new Reading(decoder);
    const stopped = reading.read(ids, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    const { logits } = await reading.read(ids);
    expect(relativeError(logits, await afresh(decoder, ids))).toBeLessThan(1e-5);
    await decoder.dispose();
  });

  test("keeps a few windows of ids, however many it reads, and still goes on where it is", async () => {
    const decoder = await load();
    const counter = counting(decoder);
    const reading = new Reading(decoder);
    const ids = randomIds(1000, 11, 6);
    await reading.read(ids.slice(0, 20), { resume: true });
    let most = 0;
    for (const id of ids.slice(20)) {
      await reading.push([id]);
      most = Math.max(most, reading.keptIds);
    }
    expect(most).toBe(4 * 16);
    counter.ids = 0;
    await reading.read([...ids, 1, 2], { resume: true });
    expect(counter.ids, "the new ones").toBe(2);
    await reading.read([...ids.slice(0, 995), 3], { resume: true });
    expect(counter.ids, "a branch a few ids back").toBe(2 + 1);
    await reading.read(ids.with(0, (ids[0] ?? 0) + 1), { resume: true });
    expect(counter.ids, "another beginning is another piece").toBe(2 + 1 + 24);
    await decoder.dispose();
  });

  test("rolls within what it keeps", async () => {
    const decoder = await load({ ...CONFIG, position: { kind: "learned" } });
    const ids = randomIds(200, 11, 7);
    const reading = new Reading(decoder);
    let read = await reading.read(ids.slice(0, 5));
    for (const id of ids.slice(5)) read = await reading.push([id], { roll: true });
    expect(reading.keptIds).toBeLessThanOrEqual(4 * 16);
    // It rolls with the 17th id, and then with every ninth; the last time with the 197th, of which it reads the last 8.
    expect(relativeError(read.logits, await afresh(decoder, ids.slice(197 - 8)))).toBeLessThan(1e-5);
    const long = randomIds(100, 11, 8);
    expect(
      relativeError((await reading.push(long, { roll: true })).logits, await afresh(decoder, long.slice(-8))),
      "what is pushed is itself longer than the window",
    ).toBeLessThan(1e-5);
    expect(reading.shared([...ids, ...long])).toBe(300);
    await decoder.dispose();
  });

  test("never reads more than a window where positions are learned", async () => {
    const decoder = await load({ ...CONFIG, position: { kind: "learned" } });
    const long = randomIds(60, 11, 3);
    const { logits } = await new Reading(decoder).read(long, { resume: true });
    expect(logits).toEqual(await afresh(decoder, long));
    await decoder.dispose();
  });
});

describe("ReadingPool", () => {
  test("lends the reading that has read most, and to two at once two", async () => {
    const decoder = await load();
    const pool = new ReadingPool(decoder, 2);
    const a = pool.take([1, 2, 3]);
    await a.read([1, 2, 3]);
    const b = pool.take([1, 2, 3]);
    expect(b).not.toBe(a);
    await b.read([1, 5, 6]);
    pool.give(a);
    pool.give(b);
    expect(pool.take([1, 2, 9])).toBe(a);
    pool.give(a);
    expect(pool.take([1, 5, 9])).toBe(b);
    pool.give(b);
    expect(pool.take([1, 7]), "nothing but the start in common: the one unused longest").toBe(a);
    await decoder.dispose();
  });
});
