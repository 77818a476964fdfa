import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeMidi } from "../../encoding/index.ts";
import type { MusicModel } from "../../src/music/music-model.ts";
import type { GeneratedMusic } from "../../src/music/options.ts";
import { loadMusicModel } from "../../src/platform/node/load-model.ts";
import { OptionError } from "../../src/options.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";

let folder = "";
let model: MusicModel;

beforeAll(async () => {
  folder = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-variations-")));
  model = await loadMusicModel(folder, { threads: 1 });
});

afterAll(() => model.dispose());

const midi = (pieces: readonly GeneratedMusic[]): string[] =>
  pieces.map(({ score }) => Buffer.from(writeMidi(score)).toString("base64"));

/** With relative positions and a window of 32, these roll. */
test("each variation is the piece of its seed, whichever is longest", async () => {
  const together = await model.variations(4, { seconds: 10, seed: 20 });
  const alone = [];
  for (const seed of [20, 21, 22, 23]) alone.push(await model.generate({ seconds: 10, seed }));
  expect(together.map(({ seed }) => seed)).toEqual([20, 21, 22, 23]);
  expect(midi(together)).toEqual(midi(alone));
  expect(new Set(midi(together)).size).toBe(4);
  expect(Math.max(...together.map(({ events }) => events))).toBeGreaterThan(64);
});

test("onEvent receives the index of the variation", async () => {
  const counts = [0, 0, 0];
  const pieces = await model.variations(3, {
    seconds: 3,
    seed: 1,
    onEvent: (_, variation) => {
      counts[variation] = (counts[variation] ?? 0) + 1;
    },
  });
  expect(counts).toEqual(pieces.map(({ events }) => events));
});

test("WebAssembly generates the same variations as the native library", async () => {
  const wasm = await loadMusicModel(folder, { backend: "wasm", threads: 1 });
  const options = { seconds: 2, seed: 3 };
  expect(midi(await wasm.variations(3, options))).toEqual(midi(await model.variations(3, options)));
  await wasm.dispose();
});

test.each([
  ["fp32", true],
  ["int8", false],
] as const)(
  "on WebAssembly each variation is the piece of its seed, in one batch unless rows affect each other: %s",
  async (precision, isBatch) => {
    const wasm = await loadMusicModel(folder, { backend: "wasm", threads: 1, precision });
    const heard: number[] = [];
    const together = await wasm.variations(2, {
      seconds: 5,
      seed: 20,
      onEvent: (_, variation) => heard.push(variation),
    });
    const alone = [];
    for (const seed of [20, 21]) alone.push(await wasm.generate({ seconds: 5, seed }));
    expect(midi(together)).toEqual(midi(alone));
    expect(heard.indexOf(1) < heard.lastIndexOf(0)).toBe(isBatch);
    await wasm.dispose();
  },
);

test("an exception in onEvent ends all variations, and the model stays usable", async () => {
  let after = 0;
  const failing = model.variations(3, {
    seconds: 1000,
    seed: 1,
    onEvent: ({ seconds }, variation) => {
      if (variation === 1 && seconds > 1) throw new Error("enough");
      after += 1;
    },
  });
  await expect(failing).rejects.toThrow("enough");
  const told = after;
  await model.variations(2, { seconds: 1, seed: 1 });
  expect(after).toBe(told);
});

test("the signal ends all variations", async () => {
  const control = new AbortController();
  const reason = new Error("stop");
  const stopped = model.variations(3, {
    seconds: 1000,
    seed: 1,
    signal: control.signal,
    onEvent: () => control.abort(reason),
  });
  await expect(stopped).rejects.toBe(reason);
});

test.each([0, 1.5, 65, NaN])("%d variations are refused", async (count) => {
  await expect(model.variations(count, { seconds: 1 })).rejects.toThrow(OptionError);
});
