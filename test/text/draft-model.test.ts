import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DraftModel } from "../../src/engine/index.ts";
import { loadTextModel } from "../../src/platform/node/index.ts";
import type { GeneratedText, GenerateTextOptions, TextModel } from "../../src/text/index.ts";
import { TINY_TEXT_CONFIG, writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-draft-"));
let model: TextModel;
let small: TextModel;

beforeAll(async () => {
  model = await loadTextModel(
    writeTinyTextCheckpoint(join(folder, "model"), { ...TINY_TEXT_CONFIG, n_layer: 6 }),
    { threads: 1 },
  );
  const config = { ...TINY_TEXT_CONFIG, n_layer: 1 };
  small = await loadTextModel(writeTinyTextCheckpoint(join(folder, "small"), config), { threads: 1 });
});

afterAll(async () => {
  await model.dispose();
  await small.dispose();
});

const generate = (options: GenerateTextOptions): Promise<GeneratedText> =>
  model.generate("the cat", { tokens: 40, contextShift: true, ...options });

it("gives the same ids, candidates and text with a draft model", async () => {
  const draftModel = new DraftModel(small);
  for (let seed = 0; seed < 20; seed += 1)
    expect(await generate({ seed, draftModel })).toEqual(await generate({ seed }));
  const steps = async (options: GenerateTextOptions): Promise<unknown[]> => {
    const all: unknown[] = [];
    await generate({ seed: 3, candidates: 4, topP: 0.8, ...options, onStep: (step) => all.push(step) });
    return all;
  };
  const drafted = await steps({ draftModel });
  const plain = await steps({});
  expect(JSON.stringify(drafted).replaceAll(/(\.\d{4})\d*/g, "$1")).toBe(
    JSON.stringify(plain).replaceAll(/(\.\d{4})\d*/g, "$1"),
  );
  expect(draftModel.report.drafted).toBeGreaterThan(0);
});

it("leaves both models usable when a generation is ended or aborted", async () => {
  const draftModel = new DraftModel(small);
  const whole = await generate({ seed: 7 });
  for await (const step of model.steps("the cat", { seed: 7, draftModel })) {
    expect(step.id).toBe(whole.ids[0]);
    break;
  }
  const abort = new AbortController();
  const onStep = (): void => abort.abort();
  await expect(generate({ seed: 7, draftModel, onStep, signal: abort.signal })).rejects.toThrow("abort");
  expect(await generate({ seed: 7, draftModel })).toEqual(whole);
});

it("rejects a draft model without speculation, and one of other tokens", async () => {
  await expect(generate({ draftModel: new DraftModel(small), speculation: false })).rejects.toMatchObject({
    name: "OptionError",
    message: "draftModel and speculation: false exclude each other",
  });
  const shakespeare = await loadTextModel("shakespeare", { threads: 1 });
  await expect(generate({ draftModel: new DraftModel(shakespeare) })).rejects.toMatchObject({
    name: "OptionError",
    code: "not-for-this-model",
    message: "the draft model has 1257 ids, and the model 262",
  });
  await shakespeare.dispose();
});
