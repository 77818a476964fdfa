import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { generateIds, type GenerateIdsOptions } from "../../src/engine/generate.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { speculate } from "../../src/engine/speculate.ts";
import { SpeculativeContext } from "../../src/engine/speculative-context.ts";
import { type Drafter, SuffixDrafter } from "../../src/engine/speculation/index.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomIds, randomTensors } from "../models/reference.ts";
import { learnedDecoder, relativeDecoder } from "./tiny-decoder.ts";

const LEARNED = learnedDecoder(32);
const RELATIVE = relativeDecoder(32);
const PROMPT = randomIds(5, LEARNED.vocabularySize, 8);
/** More than a window. */
const COUNT = 200;

/** Drafts the ids of a list, of which every `wrong`th is another; three at a time. */
function drafterOf(ids: readonly number[], wrong: number): Drafter {
  let next = 0;
  return {
    start: () => undefined,
    push: () => {
      next += 1;
    },
    draft: (mostOf) => ({
      ids: ids
        .slice(next, next + Math.min(3, mostOf(0)))
        .map((id, i) => ((next + i) % wrong === wrong - 1 ? (id + 1) % 50 : id)),
      kind: 0,
    }),
  };
}

async function generated(
  decoder: Decoder,
  options: Partial<GenerateIdsOptions>,
  count = COUNT,
): Promise<number[]> {
  const ids: number[] = [];
  const request = { prompt: PROMPT, sampler: new Sampler({ seed: 3 }), ...options };
  for await (const { id } of generateIds(decoder, request)) if (ids.push(id) === count) break;
  return ids;
}

describe.each([
  ["learned positions, whose context shifts", LEARNED, false],
  ["relative positions", RELATIVE, false],
  ["an attention sink", { ...RELATIVE, window: 128 }, true],
])("speculative decoding with %s", (_, config, withSink) => {
  let decoder: Decoder;
  let ids: readonly number[];
  const context = (): CachedContext => new CachedContext(decoder, withSink);

  beforeAll(async () => {
    const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
    decoder = await Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
    ids = await generated(decoder, { context: context(), contextShift: true });
  });

  afterAll(() => decoder.dispose());

  test.each([
    ["right", Infinity],
    ["half right", 2],
    ["nearly always right", 7],
    ["wrong", 1],
  ])("gives the ids that it gives without, where drafts are %s", async (_name, wrong) => {
    const speculative = new SpeculativeContext(context(), drafterOf(ids, wrong), 0.1);
    expect(await generated(decoder, { context: speculative, contextShift: true })).toEqual(ids);
    const { runs, drafted, accepted } = speculative.report;
    expect(runs + accepted).toBe(COUNT - 1);
    expect(accepted).toBeLessThanOrEqual(drafted);
    if (wrong === 1) expect(accepted).toBe(0);
    else expect(accepted).toBeGreaterThan(COUNT / 5);
  });

  test("gives the given ids and the logits without, where ids are replaced", async () => {
    const forced = Array.from({ length: COUNT }, (_id, i) => [7, 3, 9, 9, 12, 4][i % 6]!);
    const run = async (each: CachedContext | SpeculativeContext): Promise<number[]> => {
      let step = 0;
      const sampled: number[] = [];
      const override = async ({ id }: { readonly id: number }): Promise<number> => {
        sampled.push(id);
        step += 1;
        return forced[step - 1]!;
      };
      await generated(decoder, { context: each, contextShift: true, override });
      return sampled;
    };
    const speculative = new SpeculativeContext(context(), new SuffixDrafter(), 0.1);
    expect(await run(speculative)).toEqual(await run(context()));
    // Of a piece that repeats itself nearly all drafts are right.
    expect(speculative.report.runs).toBeLessThan(COUNT / 2);
  });

  test("computes the logits that a draft names, and reads again where others are needed", async () => {
    const range = { first: 10, count: 30 };
    const narrow = { first: 12, count: 5 };
    const drafter: Drafter = {
      ...drafterOf([11, 12, 13, 14, 15, 16], Infinity),
      draft: () => ({ ids: [12, 13], kind: 0, range }),
    };
    const speculative = new SpeculativeContext(context(), drafter, 0.1);
    const plain = context();
    for (const each of [speculative, plain]) await each.prefill(PROMPT);
    const logits = async (id: number, wanted?: typeof range): Promise<Float32Array> => {
      const found = (await speculative.append([id], { range: wanted })).logits;
      const { logits: expected } = await plain.append([id], { range: wanted });
      expect(found).toHaveLength(wanted?.count ?? LEARNED.vocabularySize);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
      return found;
    };
    await logits(11, narrow);
    await logits(12, range); // drafted
    expect(speculative.report).toEqual({ runs: 1, drafted: 2, accepted: 1 });
    await logits(13); // drafted, but with the logits of `range` only
    expect(speculative.report).toMatchObject({ runs: 2, accepted: 1 });
    // The draft behind 13 begins with 12.
    await logits(12, narrow);
    expect(speculative.report).toMatchObject({ runs: 2, accepted: 2 });
  });

  test("leaves a context that others can use, as if nothing had been drafted", async () => {
    const cached = context();
    const speculative = new SpeculativeContext(cached, drafterOf(ids, 4), 0.1);
    await generated(decoder, { context: speculative }, 20);
    speculative.settle();
    expect(cached.length).toBe(PROMPT.length + 19);
    expect(cached.commonPrefixLength([...PROMPT, ...ids])).toBe(PROMPT.length + 19);
    const next = await generated(
      decoder,
      { prompt: [...PROMPT, ...ids.slice(0, 20)], context: cached, randomStep: 20 },
      5,
    );
    expect(next).toEqual(ids.slice(20, 25));
  });
});

test("WebAssembly does not draft: its runs sample in the graph", async () => {
  const runtime = await createNodeRuntime({ backend: "wasm", threads: 1 });
  const decoder = await Decoder.load({ config: RELATIVE, tensors: randomTensors(RELATIVE, 5), runtime });
  expect(speculate(decoder, new CachedContext(decoder))).toBeUndefined();
  await decoder.dispose();
});
