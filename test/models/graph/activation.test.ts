/** Activation functions and norms without epsilon, against PyTorch and transformers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ACTIVATION_NAMES, activationOf } from "../../../models/checkpoint/activation.ts";
import { checkpointInMemory, parseConfig, readCheckpoint } from "../../../models/index.ts";
import { activate } from "../../../models/graph/activation.ts";
import { OPSETS } from "../../../models/graph/decoder.ts";
import { GraphBuilder } from "../../../models/graph/graph-builder.ts";
import { encodeModel } from "../../../models/graph/onnx.ts";
import { Decoder } from "../../../src/engine/decoder.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";

const GOLDEN = join(import.meta.dirname, "../golden");

interface Expected {
  readonly x: number[];
  /** Values at `x` by name. */
  readonly functions: Readonly<Record<string, number[]>>;
  readonly ids: number[];
  readonly slopes: number[];
  readonly networks: readonly { readonly logits: number[][]; readonly [key: string]: unknown }[];
}

const { x, functions, ids, slopes, networks }: Expected = JSON.parse(
  readFileSync(join(GOLDEN, "activations.json"), "utf8"),
);

test("the names are those of transformers' table but xielu", () => {
  expect(ACTIVATION_NAMES.toSorted()).toEqual(Object.keys(functions));
});

describe.each(["node", "wasm"] as const)("%s", (backend) => {
  test("each function has PyTorch's values", async () => {
    const graph = new GraphBuilder("activations");
    const input = graph.input("x", "float32", ["numbers"]);
    for (const name of ACTIVATION_NAMES) {
      const value = activate(graph, activationOf(name)!, input, "slope");
      graph.output(name, graph.node("Identity", [value]), "float32", ["numbers"]);
    }
    const runtime = await createNodeRuntime({ backend, threads: 1 });
    const session = await runtime.createSession(
      encodeModel({ graph: graph.build(), opsets: OPSETS }),
      new Map([["slope", Float32Array.of(slopes[0]!)]]),
    );
    const data = Float32Array.from(x);
    const found = await session.run({ x: { type: "float32", data, shape: [x.length] } }, ACTIVATION_NAMES);
    for (const [name, values] of Object.entries(functions)) {
      const differences = values.map((value, i) => Math.abs(Number(found.get(name)?.data[i]) - value));
      expect(Math.max(...differences), name).toBeLessThan(2e-6);
    }
    await session.dispose();
  });
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

function furthest(found: Float32Array, logits: readonly number[][]): number {
  return Math.max(...logits.flat().map((logit, i) => Math.abs(found[i]! - logit)));
}
