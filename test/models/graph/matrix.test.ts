/** Decoders with int8 and int4 matrices, compared with the float64 reference. */
import { describe, expect, test } from "vitest";
import {
  chooseScheme,
  type DecoderConfig,
  decoderGraph,
  type Tensor,
  weightBytes,
} from "../../../models/index.ts";
import { GraphBuilder } from "../../../models/graph/graph-builder.ts";
import {
  columnParts,
  matrixData,
  matrixProduct,
  embeddingProduct,
  embeddingRows,
  type WeightArray,
} from "../../../models/graph/matrix.ts";
import { encodeModel } from "../../../models/graph/onnx.ts";
import { isEmbedding } from "../../../models/checkpoint/tensors.ts";
import {
  blockSize,
  matrixFormat,
  SCHEMES,
  type QuantizationScheme,
} from "../../../models/graph/quantization-scheme.ts";
import { quantizeColumns, quantizeRows } from "../../../models/graph/quantize.ts";
import { Decoder } from "../../../src/engine/decoder.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { randomIds, centredNumbers, randomTensors, referenceLogits, relativeError } from "../reference.ts";

const OPSETS = { "": 21, "com.microsoft": 1 };

const CONFIG: DecoderConfig = {
  vocabularySize: 37,
  layers: 2,
  width: 64,
  heads: 2,
  feedForward: 128,
  window: 24,
  position: { kind: "relative", maxDistance: 24, sharedHeads: false },
  normEpsilon: 1e-5,
  tiedHead: true,
};

const GPT2: DecoderConfig = {
  ...CONFIG,
  vocabularySize: 50257,
  layers: 12,
  width: 768,
  heads: 12,
  feedForward: 3072,
  window: 1024,
  position: { kind: "learned" },
};

/** Sizes that are multiples of 128, 64 and 32, and one that is none; an untied head; learned positions. */
const CONFIGS: Record<string, DecoderConfig> = {
  tied: CONFIG,
  untied: { ...CONFIG, tiedHead: false },
  learned: { ...CONFIG, position: { kind: "learned" } },
  "blocks of 32": { ...CONFIG, width: 96, heads: 3, feedForward: 160 },
  "feed-forward without blocks": { ...CONFIG, feedForward: 100 },
  "nothing in blocks": { ...CONFIG, width: 24, feedForward: 40 },
};

/** The dequantized tensors: the remaining error is that of the quantized activations. */
function asKept(scheme: QuantizationScheme, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const kept = new Map<string, Tensor>();
  for (const [name, { shape, values }] of tensors) {
    const data = new Map(matrixData(scheme, name, shape, values));
    const scales = data.get(`${name}.scales`);
    const nibbles = data.get(`${name}.int4`);
    const numbers = data.get(`${name}.int8`) ?? nibbles;
    const [rows = 0, columns = 0] = shape;
    if (!numbers || !scales) {
      kept.set(name, { shape, values });
      continue;
    }
    const restored = Float32Array.from(values, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      if (numbers instanceof Int8Array)
        return (numbers[i] ?? NaN) * (scales[isEmbedding(name) ? row : column] ?? NaN);
      const inputs = isEmbedding(name) ? columns : rows;
      const at = isEmbedding(name) ? i : column * rows + row;
      const format = nibbles ? "int4-blocks" : "int8-blocks";
      const scale = scales[Math.floor(at / (blockSize(inputs, format) ?? NaN))] ?? NaN;
      if (!nibbles) return ((numbers[at] ?? NaN) - 128) * scale;
      return ((((nibbles[at >> 1] ?? NaN) >> (4 * (at % 2))) & 15) - 8) * scale;
    });
    kept.set(name, { shape, values: restored });
  }
  return kept;
}

/** Root of the mean square of the differences, relative to that of the expected values. */
function squareError(found: ArrayLike<number>, expected: readonly number[]): number {
  const sum = (term: (value: number, i: number) => number): number =>
    expected.reduce((total, value, i) => total + term(value, i), 0);
  return Math.sqrt(sum((value, i) => ((found[i] ?? NaN) - value) ** 2) / sum((value) => value ** 2));
}

// No scheme has int8-columns in Node: on processors without VNNI its kernel accumulates in 16 bits, and clips.
const FORMATS = {
  node: [SCHEMES.fp32.node, SCHEMES.int8.node, SCHEMES.int4.node],
  wasm: [SCHEMES.fp32.wasm, SCHEMES.int8.node, SCHEMES.int8.wasm, chooseScheme("int8", "wasm", GPT2)],
} as const;

describe.each(["node", "wasm"] as const)("one matrix on %s", (backend) => {
  test.each<QuantizationScheme>([...FORMATS[backend]])(
    "$name: within half a step of the inputs, times what they meet",
    async (scheme) => {
      const [rows, inputs, outputs] = [3, 96, 10];
      const matrix = {
        shape: [inputs, outputs],
        values: Float32Array.from(centredNumbers(inputs * outputs, 1)),
      };
      const table = { shape: [7, inputs], values: Float32Array.from(centredNumbers(7 * inputs, 2)) };
      const tensors = new Map([
        ["h.0.mlp.c_fc.weight", matrix],
        ["wte.weight", table],
      ]);
      const bias = Float32Array.from(centredNumbers(outputs, 3));
      const x = Float32Array.from(centredNumbers(rows * inputs, 4));

      const graph = new GraphBuilder("matrices");
      const given = graph.input("x", "float32", ["rows", inputs]);
      const ids = graph.input("ids", "int32", ["ids"]);
      const added = graph.weight("bias", [outputs]);
      const product = matrixProduct(graph, scheme, "h.0.mlp.c_fc.weight", [inputs, outputs], given, added);
      graph.output("product", product, "float32", ["rows", outputs]);
      graph.output("scores", embeddingProduct(graph, scheme, "wte.weight", [7, inputs], given), "float32", [
        "rows",
        7,
      ]);
      graph.output("looked_up", embeddingRows(graph, scheme, "wte.weight", [7, inputs], ids), "float32", [
        "ids",
        inputs,
      ]);
      const weights = new Map<string, WeightArray>([["bias", bias]]);
      for (const [tensor, { shape, values }] of tensors) {
        for (const entry of matrixData(scheme, tensor, shape, values)) weights.set(...entry);
      }
      const runtime = await createNodeRuntime({ backend, threads: 1 });
      const session = await runtime.createSession(
        encodeModel({ graph: graph.build(), opsets: OPSETS }),
        weights,
      );
      const results = await session.run({
        x: { type: "float32", data: x, shape: [rows, inputs] },
        ids: { type: "int32", data: Int32Array.of(6, 0), shape: [2] },
      });
      await session.dispose();

      const kept = asKept(scheme, tensors);
      const w = kept.get("h.0.mlp.c_fc.weight")?.values ?? x;
      const t = kept.get("wte.weight")?.values ?? x;
      const step = scheme.linear === "float32" ? 1e-5 : 1 / 127; // x lies within ±0.5
      for (let row = 0; row < rows; row += 1) {
        const dot = (weight: (input: number) => number, magnitude = false): number => {
          let sum = 0;
          for (let i = 0; i < inputs; i += 1) {
            sum += magnitude ? Math.abs(weight(i)) : (x[row * inputs + i] ?? NaN) * weight(i);
          }
          return sum;
        };
        for (let o = 0; o < outputs; o += 1) {
          const column = (i: number): number => w[i * outputs + o] ?? NaN;
          const error =
            (results.get("product")?.data[row * outputs + o] ?? NaN) - dot(column) - (bias[o] ?? NaN);
          expect(Math.abs(error)).toBeLessThan((step / 2) * dot(column, true));
        }
        for (let o = 0; o < 7; o += 1) {
          const weight = (i: number): number => t[o * inputs + i] ?? NaN;
          const error = (results.get("scores")?.data[row * 7 + o] ?? NaN) - dot(weight);
          expect(Math.abs(error)).toBeLessThan((step / 2) * dot(weight, true));
        }
      }
      const found = [...t.subarray(6 * inputs), ...t.subarray(0, inputs)];
      expect(relativeError(results.get("looked_up")?.data ?? [], found)).toBeLessThan(1e-6);
    },
  );
});

describe("a matrix of many columns in WebAssembly", () => {
  const scheme = chooseScheme("int8", "wasm", GPT2);
  const [inputs, outputs, ids] = [6, 1024, 1000];
  const values = Float32Array.from(centredNumbers(inputs * outputs, 1));
  const table = Float32Array.from(centredNumbers(ids * inputs, 2));
  const x = Float32Array.of(127, -127, 64, 1, 0, -32); // quantized without error

  test("is stored in parts of at most 768 columns if its rows are a multiple of 512 bytes apart", () => {
    const stored = new Map(matrixData(scheme, "h.0.mlp.c_fc.weight", [inputs, outputs], values));
    const whole = quantizeColumns(values, outputs);
    const numbers = stored.get("h.0.mlp.c_fc.weight.int8") ?? new Int8Array();
    expect(stored.get("h.0.mlp.c_fc.weight.scales")).toEqual(whole.scales);
    expect(numbers.slice(768, 2 * 768)).toEqual(whole.numbers.slice(outputs, outputs + 768));
    expect(numbers.slice(-256)).toEqual(whole.numbers.slice(-256));
    expect(columnParts(3072).map(({ count }) => count)).toEqual([768, 768, 768, 768]);
    expect(columnParts(1024).map(({ count }) => count)).toEqual([768, 256]);
    expect(columnParts(2304)).toEqual([{ first: 0, count: 2304 }]);
  });

  test("gives the same columns in parts, and the head the same ids", async () => {
    const graph = new GraphBuilder("parts");
    const given = graph.input("x", "float32", [1, inputs]);
    const bias = Float32Array.from({ length: outputs }, (_, i) => i);
    const product = matrixProduct(
      graph,
      scheme,
      "h.0.mlp.c_fc.weight",
      [inputs, outputs],
      given,
      graph.weight("bias", [outputs]),
    );
    graph.output("product", product, "float32", [1, outputs]);
    const scores = embeddingProduct(graph, scheme, "wte.weight", [ids, inputs], given);
    graph.output("scores", scores, "float32", [1, ids]);
    const span = { first: 100, count: 800 };
    const some = embeddingProduct(graph, scheme, "wte.weight", [ids, inputs], given, span);
    graph.output("some", some, "float32", [1, 800]);
    const weights = new Map<string, WeightArray>([
      ["bias", bias],
      ...matrixData(scheme, "h.0.mlp.c_fc.weight", [inputs, outputs], values),
      ...matrixData(scheme, "wte.weight", [ids, inputs], table),
    ]);
    const runtime = await createNodeRuntime({ backend: "wasm", threads: 1 });
    const session = await runtime.createSession(
      encodeModel({ graph: graph.build(), opsets: OPSETS }),
      weights,
    );
    const results = await session.run({ x: { type: "float32", data: x, shape: [1, inputs] } });
    await session.dispose();
    const columns = quantizeColumns(values, outputs);
    const rows = quantizeRows(table, inputs);
    const expected = Array.from({ length: outputs }, (_, o) => {
      const dot = x.reduce((sum, each, i) => sum + each * (columns.numbers[i * outputs + o] ?? NaN), 0);
      return dot * (columns.scales[o] ?? NaN) + o;
    });
    const logits = Array.from({ length: ids }, (_, id) => {
      const dot = x.reduce((sum, each, i) => sum + each * ((rows.numbers[id * inputs + i] ?? NaN) - 128), 0);
      return dot * (rows.scales[id] ?? NaN);
    });
    expect(relativeError(results.get("product")?.data ?? [], expected)).toBeLessThan(0.01);
    expect(relativeError(results.get("scores")?.data ?? [], logits)).toBeLessThan(0.01);
    expect(results.get("some")?.data).toEqual(results.get("scores")?.data.slice(100, 900));
  });
});

describe.each([
  ["int8", "node"],
  ["int8", "wasm"],
  ["int4", "node"],
] as const)("%s on %s", (precision, backend) => {
  test.each(Object.keys(CONFIGS))(
    "%s: the logits of the quantized weights, whole and step by step",
    async (name) => {
      const config = CONFIGS[name] ?? CONFIG;
      const scheme = chooseScheme(precision, backend, config);
      const tensors = randomTensors(config, 1);
      const ids = randomIds(20, config.vocabularySize, 2);
      const expected = referenceLogits(config, asKept(scheme, tensors), ids).flat();
      const runtime = await createNodeRuntime({ backend, threads: 1 });
      const decoder = await Decoder.load({ config, tensors, runtime, precision });
      const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
      // With random weights errors grow from layer to layer. A matrix in a wrong layout gives about 1.
      expect(squareError(whole, expected)).toBeLessThan(0.1);
      const cache = decoder.createCache();
      const steps: number[] = [];
      for (const id of ids) steps.push(...(await decoder.forward([id], cache)));
      expect(squareError(steps, expected)).toBeLessThan(0.1);
      await decoder.dispose();
    },
  );
});

test("with blocks, the logits of a row do not depend on other rows of the run", async () => {
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const decoder = await Decoder.load({
    config: CONFIG,
    tensors: randomTensors(CONFIG, 1),
    runtime,
    precision: "int8",
  });
  const ids = randomIds(20, CONFIG.vocabularySize, 3);
  const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
  const cache = decoder.createCache();
  const steps: number[] = [];
  for (const id of ids) steps.push(...(await decoder.forward([id], cache)));
  expect(relativeError(steps, whole)).toBeLessThan(1e-4);
  await decoder.dispose();
});

test("int8 weights replace float32 weights: none is passed twice", () => {
  const { weights } = decoderGraph(CONFIG, { scheme: SCHEMES.int8.node });
  const matrices = weights.filter(
    ({ name }) => matrixFormat(SCHEMES.int8.node, name.replace(/\.\w+$/, ""), 64) !== "float32",
  );
  expect(weights.filter(({ name }) => name === "wte.weight" || /c_\w+\.weight$/.test(name))).toEqual([]);
  expect(new Set(matrices.map(({ data }) => data)).size).toBe(2 * (1 + 4 * CONFIG.layers));
});

test("int4 is refused where it has no fast kernel, with what to use", () => {
  for (const backend of ["wasm", "webgpu"] as const) {
    expect(() => chooseScheme("int4", backend, CONFIG)).toThrow(
      expect.objectContaining({
        name: "CheckpointError",
        code: "unsupported",
        message: `the precision int4 needs the native runtime, and this one is ${backend}`,
        hint: "use int8: WebAssembly computes with 4 bits far slower than with 8",
      }),
    );
  }
});

test("int4 takes at most 0.6 of the weights of int8 at the shape of GPT-2 medium", () => {
  const medium: DecoderConfig = { ...GPT2, layers: 24, width: 1024, heads: 16, feedForward: 4096 };
  const bytes = (precision: "int8" | "int4"): number =>
    weightBytes(medium, chooseScheme(precision, "node", medium));
  expect(bytes("int4") / bytes("int8")).toBeLessThanOrEqual(0.6);
});

describe("auto", () => {
  const ofGpt2 = {
    node: { linear: "int8-blocks", embedding: "int8-blocks" },
    wasm: { linear: "int8-columns", embedding: "int8-columns" },
  };

  test.each(["node", "wasm"] as const)("on %s is int8 for GPT-2 small, fp32 for a small model", (backend) => {
    expect(chooseScheme("auto", backend, GPT2)).toBe(chooseScheme("int8", backend, GPT2));
    expect(chooseScheme("auto", backend, GPT2)).toMatchObject(ofGpt2[backend]);
    expect(chooseScheme("auto", backend, CONFIG)).toBe(SCHEMES.fp32[backend]);
  });
});
