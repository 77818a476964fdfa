/**
 * Measures single operators of ONNX Runtime, alternately, by CPU time on one thread: those that limit the speed of matrix products and
 * attention.
 *
 *     npm run build && node bench/operators.mjs wasm|node [ROUNDS]
 *
 * wasm: float32 products of 128 rows; int8 products of one row, whole and in parts of 768 columns (`columnParts` of
 * models/graph/matrix.ts). node: attention of one row over 512 positions, by the order of the axes of keys and values.
 */
import { GraphBuilder, integer } from "../dist/models/graph/graph-builder.js";
import { encodeModel } from "../dist/models/graph/onnx.js";
import { createNodeRuntime } from "../dist/src/platform/node/index.js";
import { say } from "./tools.mjs";

const [backend = "wasm", rounds = "300"] = process.argv.slice(2);
if (backend !== "wasm" && backend !== "node") {
  process.stderr.write("usage: node operators.mjs wasm|node [ROUNDS]\n");
  process.exit(2);
}
const runtime = await createNodeRuntime({ backend, threads: 1 });
const OPSETS = { "": 21, "com.microsoft": 1 };
const [HEADS, HEAD_SIZE, POSITIONS] = [12, 64, 512];

const measured = backend === "wasm" ? [...(await products()), ...(await parts())] : await layouts();
for (let round = 0; round < Number(rounds); round += 1) {
  for (const { session, inputs, times } of measured) {
    const before = process.cpuUsage();
    await session.run(inputs);
    const { user, system } = process.cpuUsage(before);
    times.push(user + system);
  }
}
say("| operator | fastest tenth, µs | |\n|---|---:|---:|");
for (const { name, rate, times } of measured) {
  const late = times.slice(Math.floor(times.length / 4)).toSorted((a, b) => a - b); // the first runs include the optimizing compilation of WebAssembly
  const micros = late[Math.floor(late.length / 10)];
  say(`| ${name} | ${micros} | ${rate(micros)} |`);
}

/** float32 products as in a prefill. */
async function products() {
  const rows = 128;
  const cases = [];
  for (const [inputs, outputs] of [
    [768, 2304],
    [768, 3072],
    [3072, 768],
  ]) {
    const build = (graph, x) =>
      graph.node("Gemm", [x, graph.weight("w", [inputs, outputs]), graph.weight("b", [outputs])]);
    const weights = { w: numbers(inputs * outputs), b: numbers(outputs) };
    const rate = (micros) => `${((2 * rows * inputs * outputs) / micros / 1e3).toFixed(1)} GFLOP/s`;
    const name = `float32, ${rows} × ${inputs} × ${outputs}`;
    cases.push(await oneCase(name, [rows, inputs], build, weights, rate));
  }
  return cases;
}

/** int8 products of one row as in a step, in parts of equal width. */
async function parts() {
  const cases = [];
  for (const [inputs, outputs, widths] of [
    [768, 3072, [3072, 768]],
    [1024, 4096, [4096, 768]],
    [768, 50257, [50257, 768]],
  ]) {
    const matrix = new Int8Array(inputs * outputs).map((_, i) => ((i * 7919) % 255) - 127);
    for (const width of widths) {
      const weights = {};
      const build = (graph, x) => {
        const all = [];
        for (let first = 0; first < outputs; first += width) {
          const count = Math.min(width, outputs - first);
          weights[`w${first}`] = matrix.subarray(first * inputs, (first + count) * inputs);
          weights[`s${first}`] = numbers(count);
          const part = graph.weight(`w${first}`, [inputs, count], "int8");
          all.push(graph.microsoft("DynamicQuantizeMatMul", [x, part, graph.weight(`s${first}`, [count])]));
        }
        return graph.node("Concat", all, { axis: integer(1) });
      };
      const name = `int8, 1 × ${inputs} × ${outputs}, parts of ${width}`;
      const rate = (micros) => `${((inputs * outputs) / micros / 1e3).toFixed(1)} GB/s`;
      cases.push(await oneCase(name, [1, inputs], build, weights, rate));
    }
  }
  return cases;
}

/** Scores of one row, with the positions or the heads as the first axis of the keys. */
async function layouts() {
  const keys = numbers(POSITIONS * HEADS * HEAD_SIZE);
  const cases = [];
  for (const isHeadsFirst of [false, true]) {
    const shape = isHeadsFirst ? [HEADS, POSITIONS, HEAD_SIZE] : [POSITIONS, HEADS, HEAD_SIZE];
    const build = (graph, x) => {
      const attributes = { transBatchA: integer(1), transBatchB: integer(isHeadsFirst ? 0 : 1) };
      const cached = graph.input("keys", "float32", shape);
      return graph.microsoft("FusedMatMul", [x, cached], { ...attributes, transB: integer(1) });
    };
    const name = `scores of one row, ${isHeadsFirst ? "heads" : "positions"} first`;
    const rate = (micros) => `${((4 * keys.length) / micros / 1e3).toFixed(1)} GB/s`;
    const one = await oneCase(name, [1, HEADS, HEAD_SIZE], build, {}, rate);
    one.inputs.keys = { type: "float32", data: keys, shape };
    cases.push(one);
  }
  return cases;
}

async function oneCase(name, shape, build, weights, rate) {
  const graph = new GraphBuilder("operator");
  const result = build(graph, graph.input("x", "float32", shape));
  graph.output(
    "y",
    result,
    "float32",
    shape.map((_, i) => `size${i}`),
  );
  const model = encodeModel({ graph: graph.build(), opsets: OPSETS });
  const session = await runtime.createSession(model, new Map(Object.entries(weights)));
  const data = numbers(shape.reduce((product, size) => product * size, 1));
  return { name, rate, session, inputs: { x: { type: "float32", data, shape } }, times: [] };
}

/** Numbers within ±0.5. */
function numbers(count) {
  return new Float32Array(count).map((_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
}
