import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../../models/index.ts";
import type { KeyValueCache } from "../../src/engine/cache.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { DEFAULT_INPUTS } from "../../src/engine/graph-sampling.ts";
import { generateIds } from "../../src/engine/generate.ts";
import { SequenceBatch } from "../../src/engine/batch.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, relativeError } from "../models/reference.ts";

const SHAPE = {
  vocabularySize: 23,
  layers: 3,
  width: 24,
  heads: 3,
  feedForward: 40,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const relative = (maxDistance: number, sharedHeads: boolean) =>
  ({ kind: "relative", maxDistance, sharedHeads }) as const;
const CONFIGS: Record<string, DecoderConfig> = {
  learned: { ...SHAPE, window: 70, position: { kind: "learned" } },
  "untied head": { ...SHAPE, window: 70, position: { kind: "learned" }, tiedHead: false },
  relative: { ...SHAPE, window: 20, position: relative(20, false) },
  "shared heads": { ...SHAPE, window: 20, position: relative(20, true) },
  "few distances": { ...SHAPE, window: 20, position: relative(6, false) },
  "one distance": { ...SHAPE, window: 5, position: relative(1, true) },
  "more distances than the window": { ...SHAPE, window: 7, position: relative(12, false) },
  "a window of one": { ...SHAPE, window: 1, position: relative(3, false) },
};

const BACKENDS = ["node", "wasm"] as const;

async function load(config: DecoderConfig, backend: "node" | "wasm" = "node"): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  return Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
}

describe.each(Object.entries(CONFIGS))("a batch returns the logits of separate forks: %s", (_, config) => {
  test.each(BACKENDS)("%s: for one id and for several ids per call, past the window", async (backend) => {
    const decoder = await load(config, backend);
    const prompt = randomIds(9, config.vocabularySize, 1);
    const cache = decoder.createCache();
    await decoder.forward(prompt, cache);
    const forks = [0, 1, 2, 3].map(() => cache.fork());
    const together = cache.select([0, 0, 0, 0]);
    for (let time = 0; time < 30; time += time % 10 === 9 ? 3 : 1) {
      const rows = time % 10 === 9 ? 3 : 1;
      const ids = forks.map((__, sequence) => randomIds(rows, config.vocabularySize, 100 * time + sequence));
      const byPosition = Array.from({ length: rows }, (__, row) => ids.map((own) => own[row] ?? -1)).flat();
      const logits = await decoder.forward(byPosition, together); // [sequences, vocabulary]
      for (const [sequence, fork] of forks.entries()) {
        const alone = await decoder.forward(ids[sequence] ?? [], fork);
        const own = logits.subarray(sequence * alone.length, (sequence + 1) * alone.length);
        expect(relativeError(own, alone), `position ${time}, sequence ${sequence}`).toBeLessThan(1e-4);
      }
    }
    await decoder.dispose();
  });
});

describe("a cache of several sequences", () => {
  const config = CONFIGS["relative"] ?? { ...SHAPE, window: 20, position: relative(20, false) };

  async function read(): Promise<{ decoder: Decoder; alone: KeyValueCache[]; together: KeyValueCache }> {
    const decoder = await load(config);
    const cache = decoder.createCache();
    await decoder.forward(randomIds(30, config.vocabularySize, 1), cache);
    const alone = [0, 1, 2].map(() => cache.fork());
    const together = cache.select([0, 0, 0]);
    for (const time of [0, 1, 2, 3]) {
      await decoder.forward([time, time + 5, time + 10], together);
      for (const [i, fork] of alone.entries()) await decoder.forward([time + 5 * i], fork);
    }
    return { decoder, alone, together };
  }

  test("selects, reorders, forks and rewinds sequences", async () => {
    const { decoder, alone, together } = await read();
    const some = together.select([2, 0]);
    const fork = some.fork();
    const size = config.vocabularySize;
    const last = await decoder.forward([7, 8], some);
    const [a, b] = [
      await decoder.forward([8], alone[0]?.fork() ?? some),
      await decoder.forward([7], alone[2]?.fork() ?? some),
    ];
    expect(relativeError(last.subarray(0, size), b)).toBeLessThan(1e-4);
    expect(relativeError(last.subarray(size), a)).toBeLessThan(1e-4);
    expect(await decoder.forward([7, 8], fork)).toEqual(last);
    some.rewind(some.position - 1);
    expect(await decoder.forward([7, 8], some)).toEqual(last);
    const one = together.select([1]);
    expect([one.sequences, one.position]).toEqual([1, 34]);
    const middle = await decoder.forward([3], alone[1] ?? one);
    expect(relativeError(await decoder.forward([3], one), middle)).toBeLessThan(1e-4);
    await decoder.dispose();
  });

  test("returns all logits position by position", async () => {
    const { decoder, together } = await read();
    const steps = together.fork();
    const all = await decoder.forward([1, 2, 3, 4, 5, 6], together, { logits: "all" });
    const [first, second] = [
      await decoder.forward([1, 2, 3], steps),
      await decoder.forward([4, 5, 6], steps),
    ];
    expect(relativeError(all, [...first, ...second])).toBeLessThan(1e-4);
    await decoder.dispose();
  });

  test("throws for ids and arrays that do not fit", async () => {
    const { decoder, together } = await read();
    await expect(decoder.forward([1, 2], together)).rejects.toThrow(
      "2 ids cannot be divided among 3 sequences",
    );
    await expect(decoder.forwardWithAttention([1, 2, 3], together, {})).rejects.toMatchObject({
      code: "bad-attention",
    });
    expect(() => together.select([])).toThrow("no sequence was selected");
    expect(() => together.select([0, 3])).toThrow("the cache has no sequence 3");
    await decoder.dispose();
  });

  test("is not sampled in the graph", async () => {
    const decoder = await load(config, "wasm");
    const cache = decoder.createCache();
    await decoder.forward([1, 2, 3], cache);
    const sampling = decoder.sampleInGraph([1, 2], cache.select([0, 0]), DEFAULT_INPUTS);
    await expect(sampling).rejects.toThrow("the graph samples for one sequence, not 2");
    await decoder.dispose();
  });
});

describe("SequenceBatch", () => {
  const config = CONFIGS["relative"] ?? { ...SHAPE, window: 20, position: relative(20, false) };
  const prompt = randomIds(45, config.vocabularySize, 3);

  /** `count` ids of a seed, alone or in a batch. */
  async function ids(
    decoder: Decoder,
    seed: number,
    count: number,
    sequence?: SequenceBatch["sequences"][number],
  ): Promise<number[]> {
    const found: number[] = [];
    const sampler = new Sampler({ seed });
    try {
      for await (const { id } of generateIds(decoder, {
        prompt,
        sampler,
        ...(sequence ? { context: sequence } : {}),
      })) {
        if (found.push(id) === count) break;
      }
    } finally {
      sequence?.leave();
    }
    return found;
  }

  test.each(BACKENDS)(
    "%s: samples the same ids as separate generations, of different lengths",
    async (backend) => {
      const decoder = await load(config, backend);
      const counts = [30, 5, 1, 60, 30];
      const alone = [];
      for (const [seed, count] of counts.entries()) alone.push(await ids(decoder, seed, count));
      const { sequences } = new SequenceBatch(decoder, counts.length);
      const together = await Promise.all(
        counts.map((count, seed) => ids(decoder, seed, count, sequences[seed])),
      );
      expect(together).toEqual(alone);
      await decoder.dispose();
    },
  );

  test("reads the prompt once, and then all sequences in one run", async () => {
    const decoder = await load(config);
    const forward = decoder.forward.bind(decoder);
    const read: number[] = [];
    decoder.forward = (numbers, cache, options) => {
      read.push(numbers.length);
      return forward(numbers, cache, options);
    };
    const { sequences } = new SequenceBatch(decoder, 3);
    await Promise.all([4, 4, 2].map((count, seed) => ids(decoder, seed, count, sequences[seed])));
    expect(read).toEqual([config.window, 3, 2, 2]);
    await decoder.dispose();
  });

  test("continues the other sequences after one fails; ends all after the decoder fails", async () => {
    const decoder = await load({ ...config, window: 40, position: { kind: "learned" } });
    const batch = new SequenceBatch(decoder, 3);
    const failing = async (): Promise<void> => {
      await batch.sequences[0]?.prefill(prompt.slice(0, 30));
      batch.sequences[0]?.leave();
      throw new Error("enough");
    };
    const other = async (sequence = batch.sequences[1]): Promise<number> => {
      await sequence?.prefill(prompt.slice(0, 30));
      for (let count = 0; ; count += 1) {
        try {
          await sequence?.append([count % 5]);
        } catch (error) {
          expect(error).toMatchObject({ name: "EngineError", code: "context-full" });
          return count;
        }
      }
    };
    const outcomes = await Promise.allSettled([failing(), other(), other(batch.sequences[2])]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(outcomes.slice(1)).toEqual([10, 10].map((value) => ({ status: "fulfilled", value })));
    await expect(batch.sequences[1]?.append([1, 2])).rejects.toThrow("reads one id at a time");
    await expect(batch.sequences[1]?.append([1], { contextShift: true })).rejects.toThrow(
      "a batch has no context shift",
    );
    await decoder.dispose();
  });
});
