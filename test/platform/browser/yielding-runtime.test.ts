import { expect, it } from "vitest";
import { yieldingRuntime } from "../../../src/platform/browser/yielding-runtime.ts";
import type { Runtime } from "../../../src/engine/index.ts";

it("yields to the event loop before every run, and forwards everything", async () => {
  const calls: string[] = [];
  const runtime: Runtime = {
    backend: "wasm",
    createSession: async (model) => {
      calls.push(`session of ${model.length} bytes`);
      return {
        run: async (inputs, wanted) => {
          calls.push(`run ${Object.keys(inputs).join()} for ${wanted?.join()}`);
          return new Map();
        },
        dispose: async () => {
          calls.push("disposed");
        },
      };
    },
  };
  const yielding = yieldingRuntime(runtime);
  expect(yielding.backend).toBe("wasm");
  const session = await yielding.createSession(new Uint8Array(3), new Map());
  const inputs = { ids: { type: "int32", data: Int32Array.of(1), shape: [1] } } as const;
  for (let run = 0; run < 2; run += 1) {
    setImmediate(() => calls.push("the loop turns"));
    await session.run(inputs, ["logits"]);
  }
  await session.dispose();
  const turnAndRun = ["the loop turns", "run ids for logits"];
  expect(calls).toEqual(["session of 3 bytes", ...turnAndRun, ...turnAndRun, "disposed"]);
});
