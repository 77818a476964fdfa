import { afterAll, beforeAll, expect, it } from "vitest";
import { scoreFromNotes, TASKS } from "../../encoding/index.ts";
import type { MusicModel } from "../../src/music/index.ts";
import { tinyPiano, twoVoices } from "./tiny-piano.ts";

let piano: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano(TASKS);
});

afterAll(() => piano.dispose());

it("a model of the piano refuses instruments without the piano", async () => {
  const score = scoreFromNotes(twoVoices(6));
  const instruments = new Set([32, 128]);
  const error = { name: "OptionError", code: "not-for-this-model" };
  await expect(piano.generate({ seconds: 1, instruments })).rejects.toMatchObject(error);
  await expect(piano.accompany(score, { instruments })).rejects.toMatchObject(error);
  const region = { fromSeconds: 2, toSeconds: 3 };
  await expect(piano.infill(score, { ...region, instruments })).rejects.toMatchObject(error);
  await expect((async () => piano.continue(undefined, { instruments }).next())()).rejects.toMatchObject(
    error,
  );
});

it("a model of the piano takes instruments with the piano", async () => {
  const instruments = new Set([0, 32]);
  expect((await piano.generate({ seconds: 1, seed: 1, instruments })).seconds).toBe(1);
});
