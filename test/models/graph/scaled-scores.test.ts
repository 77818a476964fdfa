/** GPT-2s whose scores are scaled in other ways, read from `pytorch_model.bin`, against the logits of transformers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkpointInMemory, readCheckpoint } from "../../../models/index.ts";
import { Decoder } from "../../../src/engine/decoder.ts";
import { createWasmRuntime } from "../../../src/engine/runtime.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";

const GOLDEN = join(import.meta.dirname, "../golden");

const RUNTIMES = {
  "native library": () => createNodeRuntime({ backend: "node", threads: 1 }),
  "WebAssembly, with the graph that samples": () => createWasmRuntime({ threads: 1 }),
};

/** The folder's model from its `pytorch_model.bin`, with some keys of config.json changed. */
async function load(folder: string, flags: object, runtime: Awaited<ReturnType<typeof createNodeRuntime>>) {
  const file = (name: string): Uint8Array<ArrayBuffer> => readFileSync(join(GOLDEN, folder, name));
  const config: object = JSON.parse(new TextDecoder().decode(file("config.json")));
  const { config: decoder, tensors } = await readCheckpoint(
    checkpointInMemory(
      new Map([
        ["config.json", new TextEncoder().encode(JSON.stringify({ ...config, ...flags }))],
        ["pytorch_model.bin", file("pytorch_model.bin")],
      ]),
    ),
  );
  return Decoder.load({ config: decoder, tensors, runtime });
}

interface Scaled {
  readonly fixed_ids: number[];
  readonly cases: {
    readonly ids: number[];
    readonly results: {
      readonly scale_attn_by_inverse_layer_idx: boolean;
      readonly rows: {
        readonly position: number;
        readonly top20: [id: number, logit: number][];
        readonly fixed: number[];
      }[];
    }[];
  }[];
}

interface Expected {
  readonly ids: number[];
  readonly cases: { readonly logits: number[][]; readonly [flag: string]: boolean | number[][] }[];
}

describe.each(Object.entries(RUNTIMES))("%s", (_, createRuntime) => {
  const { fixed_ids: fixedIds, cases }: Scaled = JSON.parse(
    readFileSync(join(GOLDEN, "scaled-float16/logits.json"), "utf8"),
  );
  const runs = cases.flatMap(({ ids, results }) => results.map((result) => ({ ids, ...result })));
  test.each(runs)(
    "a network with 55,028 ids: $ids.length ids, by layer $scale_attn_by_inverse_layer_idx",
    async ({ ids, rows, scale_attn_by_inverse_layer_idx }) => {
      const decoder = await load(
        "scaled-float16",
        { scale_attn_by_inverse_layer_idx },
        await createRuntime(),
      );
      const cache = decoder.createCache();
      let read = 0;
      for (const { position, top20, fixed } of rows) {
        const logits = await decoder.forward(ids.slice(read, position + 1), cache);
        read = position + 1;
        const expected = [...top20, ...fixed.map((logit, i) => [fixedIds[i]!, logit] as const)];
        const differences = expected.map(([id, logit]) => Math.abs(logits[id]! - logit));
        expect(Math.max(...differences), `position ${position}`).toBeLessThan(1e-4);
      }
      await decoder.dispose();
    },
    30_000,
  );

  const golden: Expected = JSON.parse(readFileSync(join(GOLDEN, "pytorch-buffers/expected.json"), "utf8"));
  test.each(golden.cases)(
    "by head size $scale_attn_weights, by layer $scale_attn_by_inverse_layer_idx",
    async ({ logits, ...flags }) => {
      const decoder = await load("pytorch-buffers", flags, await createRuntime());
      const whole = await decoder.forward(golden.ids, decoder.createCache(), { logits: "all" });
      const differences = logits.flat().map((logit, i) => Math.abs(whole[i]! - logit));
      expect(Math.max(...differences)).toBeLessThan(1e-4);
      await decoder.dispose();
    },
  );
});
