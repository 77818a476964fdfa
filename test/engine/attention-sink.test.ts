import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { SequenceBatch } from "../../src/engine/batch.ts";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import {
  logitsSeeing,
  randomIds,
  randomTensors,
  referenceLogits,
  relativeError,
} from "../models/reference.ts";
import { generated } from "./agreement.ts";

/** The sink is 8 rows, eviction blocks are of 2. */
const CONFIG: DecoderConfig = {
  vocabularySize: 11,
  layers: 2,
  width: 8,
  heads: 2,
  feedForward: 8,
  position: { kind: "relative", maxDistance: 32, sharedHeads: false },
  window: 32,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const LENGTH = 90;
const TENSORS = randomTensors(CONFIG, 5);
const IDS = randomIds(LENGTH, CONFIG.vocabularySize, 1);

/** By the definition: two rows behind the first eight are evicted whenever the window would be full. */
function seenBy(position: number): number[] {
  const seen: number[] = [];
  for (let index = 0; index < position; index += 1) {
    seen.push(index);
    if (seen.length === CONFIG.window - 1) seen.splice(8, 2);
  }
  return [...seen, position];
}

async function load(backend: "node" | "wasm"): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  return Decoder.load({ config: CONFIG, tensors: TENSORS, runtime });
}

describe("with a sink the first rows are never evicted", () => {
  const expected = logitsSeeing(CONFIG, TENSORS, IDS, seenBy);

  test("changes the logits when the window is full", () => {
    const rolling = referenceLogits(CONFIG, TENSORS, IDS);
    const full = expected.findIndex((row, at) => relativeError(row, rolling[at] ?? []) > 1e-12);
    expect(full).toBe(CONFIG.window - 1);
    expect(relativeError(expected.at(-1) ?? [], rolling.at(-1) ?? [])).toBeGreaterThan(0.01);
  });

  test.each([
    ["node", 1],
    ["node", 7],
    ["node", LENGTH],
    ["wasm", 1],
    ["wasm", LENGTH],
  ] as const)("returns the logits of the formulas on %s, read in chunks of %i", async (backend, piece) => {
    const decoder = await load(backend);
    const cache = decoder.createCache(true);
    for (let at = 0; at < LENGTH; at += piece) {
      const ids = IDS.slice(at, at + piece);
      const logits = await decoder.forward(ids, cache, { logits: "all" });
      expect(relativeError(logits, expected.slice(at, at + piece).flat())).toBeLessThan(1e-5);
    }
    await decoder.dispose();
  });

  test("gives the same logits after a rewind", async () => {
    const decoder = await load("node");
    const cache = decoder.createCache(true);
    await decoder.forward(IDS, cache);
    for (const position of [LENGTH - 1, LENGTH - 2, cache.earliest, LENGTH - 9, cache.earliest]) {
      cache.rewind(Math.min(position, cache.position));
      const next = IDS.slice(cache.position, cache.position + 5);
      const logits = await decoder.forward(next, cache);
      expect(relativeError(logits, expected[cache.position - 1] ?? [])).toBeLessThan(1e-5);
    }
    await decoder.dispose();
  });

  test("stores the sink of each sequence of a batch, also after others leave", async () => {
    const decoder = await load("node");
    const { sequences } = new SequenceBatch(decoder, 3, true);
    const prompt = IDS.slice(0, 5);
    const found = await Promise.all(
      sequences.map(async (lane, i) => {
        const own = [...prompt, ...randomIds(70 + i, CONFIG.vocabularySize, i)];
        let { logits } = await lane.prefill(prompt);
        for (const id of own.slice(prompt.length)) ({ logits } = await lane.append([id]));
        lane.leave();
        return { own, logits };
      }),
    );
    for (const { own, logits } of found) {
      expect(relativeError(logits, logitsSeeing(CONFIG, TENSORS, own, seenBy).at(-1) ?? [])).toBeLessThan(
        1e-5,
      );
    }
    await decoder.dispose();
  });

  test("restores the sink after a rewind; a new cache has the sink of the last window", async () => {
    const decoder = await load("node");
    const context = new CachedContext(decoder, true);
    const at = (length: number): readonly number[] => expected[length - 1] ?? [];
    await context.prefill(IDS.slice(0, 12));
    await context.append(IDS.slice(12));
    for (const length of [LENGTH, LENGTH - 4, LENGTH]) {
      const { logits } = await context.prefill(IDS.slice(0, length), { reuseBeyondWindow: true });
      expect(relativeError(logits, at(length))).toBeLessThan(1e-5);
    }
    const last = IDS.slice(-CONFIG.window);
    const anew = logitsSeeing(CONFIG, TENSORS, last, seenBy).at(-1) ?? [];
    const { logits } = await context.prefill(IDS);
    expect(relativeError(logits, anew)).toBeLessThan(1e-5);
    expect(relativeError(logits, at(LENGTH))).toBeGreaterThan(0.01);
    await decoder.dispose();
  });

  test("returns attention weights without those of the sink after an eviction", async () => {
    const decoder = await load("node");
    const cache = decoder.createCache(true);
    const { attention } = await decoder.forwardWithAttention(IDS, cache, { layers: [1] });
    const seen = seenBy(LENGTH - 1).slice(8);
    expect(attention[0]?.from).toBe(seen[0]);
    expect(attention[0]?.weights).toHaveLength(2 * seen.length);
    await decoder.dispose();
  });

  test("samples the same ids in the graph as step by step, in runs that end at an eviction", async () => {
    const [wasm, node] = [await load("wasm"), await load("node")];
    const generation = { prompt: [1, 2, 3], options: { seed: 4 }, count: 120 };
    const inside = await generated(wasm, { ...generation, context: new CachedContext(wasm, true) });
    expect(inside).toEqual(await generated(node, { ...generation, context: new CachedContext(node, true) }));
    expect(inside).not.toEqual(await generated(node, generation));
    await Promise.all([wasm.dispose(), node.dispose()]);
  });
});
