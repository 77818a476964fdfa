import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PERFORMANCE_416, PerformanceGrammar, PerformanceState } from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import type { KeyValueCache } from "../../src/engine/cache.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { generateIds } from "../../src/engine/generate.ts";
import { SequenceBatch } from "../../src/engine/batch.ts";
import type { LogitsProcessor } from "../../src/engine/logits-processor.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors, relativeError } from "../models/reference.ts";
import { generated, generatedTogether, type Generation } from "./agreement.ts";

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

  test("is not sampled in the graph for another number of sequences", async () => {
    const decoder = await load(config, "wasm");
    const cache = decoder.createCache();
    await decoder.forward([1, 2, 3], cache);
    const sampling = [new Sampler().graphInputs(0, 2, config.vocabularySize)];
    await expect(decoder.sampleInGraph([1, 2], cache.select([0, 0]), sampling)).rejects.toThrow(
      "sampling for 1 sequences, but the cache has 2",
    );
    await decoder.dispose();
  });
});

describe("SequenceBatch samples in the graph", () => {
  const music: DecoderConfig = {
    ...SHAPE,
    vocabulary: "performance-416",
    vocabularySize: 416,
    window: 24,
    position: relative(20, false),
  };
  const prompt = [389, 375, 60, 64, 270];
  const seeded = (seed: number, part: Partial<Generation> = {}): Generation => ({
    prompt,
    options: { seed, pitchTemperature: 1.2 },
    count: 40,
    ...part,
  });
  /** The grammar, with a limit for notes of its own; the adjustment changes every `period` ids. */
  const grammar =
    (longestNoteSteps: number, period = Infinity, mostKeys = Infinity) =>
    (): LogitsProcessor => {
      const state = new PerformanceState(PERFORMANCE_416);
      const rules = new PerformanceGrammar(state, { longestNoteSteps, mostKeys });
      const left = () => period - (state.length % period);
      return {
        push: (id) => state.push(id),
        mask: (allowed) => rules.mask(allowed),
        automaton: () => rules.automaton(),
        adjustment: () => {
          const changes = period === Infinity ? 0 : Math.floor(state.length / period);
          const biases = Array.from({ length: 40 }, () => changes % 5);
          return { biases: [{ first: 30, biases }], pitchTemperature: 1 + (changes % 3) };
        },
        adjustmentLength: () => (period === Infinity ? period : left()),
      };
    };

  let decoder: Decoder;
  beforeAll(async () => {
    decoder = await load(music, "wasm");
  });
  afterAll(() => decoder.dispose());

  /** Compares a batch with the same generations alone. @returns the ids of each run, for all sequences. */
  async function runsOf(generations: readonly Generation[], by = decoder): Promise<number[]> {
    const alone = await Promise.allSettled(generations.map((each) => generated(by, each)));
    const runs: number[] = [];
    const { forward, sampleInGraph } = by;
    by.forward = (...given) => (runs.push(1), forward.apply(by, given));
    by.sampleInGraph = (...given) => (runs.push(given[2][0]?.steps ?? 0), sampleInGraph.apply(by, given));
    const together = await generatedTogether(by, generations);
    Object.assign(by, { forward, sampleInGraph });
    expect(together).toEqual(alone);
    return runs;
  }

  test("a run ends where the adjustment of a sequence changes first", async () => {
    const runs = await runsOf([
      seeded(1, { processor: grammar(300, 16) }),
      seeded(2, { processor: grammar(300, 7) }),
      seeded(3, { processor: grammar(300) }),
    ]);
    expect(runs).toEqual([1, 1, 4, 3, 2, 5, 7, 4, 3, 7, 6]);
  });

  test("sequences with different automata, or without one, step id by id", async () => {
    const [few, many] = [{ processor: grammar(300, Infinity, 3) }, { processor: grammar(300) }];
    expect(new Set(await runsOf([seeded(1, few), seeded(2, many)]))).toEqual(new Set([1]));
    expect(new Set(await runsOf([seeded(1), seeded(2, many)]))).toEqual(new Set([1]));
    // Until the other has left.
    expect(Math.max(...(await runsOf([seeded(1, { ...few, count: 10 }), seeded(2, many)])))).toBe(16);
  });

  test("sequences whose notes have other limits share runs", async () => {
    const [short, long] = [{ processor: grammar(20) }, { processor: grammar(300) }];
    expect(Math.max(...(await runsOf([seeded(1, short), seeded(2, long)])))).toBe(16);
  });

  test("sequences step id by id while one has a rule without a graph form", async () => {
    const penalty = { options: { seed: 1, repetitionPenalty: 1.5 }, count: 10 };
    const runs = await runsOf([seeded(1, penalty), seeded(2, { count: 26 })]);
    expect(runs.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(runs.at(-1)).toBe(16);
  });

  test("the others continue when no id is allowed for one", async () => {
    const noNotes = Array.from({ length: 128 }, (_, pitch) => [pitch, -Infinity] as const);
    const none = { seed: 3, logitBias: new Map([...noNotes, ...VELOCITIES]), temperature: 2 };
    const processor = grammar(300);
    const runs = await runsOf([
      seeded(3, { options: none, processor, onId: (id) => reached.push(id) }),
      seeded(4, { processor }),
    ]);
    expect(reached.length).toBeGreaterThan(2);
    expect(reached.slice(0, reached.length / 2)).toEqual(reached.slice(reached.length / 2));
    expect(Math.max(...runs)).toBe(16);
  });
  /** Ids of the sequence that ends, alone and in the batch. */
  const reached: number[] = [];
  const VELOCITIES = Array.from(
    { length: 32 },
    (_, i) => [PERFORMANCE_416.id("VELOCITY", i + 1), -30] as const,
  );

  test("each throws when learned positions run out", async () => {
    const learned = await load({ ...music, window: 60, position: { kind: "learned" } }, "wasm");
    const runs = await runsOf([seeded(1, { count: 100 }), seeded(2, { count: 100 })], learned);
    expect(runs.reduce((sum, steps) => sum + steps)).toBe(57); // 60 positions, 5 of the prompt; and the id that fits no more
    await learned.dispose();
  });

  test("throws for a context shift", async () => {
    const [sequence] = new SequenceBatch(decoder, 1).sequences;
    const sampling = new Sampler().graphInputs(0, 2, 416);
    const shifted = sequence?.sampleInGraph(1, sampling, { contextShift: true });
    await expect(shifted).rejects.toThrow("a batch has no context shift");
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
