import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { OptionError, type MusicModel } from "../../src/index.ts";
import { PerformanceModel } from "../../src/music/performance-model.ts";
import type { GeneratedPerformance } from "../../src/music/performance-engine.ts";
import { tinyPiano } from "./tiny-piano.ts";

/** Velocity 22, a note of 0.4 s on key 60, 0.1 s of silence, a note-on of key 64. */
const PRIMER = [378, 60, 295, 188, 265, 64];

let piano: MusicModel;
let performances: PerformanceModel;

beforeAll(async () => {
  piano = await tinyPiano();
  performances = new PerformanceModel(piano.decoder);
});

afterAll(() => performances.dispose());

describe("PerformanceModel", () => {
  it("generates the notes of the ids that it continues with, as data that can be sent to another thread", async () => {
    const options = { seconds: 2, seed: 3 };
    const ids: number[] = [];
    const generated = await performances.generate(PRIMER, { ...options, onEvent: ({ id }) => ids.push(id) });
    expect(structuredClone(generated)).toEqual(generated);
    expect(generated).toMatchObject({ seed: 3, events: ids.length, start: { onsets: 2, step: 50 } });
    const [first, second] = generated.notes;
    expect(first).toMatchObject({ pitch: 60, startSeconds: 0, endSeconds: 0.4, onset: 0 });
    expect(second).toMatchObject({ pitch: 64, startSeconds: 0.5, onset: 1 });
    expect(generated.notes.every(({ endStep }) => endStep <= 250)).toBe(true);
    const continued: number[] = [];
    for await (const { id } of performances.continue(PRIMER, options)) continued.push(id);
    expect(ids).toEqual(continued);
  });

  it("runs a generation in a given context, and releases it at the end", async () => {
    const released: string[] = [];
    const options = { seconds: 1, seed: 3 };
    const lease = { context: ownContext(), release: () => void released.push("released") };
    const generated: GeneratedPerformance = await performances.generate(PRIMER, options, lease);
    expect(released).toEqual(["released"]);
    expect(generated.notes).toEqual((await performances.generate(PRIMER, options)).notes);
  });

  it("accompanies a melody and fills a region, in seconds of the prompt", async () => {
    const melody = {
      ids: [378, 60, 355, 188],
      notes: [{ pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 1 }],
      seconds: 1,
    };
    const accompaniment = await performances.accompany(melody, { seed: 5 });
    expect(accompaniment.seed).toBe(5);
    expect(structuredClone(accompaniment)).toEqual(accompaniment);
    const parts = {
      prefix: [378, 60, 305, 188],
      middle: [355],
      suffix: [355, 378, 64, 305, 192],
      firstNote: 0,
    };
    const region = { parts, fromStep: 50, toStep: 150, heldKeys: [] };
    const { notes } = await performances.infill(region, { seed: 5 });
    expect(notes.length).toBeGreaterThan(0);
    expect(notes.every(({ startSeconds, endSeconds }) => startSeconds >= 0.5 && endSeconds <= 1.5)).toBe(
      true,
    );
  });

  it("rejects options out of range", async () => {
    await expect(performances.generate([], { seconds: 0 })).rejects.toThrow(OptionError);
    await expect(
      performances.infill(
        { parts: { prefix: [], middle: [], suffix: [], firstNote: 0 }, fromStep: 0, toStep: 1, heldKeys: [] },
        { topP: 2 },
      ),
    ).rejects.toThrow("topP must be a number from 0 to 1, got 2");
  });
});

function ownContext(): CachedContext {
  return new CachedContext(piano.decoder, true);
}
