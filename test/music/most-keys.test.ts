import { afterAll, beforeAll, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState, scoreFromNotes } from "../../encoding/index.ts";
import type { MusicModel } from "../../src/music/index.ts";
import { tinyPiano } from "./tiny-piano.ts";

let piano: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano();
});

afterAll(() => piano.dispose());

/** The note-ons of a chord of adjacent keys that nothing releases. */
function chord(keys: number): number[] {
  const noteOns = Array.from({ length: keys }, (_, key) => PERFORMANCE_416.id("NOTE_ON", 30 + key));
  return [PERFORMANCE_416.id("VELOCITY", 12), ...noteOns];
}

/** The most keys held after each of the first ids that the model continues with, and how many ids were note-ons. */
async function continued(primer: readonly number[]): Promise<{ most: number; noteOns: number }> {
  const state = new PerformanceState(PERFORMANCE_416, primer);
  let [most, noteOns, count] = [state.soundingCount, 0, 0];
  for await (const { id } of piano.continue(primer, { seed: 4 })) {
    state.push(id);
    most = Math.max(most, state.soundingCount);
    if (PERFORMANCE_416.event(id).kind === "NOTE_ON") noteOns += 1;
    count += 1;
    if (count === 150) break;
  }
  return { most, noteOns };
}

it.each([40, 43])("holds at most 43 keys at once behind a chord of %i", async (keys) => {
  const { most, noteOns } = await continued(chord(keys));
  expect(most).toBe(43);
  expect(noteOns).toBeGreaterThan(0);
});

it("adds no key to a larger chord before enough of it has ended", async () => {
  expect(await continued(chord(50))).toMatchObject({ most: 50 });
});

it("fills in below a chord of more keys", async () => {
  const model = await tinyPiano(["infill"]);
  const low = Array.from({ length: 45 }, (_, key) => ({
    pitch: 30 + key,
    velocity: 64,
    startSeconds: 0,
    endSeconds: 3,
  }));
  const score = scoreFromNotes([...low, { pitch: 90, velocity: 64, startSeconds: 3, endSeconds: 4 }]);
  const filled = await model.infill(score, { fromSeconds: 1, toSeconds: 2, seed: 3 });
  expect(filled.score.notes.length).toBeGreaterThanOrEqual(score.notes.length);
  await model.dispose();
});
