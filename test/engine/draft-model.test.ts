import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DecoderConfig, Precision } from "../../models/index.ts";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { DraftModel, type DraftedIds } from "../../src/engine/draft-model.ts";
import { generateIds, type GenerateIdsOptions } from "../../src/engine/generate.ts";
import type { LogitsProcessor } from "../../src/engine/logits-processor.ts";
import { ModelDrafter } from "../../src/engine/model-drafter.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { speculate } from "../../src/engine/speculate.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { OptionError } from "../../src/options.ts";
import { randomIds, randomTensors } from "../models/reference.ts";
import { learnedDecoder, relativeDecoder } from "./tiny-decoder.ts";

const LEARNED = learnedDecoder(32);
const RELATIVE = relativeDecoder(32);
const INT8: DecoderConfig = { ...LEARNED, width: 64, feedForward: 128, window: 96 };
const PROMPT = randomIds(5, LEARNED.vocabularySize, 8);
const NAMED = { name: "numbers" };

async function load(
  config: DecoderConfig,
  { seed = 5, backend = "node" as "node" | "wasm", precision = "fp32" as Precision } = {},
): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  return Decoder.load({ config, tensors: randomTensors(config, seed), runtime, precision });
}

async function generated(
  decoder: Decoder,
  seed: number,
  count: number,
  options: Partial<GenerateIdsOptions> = {},
): Promise<number[]> {
  const ids: number[] = [];
  const sampler = new Sampler({ seed, topP: 0.9 });
  const request = { prompt: PROMPT, sampler, contextShift: true, ...options };
  for await (const { id } of generateIds(decoder, request)) if (ids.push(id) === count) break;
  return ids;
}

describe.each([
  ["learned positions, whose context shifts", LEARNED, false],
  ["relative positions", RELATIVE, false],
  ["an attention sink", { ...RELATIVE, window: 64 }, true],
])("a draft model with %s", (_, config, withSink) => {
  /** More than a window. */
  const COUNT = 70;
  const SEEDS = 12;
  let model: Decoder;
  let other: Decoder;
  const context = (): CachedContext => new CachedContext(model, withSink);

  beforeAll(async () => {
    model = await load({ ...config, layers: 5 });
    other = await load({ ...config, layers: 1 }, { seed: 6 }); // costs little enough to draft
  });

  afterAll(async () => {
    await model.dispose();
    await other.dispose();
  });

  test("gives the ids that the model gives without, for twelve seeds", async () => {
    const draftModel = new DraftModel({ decoder: other, vocabulary: NAMED });
    const target = { decoder: model, vocabulary: NAMED };
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const cached = context();
      const drafted = await draftModel.speculate(target, cached, PROMPT);
      const ids = await generated(model, seed, COUNT, { context: drafted.context });
      drafted.settle();
      expect(ids).toEqual(await generated(model, seed, COUNT, { context: context() }));
      expect(cached.commonPrefixLength([...PROMPT, ...ids])).toBe(PROMPT.length + COUNT - 1);
    }
    const { runs, drafted, accepted } = draftModel.report;
    expect(runs + accepted).toBe(SEEDS * (COUNT - 1));
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(drafted);
  });

  test("of the same weights, all drafted ids are accepted, with every rule", async () => {
    const mask: LogitsProcessor = parity();
    const sampler = new Sampler({ seed: 3, temperature: 0.9, repetitionPenalty: 1.2, topK: 20 });
    const drafter = new ModelDrafter(new CachedContext(model, withSink), 0);
    const speculative = speculate(model, context(), drafter)!;
    const request = { sampler, processors: [mask], context: speculative };
    const ids = await generated(model, 3, COUNT, request);
    const { runs, drafted, accepted } = speculative.report;
    expect(runs + accepted).toBe(COUNT - 1);
    // The last draft reaches beyond the end.
    expect(drafted - accepted).toBeLessThan(8);
    expect(runs).toBeLessThan(COUNT / 3);
    const plain = { sampler, processors: [parity()], context: context() };
    expect(ids).toEqual(await generated(model, 3, COUNT, plain));
  });

  test("serves a second generation from its prefix cache, and several at once", async () => {
    const draftModel = new DraftModel({ decoder: other });
    const run = async (seed: number): Promise<number[]> => {
      const drafted = await draftModel.speculate({ decoder: model }, context(), PROMPT);
      const ids = await generated(model, seed, 30, { context: drafted.context });
      drafted.settle();
      return ids;
    };
    const together = await Promise.all([run(1), run(2), run(3)]);
    const after = [await run(1), await run(2), await run(3)];
    expect(after).toEqual(together);
    expect(after[0]).toEqual(await generated(model, 1, 30, { context: context() }));
  });
});

/** Allows ids that differ from the last one by an odd number: a state that a draft must not change. */
function parity(last = 0): LogitsProcessor {
  return {
    push: (id) => {
      last = id;
    },
    mask: (allowed) => {
      for (let id = 0; id < allowed.length; id += 1) if ((id + last) % 2 === 0) allowed[id] = 0;
    },
    fork: () => parity(last),
  };
}

test("a processor that cannot fork leaves the ids as they are", async () => {
  const model = await load(LEARNED);
  const { context, settle } = await new DraftModel({ decoder: model }).speculate(
    { decoder: model },
    new CachedContext(model),
    PROMPT,
  );
  const ids = await generated(model, 4, 60, { context, processors: [stateful()] });
  settle();
  expect(ids).toEqual(await generated(model, 4, 60, { processors: [stateful()] }));
  await model.dispose();
});

/** As `parity`, without `fork`. */
function stateful(): LogitsProcessor {
  const { push, mask } = parity();
  return { push, mask: (allowed) => mask?.(allowed) };
}

test("in int8 the ids are those without", async () => {
  const model = await load(INT8, { precision: "int8" });
  const other = await load({ ...INT8, layers: 1 }, { precision: "int8" });
  const draftModel = new DraftModel({ decoder: other });
  const drafted = await draftModel.speculate({ decoder: model }, new CachedContext(model), PROMPT);
  const ids = await generated(model, 3, 80, { context: drafted.context });
  drafted.settle();
  expect(ids).toEqual(await generated(model, 3, 80));
  expect(draftModel.report.drafted).toBeGreaterThan(20);
  await model.dispose();
  await other.dispose();
});

describe("a draft model is refused", () => {
  const tokens = (words: readonly string[]): DraftedIds["tokenizer"] => ({
    has: (id) => id < words.length,
    bytes: (id) => new TextEncoder().encode(words[id]),
  });
  let decoder: Decoder;

  beforeAll(async () => {
    decoder = await load(RELATIVE);
  });

  afterAll(() => decoder.dispose());

  const problem = async (draft: DraftedIds, model: DraftedIds): Promise<string> => {
    const error: unknown = await new DraftModel(draft).check(model).catch((thrown: unknown) => thrown);
    return error instanceof OptionError ? `${error.code}: ${error.message}` : "none";
  };

  test("with another number of ids", async () => {
    const larger = await load({ ...RELATIVE, vocabularySize: 51 });
    expect(await problem({ decoder: larger }, { decoder })).toBe(
      "not-for-this-model: the draft model has 51 ids, and the model 50",
    );
    await larger.dispose();
  });

  test("with other tokens, or fewer", async () => {
    const model = { decoder, tokenizer: tokens(["a", "c"]) };
    expect(await problem({ decoder, tokenizer: tokens(["a", "b"]) }, model)).toBe(
      'not-for-this-model: the draft model has another vocabulary: id 1 is "b", and of the model "c"',
    );
    expect(await problem({ decoder, tokenizer: tokens(["a"]) }, model)).toBe(
      'not-for-this-model: the draft model has another vocabulary: id 1 is no token, and of the model "c"',
    );
    expect(await problem({ decoder, tokenizer: tokens(["a", "c"]) }, model)).toBe("none");
  });

  test("with another vocabulary of music, or of text", async () => {
    const performance = { decoder, vocabulary: { name: "performance-388" } };
    expect(await problem({ decoder, vocabulary: { name: "arrival-55028" } }, performance)).toBe(
      "not-for-this-model: the ids of the draft model are arrival-55028, and those of the model performance-388",
    );
    expect(await problem({ decoder, tokenizer: tokens(["a"]) }, performance)).toBe(
      "not-for-this-model: the ids of the draft model are text, and those of the model performance-388",
    );
  });

  test("whose positions end before those of the model", async () => {
    const long = await load({ ...LEARNED, window: 64 });
    const short = await load(LEARNED);
    expect(await problem({ decoder: short }, { decoder: long })).toBe(
      "not-for-this-model: the window of the draft model has 32 ids, and that of the model 64",
    );
    expect(await problem({ decoder: long }, { decoder: short })).toBe("none");
    await long.dispose();
    await short.dispose();
  });

  test("by WebAssembly", async () => {
    const model = await load(RELATIVE, { backend: "wasm" });
    expect(await problem({ decoder }, { decoder: model })).toBe(
      "not-for-this-model: a draft model needs the native runtime, and this model runs with wasm",
    );
    await model.dispose();
  });

  test("where int8 rows of a run have other bits than alone", async () => {
    const model = await load({ ...RELATIVE, width: 64 }, { precision: "int8" });
    expect(await problem({ decoder }, { decoder: model })).toBe(
      "not-for-this-model: a draft model would change the ids of this model in its precision",
    );
    await model.dispose();
  });
});
