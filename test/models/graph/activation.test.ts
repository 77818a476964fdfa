/** Activation functions and norms without epsilon, against PyTorch and transformers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ACTIVATION_NAMES, activationOf } from "../../../models/checkpoint/activation.ts";
import {
  checkpointInMemory,
  type DecoderConfig,
  parseConfig,
  readCheckpoint,
  type Tensor,
} from "../../../models/index.ts";
import { Decoder } from "../../../src/engine/decoder.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { activationModel, EXPECTED, wrongActivations } from "../activation-graph.ts";
import { randomTensors, relativeError } from "../reference.ts";

const GOLDEN = join(import.meta.dirname, "../golden");

const { functions, ids, networks, slopes, x } = EXPECTED;

test("the names are those of transformers' table but xielu", () => {
  expect(ACTIVATION_NAMES.toSorted()).toEqual(Object.keys(functions));
});

describe.each(["node", "wasm"] as const)("%s", (backend) => {
  test("each function has PyTorch's values", async () => {
    const runtime = await createNodeRuntime({ backend, threads: 1 });
    const weights = new Map([["slope", Float32Array.of(slopes[0]!)]]);
    const session = await runtime.createSession(activationModel(), weights);
    const data = Float32Array.from(x);
    const found = await session.run({ x: { type: "float32", data, shape: [x.length] } }, ACTIVATION_NAMES);
    const values = Object.fromEntries([...found].map(([name, { data: numbers }]) => [name, numbers]));
    expect(wrongActivations(values, 2e-6)).toEqual([]);
    await session.dispose();
  });
});

/** A name for each function. */
const DIFFERENT = new Map(ACTIVATION_NAMES.map((name) => [activationOf(name), name]));

test.each([...DIFFERENT.values()])("int8 keeps the logits of a network: %s", async (name) => {
  const keys = { model_type: "gpt2", vocab_size: 61, n_positions: 16, n_embd: 32, n_layer: 1, n_head: 2 };
  const config = parseConfig({ ...keys, activation_function: name });
  const tensors = smallWeights(config);
  const logits = async (backend: "node" | "wasm", precision: "fp32" | "int8"): Promise<number[]> => {
    const runtime = await createNodeRuntime({ backend, threads: 1 });
    const decoder = await Decoder.load({ config, tensors: new Map(tensors), runtime, precision });
    const found = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
    await decoder.dispose();
    return [...found];
  };
  const exact = await logits("node", "fp32");
  for (const backend of ["node", "wasm"] as const) {
    const int8 = await logits(backend, "int8");
    expect(int8).not.toEqual(exact);
    expect(relativeError(int8, exact), backend).toBeLessThan(0.05);
  }
});

test.each(networks)(
  "a network has transformers' logits: $activation_function",
  async ({ logits, ...keys }) => {
    const folder = join(GOLDEN, "pytorch-buffers");
    const { tensors } = await readCheckpoint(await checkpointFolder(folder));
    for (const [layer, slope] of slopes.entries()) {
      tensors.set(`h.${layer}.mlp.act.weight`, { shape: [1], values: Float32Array.of(slope) });
    }
    const json: object = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    const config = parseConfig({ ...json, ...keys });
    const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
    const decoder = await Decoder.load({ config, tensors, runtime });
    const found = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
    expect(furthest(found, logits)).toBeLessThan(1e-4);
    await decoder.dispose();
  },
);

test.each(["model.safetensors", "pytorch_model.bin"])(
  "a network in float64 has transformers' logits: %s",
  async (weights) => {
    const folder = join(GOLDEN, "pytorch-double");
    const read = (name: string): Uint8Array<ArrayBuffer> => readFileSync(join(folder, name));
    const files = new Map(["config.json", weights].map((name) => [name, read(name)]));
    const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
    const decoder = await Decoder.load({ ...(await readCheckpoint(checkpointInMemory(files))), runtime });
    const expected: { ids: number[]; logits: number[][] } = JSON.parse(
      readFileSync(join(folder, "expected.json"), "utf8"),
    );
    const found = await decoder.forward(expected.ids, decoder.createCache(), { logits: "all" });
    expect(furthest(found, expected.logits)).toBeLessThan(1e-4);
    await decoder.dispose();
  },
);

/** Weights with which the rounding of int8 grows little from layer to layer. */
function smallWeights(config: DecoderConfig): Map<string, Tensor> {
  const tensors = randomTensors(config, 5);
  for (const [name, { shape, values }] of tensors) {
    const halves = values.map((value) => value / 2);
    if (!name.includes("ln_")) tensors.set(name, { shape, values: halves });
  }
  return tensors;
}

function furthest(found: Float32Array, logits: readonly number[][]): number {
  return Math.max(...logits.flat().map((logit, i) => Math.abs(found[i]! - logit)));
}
