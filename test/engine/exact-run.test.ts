import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseScheme, type DecoderConfig, graphWeights } from "../../models/index.ts";
import { SCHEMES } from "../../models/graph/quantization-scheme.ts";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { generateIds } from "../../src/engine/generate.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { speculate } from "../../src/engine/speculate.ts";
import type { Drafter } from "../../src/engine/speculation/index.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors } from "../models/reference.ts";

const LEARNED: DecoderConfig = {
  vocabularySize: 60,
  layers: 2,
  width: 64,
  heads: 4,
  feedForward: 128,
  position: { kind: "learned" },
  window: 96,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const RELATIVE: DecoderConfig = {
  ...LEARNED,
  position: { kind: "relative", maxDistance: 96, sharedHeads: false },
};
const SHARED: DecoderConfig = {
  ...LEARNED,
  position: { kind: "relative", maxDistance: 48, sharedHeads: true },
};
const MOST = 9;

/** A decoder with the scheme of large models. */
async function loadExact(config: DecoderConfig, runtime: Runtime): Promise<Decoder> {
  const scheme = SCHEMES.int8.node;
  const weights = await graphWeights(config, randomTensors(config, 9), scheme);
  return Decoder.fromWeights({ config, scheme, weights, runtime });
}

describe.each([
  ["learned positions", LEARNED, false],
  ["relative positions", RELATIVE, false],
  ["relative positions that heads share, beyond the greatest distance", SHARED, false],
  ["an attention sink", RELATIVE, true],
])("int8 in Node with %s", (_, config, withSink) => {
  let decoder: Decoder;
  const ids = randomIds(200, config.vocabularySize, 3);

  beforeAll(async () => {
    const runtime = await createNodeRuntime({ backend: "node", threads: 2 });
    decoder = await loadExact(config, runtime);
  });

  afterAll(() => decoder.dispose());

  test.each([4, 5, 6, 7, 30, 61, 79])(
    "a run of nine ids behind %i has the bits of single runs",
    async (held) => {
      const together = decoder.createCache(withSink);
      await decoder.forward(ids.slice(0, held), together);
      const single = together.fork();
      expect(await decoder.exactRunLength(together)).toBe(MOST);
      const all = await decoder.forward(ids.slice(held, held + MOST), together, { logits: "all" });
      const each: number[] = [];
      for (const id of ids.slice(held, held + MOST)) each.push(...(await decoder.forward([id], single)));
      expect([...all]).toEqual(each);
      expect(together.keys(1)).toEqual(single.keys(1));
      expect(together.values(1)).toEqual(single.values(1));
    },
  );

  test("the attention weights of the last of several ids are those of a single run", async () => {
    const together = decoder.createCache(withSink);
    await decoder.forward(ids.slice(0, 21), together);
    const single = together.fork();
    await decoder.forward(ids.slice(21, 25), single);
    const last = await decoder.forwardWithAttention(ids.slice(25, 26), single, { heads: [1, 3] });
    const all = await decoder.forwardWithAttention(ids.slice(21, 26), together, { heads: [1, 3] });
    expect(all.attention).toEqual(last.attention);
    const [first] = all.attention;
    expect(first?.weights).toHaveLength(2 * 26);
    const sum = first?.weights.subarray(0, 26).reduce((total, weight) => total + weight, 0);
    expect(sum).toBeCloseTo(1, 5);
  });

  test("drafts leave the ids as they are", async () => {
    const count = config.position.kind === "learned" ? 70 : 220;
    const generated = async (draft: boolean): Promise<[readonly number[], number]> => {
      const cached = new CachedContext(decoder, withSink);
      const context = draft ? speculate(decoder, cached, halfRight(config.vocabularySize)) : cached;
      const found: number[] = [];
      const sampler = new Sampler({ seed: 3, topK: 4 });
      for await (const { id } of generateIds(decoder, { prompt: ids.slice(0, 8), sampler, context }))
        if (found.push(id) === count) break;
      return [found, context && "report" in context ? context.report.drafted : 0];
    };
    const [plain] = await generated(false);
    const [drafted, read] = await generated(true);
    expect(drafted).toEqual(plain);
    expect(read).toBeGreaterThan(20);
  });
});

/** Drafts of one id and of three, some of which are right. */
function halfRight(vocabularySize: number): Drafter {
  const last: number[] = [];
  return {
    start: (ids) => void last.push(...ids),
    push: (id) => void last.push(id),
    draft: () => ({
      ids: Array.from(
        { length: last.length % 2 === 0 ? 1 : 3 },
        (_, i) => ((last.at(-1) ?? 0) * 7 + i) % vocabularySize,
      ),
      kind: 0,
    }),
  };
}

describe("the ids of a run", () => {
  const load = async (config: DecoderConfig, precision: "fp32" | "int8"): Promise<Decoder> =>
    Decoder.load({
      config,
      tensors: randomTensors(config, 9),
      precision,
      runtime: await createNodeRuntime({ backend: "node", threads: 1 }),
    });

  test("are not limited in fp32", async () => {
    const decoder = await load(LEARNED, "fp32");
    expect(await decoder.exactRunLength(decoder.createCache())).toBe(Infinity);
    await decoder.dispose();
  });

  test("are one in int8 where matrices have no blocks, in the first group, and where the window slides", async () => {
    const narrow = await load({ ...LEARNED, width: 24 }, "int8");
    expect(await narrow.exactRunLength(narrow.createCache())).toBe(1);
    await narrow.dispose();
    const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
    const decoder = await loadExact({ ...RELATIVE, window: 32 }, runtime);
    const cache = decoder.createCache();
    expect(await decoder.exactRunLength(cache)).toBe(1);
    await decoder.forward(randomIds(28, 60, 1), cache);
    expect(await decoder.exactRunLength(cache)).toBe(4);
    await decoder.forward([1, 2, 3, 4, 5], cache);
    expect(await decoder.exactRunLength(cache)).toBe(1);
    await decoder.dispose();
  });
});

test("small models with relative attention have no exact rows, and read no drafts in int8", async () => {
  expect(chooseScheme("int8", "node", LEARNED).isExact).toBe(true);
  expect(chooseScheme("int8", "node", { ...RELATIVE, layers: 24, width: 1024 }).isExact).toBe(true);
  expect(chooseScheme("int8", "node", RELATIVE)).toEqual({ ...SCHEMES.int8.node, isExact: false });
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const small = await Decoder.load({
    config: RELATIVE,
    tensors: randomTensors(RELATIVE, 9),
    runtime,
    precision: "int8",
  });
  const cache = small.createCache();
  await small.forward(randomIds(20, RELATIVE.vocabularySize, 3), cache);
  expect(await small.exactRunLength(cache)).toBe(1);
  await small.dispose();
});
