import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import type { TextCandidate } from "../../src/text/options.ts";
import type { TextModel } from "../../src/text/text-model.ts";
import { TINY_TEXT_CONFIG, writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";

let model: TextModel;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-explain-"));
  model = await loadTextModel(writeTinyTextCheckpoint(folder), { threads: 1 });
});

afterAll(() => model.dispose());

/** The same candidates, with the rounding of a run of other length. */
function near(candidates: readonly TextCandidate[] = []) {
  return candidates.map((each) => ({ ...each, probability: expect.closeTo(each.probability, 6) }));
}

test("explains the token that would follow as generation reports it", async () => {
  const sampling = { temperature: 0.7, topK: 5 };
  const { ids, index, candidates, probability, attention, ...rest } = await model.explain("the cat", {
    ...sampling,
    candidates: 4,
    attention: { layers: [1], heads: [0] },
  });
  const steps = model.steps("the cat", { ...sampling, candidates: 4, tokens: 1 });
  const step = (await steps.next()).value;
  expect(candidates).toEqual(near(typeof step === "object" ? step.candidates : undefined));
  expect([ids, index]).toEqual([model.encodePrompt("the cat"), 5]);
  expect(probability).toBeUndefined();
  expect(attention).toMatchObject([{ layer: 1, heads: [0], from: 0 }]);
  expect(attention[0]?.weights).toHaveLength(5);
  expect(rest).toEqual({});
});

test("explains a token of the prompt by those before it", async () => {
  const inside = await model.explain("the cat", { index: 2 });
  const { candidates } = await model.explain({ ids: inside.ids.slice(0, 2) }, { candidates: 300 });
  expect(inside.candidates).toEqual(near(candidates.slice(0, 10)));
  const own = candidates.find(({ id }) => id === inside.ids[2]);
  expect(inside.probability).toBeCloseTo(own?.probability ?? NaN, 6);
});

test("has the layers from the embedding up, the last one with the probabilities of the model", async () => {
  const { layers = [], ids } = await model.explain("the cat", {
    index: 4,
    layers: true,
    topK: 1,
    temperature: 0.1,
  });
  expect(layers.map(({ layer }) => layer)).toEqual([null, 0, 1]);
  const logits = await model.decoder.forward(ids.slice(0, 4), model.decoder.createCache());
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  const share = (id = -1): number => Math.exp(logits[id] ?? NaN) / sum;
  const last = layers.at(-1);
  expect(last?.probability).toBeCloseTo(share(ids[4]), 6);
  const best = [...logits.keys()].toSorted((a, b) => share(b) - share(a)).slice(0, 3);
  expect(last?.candidates).toEqual(
    best.map((id) => ({ id, text: model.textOf(id), probability: expect.closeTo(share(id), 6) })),
  );
  expect(layers[0]).toMatchObject({ attention: undefined, feedForward: undefined });
  for (const { attention, feedForward } of layers.slice(1)) {
    for (const move of [attention, feedForward]) {
      expect(move?.norm).toBeGreaterThan(0);
      expect(move?.relative).toBeGreaterThan(0);
    }
  }
});

test("the generation after an explanation is as before", async () => {
  const options = { tokens: 8, seed: 4 };
  const before = await model.generate("the cat", options);
  await model.explain("the cat", { layers: true });
  expect(await model.generate("the cat", options)).toEqual(before);
});

test("reads the last window of a longer prompt", async () => {
  const ids = Array.from({ length: TINY_TEXT_CONFIG.n_positions + 6 }, (_, i) => 40 + i);
  const { layers, index } = await model.explain({ ids }, { layers: true });
  const { layers: expected } = await model.explain({ ids: ids.slice(6) }, { layers: true });
  expect(index).toBe(30);
  expect(layers?.at(-1)?.candidates).toEqual(near(expected?.at(-1)?.candidates));
});

test.each([0, 6, 1.5])("refuses the index %s", async (index) => {
  await expect(model.explain("the cat", { index })).rejects.toMatchObject({
    name: "OptionError",
    message: `index must be a whole number from 1 to 5, got ${index}`,
  });
});
