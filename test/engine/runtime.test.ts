import { afterEach, describe, expect, test, vi } from "vitest";
import { GraphBuilder, integer } from "../../models/graph/graph-builder.ts";
import { decoderGraph, type DecoderConfig, graphWeights } from "../../models/index.ts";
import { encodeModel } from "../../models/graph/onnx.ts";
import { createWasmRuntime, type Session } from "../../src/engine/runtime.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomTensors } from "../models/reference.ts";

const CONFIG: DecoderConfig = {
  vocabularySize: 5,
  layers: 1,
  width: 4,
  heads: 2,
  feedForward: 4,
  position: { kind: "relative", maxDistance: 4, sharedHeads: false },
  window: 4,
  normEpsilon: 1e-5,
  tiedHead: true,
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("onnxruntime-node");
  vi.resetModules();
});

describe("the backend", () => {
  test("is the native library by default", async () => {
    vi.stubEnv("OSTINATO_BACKEND", "");
    expect((await createNodeRuntime()).backend).toBe("node");
  });

  test("is that of the environment variable, unless the option is set", async () => {
    vi.stubEnv("OSTINATO_BACKEND", "wasm");
    expect((await createNodeRuntime()).backend).toBe("wasm");
    expect((await createNodeRuntime({ backend: "node" })).backend).toBe("node");
  });

  test("throws for an unknown backend", async () => {
    vi.stubEnv("OSTINATO_BACKEND", "gpu");
    await expect(createNodeRuntime()).rejects.toMatchObject({
      name: "EngineError",
      code: "bad-backend",
      message: 'OSTINATO_BACKEND is "gpu"',
    });
  });

  test("is WebAssembly without the native library, with one warning", async () => {
    vi.stubEnv("OSTINATO_BACKEND", "");
    vi.doMock("onnxruntime-node", () => {
      throw new Error("not installed");
    });
    const { createNodeRuntime: createFresh } = await import("../../src/platform/node/runtime.ts");
    const onWarning = vi.fn<(message: string) => void>();
    expect((await createFresh({ onWarning })).backend).toBe("wasm");
    expect((await createFresh({ onWarning })).backend).toBe("wasm");
    expect(onWarning).toHaveBeenCalledOnce();
    await expect(createFresh({ backend: "node" })).rejects.toMatchObject({ code: "bad-backend" });
  });
});

describe("threads", () => {
  test.each([0, -1, 1.5, NaN, 1000])("throws for %d", async (threads) => {
    await expect(createNodeRuntime({ threads })).rejects.toMatchObject({ code: "bad-threads" });
    await expect(createWasmRuntime({ threads })).rejects.toMatchObject({ code: "bad-threads" });
  });

  test("WebAssembly throws for a number other than the first one", async () => {
    const runtime = await createWasmRuntime({ threads: 1 });
    const weights = await graphWeights(CONFIG, randomTensors(CONFIG, 1));
    const session = await runtime.createSession(decoderGraph(CONFIG).bytes, weights);
    await expect(createWasmRuntime({ threads: 2 })).rejects.toMatchObject({ code: "bad-threads" });
    await expect(createWasmRuntime({ threads: 1 })).resolves.toMatchObject({ backend: "wasm" });
    await expect(createWasmRuntime()).resolves.toMatchObject({ backend: "wasm" });
    await session.dispose();
  });
});

test.each(["node", "wasm"] as const)("%s: throws for a graph without its weights", async (backend) => {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const loading = runtime.createSession(decoderGraph(CONFIG).bytes, new Map());
  await expect(loading).rejects.toMatchObject({ name: "EngineError", code: "session-failed" });
});

test.each(["node", "wasm"] as const)(
  "%s: weights can be changed after the session is created",
  async (backend) => {
    const runtime = await createNodeRuntime({ backend, threads: 1 });
    const weights = await graphWeights(CONFIG, randomTensors(CONFIG, 1));
    const session = await runtime.createSession(decoderGraph(CONFIG).bytes, weights);
    const empty = { type: "float32", data: new Float32Array(4), shape: [1, 2, 2] } as const;
    const inputs = {
      ids: { type: "int32", data: Int32Array.of(3), shape: [1] },
      mask: { type: "float32", data: Float32Array.of(-Infinity, 0), shape: [1, 2] },
      logits_from: { type: "int32", data: Int32Array.of(0), shape: [1] },
      "past_keys.0": empty,
      "past_values.0": empty,
    } as const;
    const before = (await session.run(inputs)).get("logits");
    for (const values of weights.values()) values.fill(0);
    expect((await session.run(inputs)).get("logits")).toEqual(before);
    await expect(session.run({ ids: inputs.ids })).rejects.toMatchObject({ code: "run-failed" });
    await session.dispose();
  },
);

test("memory patterns are off for weights in files", async () => {
  const { default: native } = await import("onnxruntime-node");
  const create = vi.spyOn(native.InferenceSession, "create").mockRejectedValue(new Error("not loaded"));
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  for (const weights of [{ path: "/weights" }, new Map()])
    await expect(runtime.createSession(new Uint8Array(1), weights)).rejects.toThrow("not loaded");
  const options = create.mock.calls.map((given): unknown => given[1]);
  create.mockRestore();
  expect(options).toEqual([
    expect.objectContaining({ enableMemPattern: false }),
    expect.not.objectContaining({ enableMemPattern: false }),
  ]);
});

test.each(["node", "wasm"] as const)("%s: simultaneous runs return each its own results", async (backend) => {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const doubled = (values: number): Promise<Session> => {
    const graph = new GraphBuilder("doubled");
    for (let i = 0; i < values; i += 1) {
      const value = graph.input(`x${i}`, "int32", [1]);
      graph.output(`y${i}`, graph.node("Add", [value, value]), "int32", [1]);
    }
    return runtime.createSession(encodeModel({ graph: graph.build(), opsets: { "": 21 } }), new Map());
  };
  const run = async (session: Session, values: readonly number[]): Promise<unknown> => {
    const input = (x: number) => ({ type: "int32", data: Int32Array.of(x), shape: [1] }) as const;
    const results = await session.run(Object.fromEntries(values.map((x, i) => [`x${i}`, input(x)])));
    return values.map((_, i) => results.get(`y${i}`)?.data[0]);
  };
  const [one, five] = [await doubled(1), await doubled(5)];
  /** A run begins while one that began earlier continues. */
  const twice = async (): Promise<unknown[]> => [await run(one, [6]), await run(five, [7, 8, 9, 10, 11])];
  expect(await Promise.all([twice(), run(five, [1, 2, 3, 4, 5]), twice()])).toEqual([
    [[12], [14, 16, 18, 20, 22]],
    [2, 4, 6, 8, 10],
    [[12], [14, 16, 18, 20, 22]],
  ]);
  await Promise.all([one.dispose(), five.dispose()]);
});

test.each([
  ["node", [2 ** 26, 2 ** 26]],
  ["wasm", [2 ** 26, 2 ** 26]], // more than an address reaches
  ["wasm", [2 ** 18, 2 ** 12 - 1]], // all that an address reaches, but for a megabyte
] as const)("%s: a run that takes more memory than there is says so: %j", async (backend, vast) => {
  const graph = new GraphBuilder("vast");
  const size = graph.node("Cast", [graph.input("size", "int32", [2])], { to: integer(7) }); // int64
  const zeros = graph.node("ConstantOfShape", [size]);
  graph.output("y", graph.node("Exp", [zeros]), "float32", ["a", "b"]);
  const model = encodeModel({ graph: graph.build(), opsets: { "": 21 } });
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  const session = await runtime.createSession(model, new Map());
  const run = (sizes: readonly [number, number]) =>
    session.run({ size: { type: "int32", data: Int32Array.from(sizes), shape: [2] } });
  await expect(run(vast)).rejects.toMatchObject({ name: "EngineError", code: "out-of-memory" });
  expect((await run([1, 2])).get("y")?.data).toEqual(Float32Array.of(1, 1));
  await session.dispose();
});
