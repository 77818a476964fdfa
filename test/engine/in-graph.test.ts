import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateIds } from "../../src/engine/generate.ts";
import type { LogitsProcessor } from "../../src/engine/logits-processor.ts";
import type { Decoder } from "../../src/engine/decoder.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { loadMusicModel } from "../../src/platform/node/load-model.ts";
import type { SamplingOptions } from "../../src/options.ts";
import { randomIds, relativeError } from "../models/reference.ts";
import {
  generated,
  generatedTogether,
  type Generation,
  parting,
  PITCHES,
  TIMES,
  VELOCITIES,
} from "./agreement.ts";
import { grammar, LEARNED, load, RELATIVE } from "./in-graph-decoder.ts";

const OPTIONS: Record<string, SamplingOptions> = {
  "no options": { seed: 3 },
  greedy: { temperature: 0 },
  "greedy, with all other options set": { temperature: 0, topP: 0.1, topK: 3, minP: 0.5, typicalP: 0.2 },
  "temperature 0.6": { seed: 3, temperature: 0.6 },
  "temperature 3": { seed: 3, temperature: 3 },
  "pitch temperature 0.4": { seed: 3, pitchTemperature: 0.4 },
  "pitch temperature 1.7, with other options": {
    seed: 3,
    pitchTemperature: 1.7,
    temperature: 0.9,
    topP: 0.9,
    minP: 0.01,
  },
  "pitch temperature 0.5, with most pitches banned": {
    seed: 3,
    pitchTemperature: 0.5,
    logitBias: new Map(Array.from({ length: 120 }, (_, pitch) => [pitch, -Infinity])),
  },
  "greedy, with pitch temperature 0.1": { temperature: 0, pitchTemperature: 0.1 },
  "dynamics pp": { seed: 3, dynamics: "pp" },
  "dynamics ff, with other options": { seed: 3, dynamics: "ff", pitchTemperature: 0.9, topP: 0.9 },
  "greedy, with dynamics mp": { temperature: 0, dynamics: "mp" },
  "rhythm temperature 0.6": { seed: 3, rhythmTemperature: 0.6 },
  "rhythm temperature 2, with other options": { seed: 3, rhythmTemperature: 2, temperature: 0.8, minP: 0.01 },
  "top-k 5": { seed: 3, topK: 5 },
  "top-k beyond the vocabulary": { seed: 3, topK: 1000 },
  "top-p 0.7": { seed: 3, topP: 0.7 },
  "top-p 0": { seed: 3, topP: 0 },
  "min-p 0.3": { seed: 3, minP: 0.3 },
  "min-p 1": { seed: 3, minP: 1 },
  "typical 0.4": { seed: 3, typicalP: 0.4 },
  "all at once": { seed: 3, temperature: 1.3, topK: 60, topP: 0.9, minP: 0.02, typicalP: 0.8 },
  biases: {
    seed: 3,
    logitBias: new Map([
      [60, -Infinity],
      [300, 2],
      [301, -3],
    ]),
  },
};

/** Options for every decoder; with the grammar all options are tested. */
const COMMON_OPTIONS = [
  "no options",
  "greedy",
  "pitch temperature 1.7, with other options",
  "all at once",
  "biases",
];

describe.each([
  ["past the window, with the grammar", RELATIVE, grammar, Object.keys(OPTIONS)],
  ["past the window", RELATIVE, undefined, COMMON_OPTIONS],
  ["learned positions", LEARNED, undefined, COMMON_OPTIONS],
] as const)("the graph samples the same ids as the sampler: %s", (_, config, rules, names) => {
  let decoder: Decoder;
  const inside = new Map<string, readonly number[]>();
  beforeAll(async () => {
    decoder = await load("wasm", config);
  });
  afterAll(() => decoder.dispose());

  const generationOf = (name: string): Generation => ({
    prompt: [389, 375, 60, 64, 270],
    options: OPTIONS[name] ?? {},
    count: 50,
    ...(rules ? { processor: rules(true) } : {}),
  });

  test.each(names)("%s", async (name) => {
    const generation = generationOf(name);
    const { options } = generation;
    inside.set(name, await generated(decoder, generation));
    const sampler = new Sampler(options, PITCHES, VELOCITIES, TIMES);
    const rule = rules?.(false)();
    for (const id of generation.prompt) rule?.push(id);
    const cache = decoder.createCache();
    const outside: number[] = [];
    const allowed = new Uint8Array(416).fill(1);
    let logits = await decoder.forward(generation.prompt, cache);
    for (let step = 0; step < generation.count; step += 1) {
      rule?.mask?.(allowed);
      const id = sampler.sample(logits, step, { allowed });
      outside.push(id);
      rule?.push(id);
      logits = await decoder.forward([id], cache);
    }
    expect(inside.get(name)).toEqual(outside);
  });

  test("all together in one batch, each with its own options, in runs of several ids", async () => {
    const { forward, sampleInGraph } = decoder;
    const calls = { forward: 0, sampleInGraph: 0 };
    decoder.forward = (...given) => ((calls.forward += 1), forward.apply(decoder, given));
    decoder.sampleInGraph = (...given) => ((calls.sampleInGraph += 1), sampleInGraph.apply(decoder, given));
    // Shorter ones leave earlier.
    const counts = Array.from(names, (__, i) => 50 - i);
    const together = await generatedTogether(
      decoder,
      names.map((name, i) => ({ ...generationOf(name), count: counts[i]! })),
    );
    Object.assign(decoder, { forward, sampleInGraph });
    expect(together).toEqual(
      names.map((name, i) => ({ status: "fulfilled", value: inside.get(name)?.slice(0, counts[i]) })),
    );
    expect(calls.forward).toBe(1); // the prompt
    expect(calls.sampleInGraph).toBeLessThan(10);
  });
});

test.each([16, 7, 1])(
  "an adjustment that changes every %i ids applies to the same ids, with sampling in the graph and without",
  async (period) => {
    const biased = (withTables: boolean) => (): LogitsProcessor => {
      const rules = grammar(withTables)();
      let length = 0;
      return {
        ...rules,
        push: (id) => {
          rules.push(id);
          length += 1;
        },
        adjustment: () => {
          const changes = Math.floor(length / period);
          return {
            biases: [{ first: (changes * 47) % 256, biases: Array.from({ length: 40 }, () => 9) }],
            classBiases: [{ first: 256, count: 100, biases: new Map([[changes % 100, 3]]) }],
          };
        },
        // 1 is the default.
        ...(period > 1 ? { adjustmentLength: () => period - (length % period) } : {}),
      };
    };
    const generation = { prompt: [389, 375, 60, 64, 270], options: { seed: 3, themes: 1 }, count: 60 };
    const decoders = [await load("wasm", RELATIVE), await load("node", RELATIVE)] as const;
    const inside = await generated(decoders[0], { ...generation, processor: biased(true) });
    for (const decoder of decoders)
      expect(await generated(decoder, { ...generation, processor: biased(false) })).toEqual(inside);
    expect(await generated(decoders[0], { ...generation, processor: grammar(true) })).not.toEqual(inside);
    await Promise.all(decoders.map((decoder) => decoder.dispose()));
  },
);

test("the logits processors have received the ids that were returned, and no others of the run", async () => {
  const decoder = await load("wasm", RELATIVE);
  const received: number[] = [];
  const returned: number[] = [];
  const sampler = new Sampler({ seed: 3 });
  const processors = [{ push: (id: number) => void received.push(id) }];
  for await (const { id } of generateIds(decoder, { prompt: [389, 375], sampler, processors })) {
    returned.push(id);
    expect(received).toEqual([389, 375, ...returned]);
    if (returned.length === 20) break;
  }
  expect(received).toHaveLength(22);
  await decoder.dispose();
});

test("a run samples ids, reads them, and leaves the same cache as single steps", async () => {
  const decoder = await load("wasm", RELATIVE);
  const prompt = randomIds(50, 416, 1);
  const [cache, other] = [decoder.createCache(), decoder.createCache()];
  await decoder.forward(prompt, cache);
  await decoder.forward(prompt, other);
  const sampling = new Sampler({ seed: 1 }).graphInputs(0, 7, 416);
  const [run] = await decoder.sampleInGraph([60, 61], cache, [sampling]);
  const { ids, isStuck } = run ?? { ids: new Int32Array(0), isStuck: true };
  expect(ids).toHaveLength(7);
  expect(isStuck).toBe(false);
  expect(cache.position).toBe(58);
  for (const id of [60, 61, ...ids.subarray(0, -1)]) await decoder.forward([id], other);
  const after = await decoder.forward([5], cache);
  expect(relativeError(after, await decoder.forward([5], other))).toBeLessThan(1e-5);
  await decoder.dispose();
});

/** With OSTINATO_LONG set, the full number of seeds and ids; it takes minutes. */
const [SEEDS, COUNT] = process.env["OSTINATO_LONG"] ? [20, 500] : [2, 200];

test(
  "the piano model samples the same ids in Node and in WebAssembly, except for ties within rounding",
  { timeout: 1_200_000 },
  async () => {
    const [node, wasm] = [
      await loadMusicModel("piano", { backend: "node", threads: 1 }),
      await loadMusicModel("piano", { backend: "wasm", threads: 1 }),
    ];
    const partings: { seed: number; step: number; margin: number }[] = [];
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const generation = { prompt: [389], options: { seed }, count: COUNT, processor: grammar(true) };
      const ids = await generated(node.decoder, generation);
      const others = await generated(wasm.decoder, generation);
      const parted = await parting(node.decoder, generation, ids, others);
      if (parted) partings.push({ seed, ...parted });
    }
    const seen = JSON.stringify(partings);
    expect(partings.length, seen).toBeLessThanOrEqual(SEEDS / 10);
    for (const { margin } of partings) expect(margin, seen).toBeLessThan(1e-4);
    await Promise.all([node.dispose(), wasm.dispose()]);
  },
);
