/** What the graph does not sample, and where a run of it ends early. */
import { describe, expect, test } from "vitest";
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { generateIds } from "../../src/engine/generate.ts";
import { stepsPerRun } from "../../src/engine/in-graph.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomTensors, relativeError } from "../models/reference.ts";
import { generated } from "./agreement.ts";
import { grammar, LEARNED, load, RELATIVE } from "./in-graph-decoder.ts";

describe("rules that the graph does not have are applied step by step", () => {
  test.each([
    ["the repetition penalty", { options: { seed: 3, repetitionPenalty: 1.5 } }],
    ["a processor without tables", { options: { seed: 3 }, processor: grammar(false) }],
  ])("%s", async (_, part) => {
    const generation = { prompt: [389, 375], count: 40, ...part };
    const [wasm, node] = [await load("wasm", RELATIVE), await load("node", RELATIVE)];
    expect(await generated(wasm, generation)).toEqual(await generated(node, generation));
    await Promise.all([wasm.dispose(), node.dispose()]);
  });
});

describe("if biases and grammar exclude all ids", () => {
  /** After a velocity only note-ons are allowed, and all are banned; so the piece ends after the first velocity. */
  const noNotes = new Map<number, number>();
  for (let pitch = 0; pitch < 128; pitch += 1) noNotes.set(pitch, -Infinity);
  for (let bin = 1; bin <= 32; bin += 1) noNotes.set(PERFORMANCE_416.id("VELOCITY", bin), -30);
  test.each(["in the graph", "step by step"])(
    "returns the ids before, then throws: sampled %s",
    async (how) => {
      const decoder = await load("wasm", RELATIVE);
      const ids: number[] = [];
      const generating = async (): Promise<void> => {
        const sampler = new Sampler({ seed: 3, logitBias: noNotes, temperature: 2 });
        const prompt = [389, 375, 60, 64, 270];
        const processor = grammar(how === "in the graph")();
        for await (const { id } of generateIds(decoder, { prompt, sampler, processors: [processor] }))
          ids.push(id);
      };
      await expect(generating()).rejects.toMatchObject({
        code: "no-allowed-id",
        message: "no id is allowed, so none can be sampled",
      });
      expect(ids.length).toBeGreaterThan(2);
      expect(PERFORMANCE_416.event(ids.at(-1) ?? 0).kind).toBe("VELOCITY");
      expect(ids.slice(0, -1).map((id) => PERFORMANCE_416.event(id).kind)).not.toContain("VELOCITY");
      lengths.push(ids.length);
      await decoder.dispose();
    },
  );
  const lengths: number[] = [];

  test("both ways of sampling stop after the same ids", () => {
    expect(lengths[0]).toBe(lengths[1]);
  });

  test("the cache contains the ids read before", async () => {
    const [wasm, stepping] = [await load("wasm", RELATIVE), await load("wasm", RELATIVE)];
    const cache = wasm.createCache();
    await wasm.forward([389, 375], cache);
    const banned = new Map(Array.from({ length: 416 }, (_, id) => [id, -Infinity] as const));
    const sampler = new Sampler({ seed: 3, logitBias: banned });
    expect(await wasm.sampleInGraph([60, 61], cache, [sampler.graphInputs(0, 8, 416)])).toEqual([
      { ids: new Int32Array(0), isStuck: true },
    ]);
    expect(cache.position).toBe(4);
    const other = stepping.createCache();
    await stepping.forward([389, 375, 60, 61], other);
    const error = relativeError(await wasm.forward([7], cache), await stepping.forward([7], other));
    expect(error).toBeLessThan(1e-5);
    await Promise.all([wasm.dispose(), stepping.dispose()]);
  });
});

test("throws when learned positions run out, or shifts the context", async () => {
  const [wasm, node] = [await load("wasm", LEARNED), await load("node", LEARNED)];
  const generation = { prompt: [389, 375], options: { seed: 9 }, count: 200 };
  await expect(generated(wasm, generation)).rejects.toMatchObject({ code: "context-full" });
  const rolling = { ...generation, contextShift: true };
  expect(await generated(wasm, rolling)).toEqual(await generated(node, rolling));
  await Promise.all([wasm.dispose(), node.dispose()]);
});

test("an abort stops it between two runs", async () => {
  const inner = await createNodeRuntime({ backend: "wasm", threads: 1 });
  let runs = 0;
  const runtime: Runtime = {
    backend: "wasm",
    createSession: async (model, weights) => {
      const session = await inner.createSession(model, weights);
      return { ...session, run: (inputs, wanted) => ((runs += 1), session.run(inputs, wanted)) };
    },
  };
  const decoder = await Decoder.load({ config: RELATIVE, tensors: randomTensors(RELATIVE, 5), runtime });
  const model = { prompt: [389, 375], options: { seed: 3 }, count: 100 };
  await generated(decoder, model);
  expect(runs).toBeLessThan(20);
  const control = new AbortController();
  runs = 0;
  const ids: number[] = [];
  const stopped = generated(decoder, {
    ...model,
    signal: control.signal,
    onId: (id) => {
      if (ids.push(id) === 5) control.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
  expect(ids.length).toBeLessThan(5 + stepsPerRun(RELATIVE));
  expect(runs).toBe(3);
  await decoder.dispose();
});

test("throws for sampling in a graph without sampling", async () => {
  const decoder = await load("node", RELATIVE);
  expect(decoder.samplesInGraph).toBe(false);
  const sampling = new Sampler().graphInputs(0, 1, 416);
  await expect(decoder.sampleInGraph([1], decoder.createCache(), [sampling])).rejects.toThrow(
    "the backend node does not sample in the graph",
  );
  await decoder.dispose();
});
