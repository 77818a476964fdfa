import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DecoderConfig, Precision } from "../../models/index.ts";
import {
  CachedContext,
  Decoder,
  explainSample,
  type GeneratedId,
  generateIds,
  type IdRange,
  type LogitsProcessor,
  Sampler,
  SequenceBatch,
} from "../../src/engine/index.ts";
import { columnsOf, Head } from "../../src/engine/head-slices.ts";
import type { SamplingOptions } from "../../src/options.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors } from "../models/reference.ts";

/** Ids 0 to 71, 72 to 79 and 80 to 179 are sampled in turn; 180 to 299 never. */
const SLICES = [72, 8, 100];
const RANGES = [
  { first: 0, count: 72 },
  { first: 72, count: 8 },
  { first: 80, count: 100 },
] as const;
const CONFIG: DecoderConfig = {
  vocabularySize: 300,
  layers: 2,
  width: 64,
  heads: 2,
  feedForward: 96,
  window: 400,
  position: { kind: "learned" },
  normEpsilon: 1e-5,
  tiedHead: true,
};
const ALL = { first: 0, count: 300 };
const TENSORS = randomTensors(CONFIG, 5);

async function load(
  backend: "node" | "wasm",
  precision: Precision,
  headSlices: readonly number[],
): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  return Decoder.load({ config: CONFIG, tensors: TENSORS, runtime, precision, headSlices });
}

/** Allows the ids of one range after the other, but for every seventh id. */
class Slots implements LogitsProcessor {
  #pushed = 0;

  push(): void {
    this.#pushed += 1;
  }

  mask(allowed: Uint8Array): void {
    const { first, count } = this.slot;
    for (const id of allowed.keys()) if (id < first || id >= first + count || id % 7 === 0) allowed[id] = 0;
  }

  protected get slot(): (typeof RANGES)[number] {
    return RANGES[this.#pushed % 3]!;
  }
}

/** Says which range it is. */
class RangedSlots extends Slots {
  range(): (typeof RANGES)[number] {
    return this.slot;
  }
}

/** Rules of all kinds: with ids of their own, and with sums over all ids. */
const OPTIONS: readonly SamplingOptions[] = [
  { temperature: 0 },
  {
    seed: 3,
    topP: 0.9,
    repetitionPenalty: 1.2,
    logitBias: new Map([
      [5, 2],
      [75, -1],
      [250, 3],
    ]),
  },
  { seed: 3, pitchTemperature: 1.4, topK: 9, minP: 0.02, temperature: 1.1 },
  { seed: 3, typicalP: 0.8, topNSigma: 2 },
  { seed: 3, dynamics: "p" },
];

async function generated(
  decoder: Decoder,
  slots: LogitsProcessor,
  options: SamplingOptions,
  candidates?: number,
): Promise<GeneratedId[]> {
  const sampler = new Sampler(options, { first: 80, count: 90 }, { first: 76, count: 60 });
  const samples: GeneratedId[] = [];
  const request = {
    prompt: randomIds(9, 300, 3),
    sampler,
    processors: [slots],
    ...(candidates ? { candidates } : {}),
  };
  for await (const sample of generateIds(decoder, request)) if (samples.push(sample) === 24) break;
  return samples;
}

describe("Head", () => {
  const head = new Head(SLICES, 300, false);

  it("selects the slices that contain a range", () => {
    expect(head.select({ first: 0, count: 72 })).toEqual({
      flags: Int32Array.of(1, 0, 0, 0),
      ids: { first: 0, count: 72 },
    });
    expect(head.select({ first: 75, count: 6 })).toEqual({
      flags: Int32Array.of(0, 1, 1, 0),
      ids: { first: 72, count: 108 },
    });
    expect(head.select({ first: 299, count: 1 }).ids).toEqual({ first: 180, count: 120 });
    expect(head.select({ first: 0, count: 300 }).flags).toEqual(Int32Array.of(1, 1, 1, 1));
  });

  it("selects no slice for no ids, or the smallest if each run needs one", () => {
    expect(head.select({ first: 0, count: 0 })).toEqual({
      flags: Int32Array.of(0, 0, 0, 0),
      ids: { first: 0, count: 0 },
    });
    expect(new Head(SLICES, 300, true).select({ first: 0, count: 0 }).flags).toEqual(
      Int32Array.of(0, 1, 0, 0),
    );
  });

  it("refuses ids outside the vocabulary", () => {
    expect(() => head.select({ first: 290, count: 11 })).toThrow(
      "ids 290 to 300 are not in the vocabulary of 300 ids",
    );
    expect(() => head.select({ first: -1, count: 2 })).toThrow(RangeError);
    expect(() => head.select({ first: 0.5, count: 1 })).toThrow(RangeError);
  });

  it("is whole without counts, or with counts of more ids than the vocabulary has", () => {
    expect(new Head([], 300, false).isSliced).toBe(false);
    expect(new Head([200, 101], 300, false).isSliced).toBe(false);
    expect(new Head([200, 100], 300, false).isSliced).toBe(true);
  });
});

it("columnsOf takes the columns of a range from each row", () => {
  const logits = Float32Array.of(1, 2, 3, 4, 5, 6);
  expect(columnsOf(logits, { first: 10, count: 3 }, { first: 11, count: 2 })).toEqual(
    Float32Array.of(2, 3, 5, 6),
  );
  expect(columnsOf(logits, { first: 10, count: 6 }, { first: 14, count: 1 })).toEqual(Float32Array.of(5));
  expect(columnsOf(logits, { first: 10, count: 3 }, { first: 0, count: 0 })).toEqual(new Float32Array(0));
});

describe.each([
  ["node", "fp32"],
  ["node", "int8"],
  ["wasm", "fp32"],
  ["wasm", "int8"],
] as const)("a head with slices, %s, %s", (backend, precision) => {
  let sliced: Decoder;
  let whole: Decoder;

  beforeAll(async () => {
    [sliced, whole] = await Promise.all([load(backend, precision, SLICES), load(backend, precision, [])]);
  });

  afterAll(() => Promise.all([sliced.dispose(), whole.dispose()]));

  it("returns the logits of the whole head", async () => {
    const prompt = randomIds(7, 300, 1);
    const all = await whole.forward(prompt, whole.createCache(), { logits: "all" });
    for (const range of [ALL, ...RANGES, { first: 60, count: 15 }, { first: 200, count: 100 }]) {
      const expected = columnsOf(all, ALL, range);
      expect(expected).toHaveLength(7 * range.count);
      const options = { logits: "all", range } as const;
      expect(await sliced.forward(prompt, sliced.createCache(), options)).toEqual(expected);
      expect(await whole.forward(prompt, whole.createCache(), options)).toEqual(expected);
    }
  });

  it("reads a prompt of several chunks without the head, and returns the logits of its last id", async () => {
    const prompt = randomIds(300, 300, 2);
    const [range] = RANGES;
    const all = await whole.forward(prompt, whole.createCache());
    expect(await sliced.forward(prompt, sliced.createCache(), { range })).toEqual(all.subarray(0, 72));
    const [cache, other] = [sliced.createCache(), whole.createCache()];
    expect(await sliced.forward(prompt.slice(0, 299), cache, { range: { first: 0, count: 0 } })).toHaveLength(
      0,
    );
    await whole.forward(prompt.slice(0, 299), other);
    const expected = await whole.forward(prompt.slice(299), other);
    expect(await sliced.forward(prompt.slice(299), cache, { range })).toEqual(expected.subarray(0, 72));
  });

  it("samples the ids and candidates of the whole head", async () => {
    for (const options of OPTIONS) {
      const expected = await generated(whole, new Slots(), options, 4);
      expect(await generated(sliced, new RangedSlots(), options, 4)).toEqual(expected);
      const ids = expected.map(({ id }) => ({ id }));
      expect(await generated(sliced, new RangedSlots(), options)).toEqual(ids);
    }
  });

  it("explains a sample as the whole head does", async () => {
    const prompt = randomIds(10, 300, 3);
    const explained = (decoder: Decoder, slots: LogitsProcessor) =>
      explainSample(new CachedContext(decoder), 300, {
        prompt,
        id: 75,
        sampler: new Sampler({ seed: 1 }),
        processors: [slots],
        candidates: 5,
        attention: { layers: [1] },
      });
    const expected = await explained(whole, new Slots());
    expect(expected.candidates.map(({ id }) => id)).toEqual(expect.arrayContaining([76]));
    expect(await explained(sliced, new RangedSlots())).toEqual(expected);
  });

  it("gives each sequence of a batch the logits of its range", async () => {
    const prompt = randomIds(5, 300, 4);
    const [all, own] = [new SequenceBatch(whole, 2), new SequenceBatch(sliced, 2)];
    const read = ({ sequences }: SequenceBatch, ranges: readonly IdRange[]) =>
      Promise.all(
        sequences.map(async (sequence, i) => {
          const range = ranges[i]!;
          const { logits } = await sequence.prefill(prompt, { range });
          const { logits: next } = await sequence.append([7 + i], { range });
          return [logits, next];
        }),
      );
    for (const ranges of [
      [RANGES[2], RANGES[2]],
      [RANGES[1], RANGES[0]],
    ]) {
      const expected = await read(all, [ALL, ALL]);
      const found = await read(own, ranges);
      expect(found).toEqual(expected.map((rows, i) => rows.map((row) => columnsOf(row, ALL, ranges[i]!))));
    }
  });
});
