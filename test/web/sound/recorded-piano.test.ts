import { expect, it } from "vitest";
import { RecordedPiano } from "../../../web/sound/recorded-piano.ts";
import type { SampleSet } from "../../../web/sound/voices.ts";

const SYNTHESIZED: SampleSet = { byPitch: {}, gain: 1 };
const RECORDED: SampleSet = { byPitch: {}, gain: 3 };

it("replaces the samples once", async () => {
  const log: string[] = [];
  const piano = new RecordedPiano(
    () => {
      log.push("load");
      return Promise.resolve(RECORDED);
    },
    () => {
      log.push("loaded");
      return Promise.resolve();
    },
  );
  const sound = { samples: SYNTHESIZED };
  await piano.use(undefined);
  expect(log).toEqual([]);
  await Promise.all([piano.use(sound), piano.use(sound)]);
  await piano.use(sound);
  expect(log).toEqual(["load", "loaded"]);
  expect(sound.samples).toBe(RECORDED);
});

it("keeps the synthesized piano after a failure, and tries again", async () => {
  const answers = [Promise.reject(new Error("offline")), Promise.resolve(RECORDED)];
  const piano = new RecordedPiano(
    () => answers.shift() ?? Promise.reject(new Error("asked too often")),
    () => Promise.resolve(),
  );
  const sound = { samples: SYNTHESIZED };
  await piano.use(sound);
  expect(sound.samples).toBe(SYNTHESIZED);
  await piano.use(sound);
  expect(sound.samples).toBe(RECORDED);
});
