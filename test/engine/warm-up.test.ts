import { expect, test } from "vitest";
import type { DecoderConfig, Precision } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import { warmUp } from "../../src/engine/warm-up.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomTensors } from "../models/reference.ts";

const RELATIVE: DecoderConfig = {
  vocabularySize: 416,
  layers: 3,
  width: 32,
  heads: 4,
  feedForward: 64,
  position: { kind: "relative", maxDistance: 20, sharedHeads: true },
  window: 30,
  normEpsilon: 1e-5,
  tiedHead: true,
};
const LEARNED: DecoderConfig = { ...RELATIVE, position: { kind: "learned" }, tiedHead: false };

test.each<[string, DecoderConfig, Precision]>([
  ["relative positions", RELATIVE, "fp32"],
  ["learned positions in int8", LEARNED, "int8"],
])("runs a small decoder with %s, frees it, and changes no logits", async (_, config, precision) => {
  const runtime = await createNodeRuntime({ backend: "wasm", threads: 1 });
  const logits = async (): Promise<Float32Array> => {
    const decoder = await Decoder.load({ config, tensors: randomTensors(config, 5), runtime, precision });
    const found = await decoder.forward([1, 2, 3], decoder.createCache());
    await decoder.dispose();
    return found;
  };
  const before = await logits();
  const events: string[] = [];
  const watched: Runtime = {
    ...runtime,
    createSession: async (model, weights) => {
      const session = await runtime.createSession(model, weights);
      events.push("created");
      return {
        run: (...values) => {
          events.push("run");
          return session.run(...values);
        },
        dispose: () => {
          events.push("disposed");
          return session.dispose();
        },
      };
    },
  };
  await warmUp(config, watched, precision);
  expect(events).toEqual(["created", "run", "run", "disposed"]);
  expect(await logits()).toEqual(before);
});
