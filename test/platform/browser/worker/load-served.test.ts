import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ArrivalModel } from "../../../../src/music/index.ts";
import { loadServed } from "../../../../src/platform/browser/worker/index.ts";
import { writeTinyCheckpoint } from "../../../tiny-checkpoint.ts";

/** A GPT-2 with the ids of `arrival-9772`, padded to a round number, whose meaning is not known. */
const folder = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-served-")), {
  model_type: "gpt2",
  vocab_size: 9_800,
  n_layer: 1,
  n_embd: 8,
  n_head: 2,
  n_positions: 64,
});
const files = (): Map<string, Uint8Array> =>
  new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
const load = (codec?: string): ReturnType<typeof loadServed> =>
  loadServed({ type: "load", source: files(), wasm: { threads: 1 }, codec }, () => undefined);

it("takes the codec of a model whose ids have no known meaning", async () => {
  await expect(load()).rejects.toMatchObject({ name: "OptionError", code: "not-for-this-model" });
  const { model, facts } = await load("arrival-9772");
  expect(model).toBeInstanceOf(ArrivalModel);
  expect(facts).toMatchObject({ vocabulary: "arrival-9772", tasks: ["accompany", "infill"] });
  await model.dispose();
});

it("refuses a codec that does not fit", async () => {
  await expect(load("arrival-55028")).rejects.toMatchObject({
    name: "CheckpointError",
    code: "unknown-codec",
  });
});
