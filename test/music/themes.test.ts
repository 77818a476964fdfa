import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import { recallAt } from "../../src/music/recall.ts";
import { tinyPiano } from "./tiny-piano.ts";

const THEME = [60, 62, 64, 65, 67, 72];
const OTHERS = Array.from({ length: 110 }, (_, i) => 30 + ((i * i + 3 * i) % 23));
/** A theme, other music, and the theme without its last note. */
const MUSIC = [
  PERFORMANCE_416.id("VELOCITY", 16),
  ...[...THEME, ...OTHERS, ...THEME.slice(0, -1)].flatMap((pitch) => [
    PERFORMANCE_416.id("NOTE_ON", pitch),
    PERFORMANCE_416.id("TIME_SHIFT", 20),
    PERFORMANCE_416.id("NOTE_OFF", pitch),
  ]),
];

const NOTES = THEME.length + OTHERS.length + THEME.length - 1;
/** A seed with which the last notes are not in a recall passage. */
const SEED = [1, 2, 3, 4, 5, 6, 7, 8].find((seed) => recallAt(seed, NOTES - 1) === undefined)!;

it("themes makes the note after the earlier occurrence likelier, and keeps the total probability of notes", async () => {
  const piano = await tinyPiano();
  const options = { seed: SEED, pitchTemperature: 1, candidates: PERFORMANCE_416.size };
  const [without, present, strong] = await Promise.all(
    [0, undefined, 3].map(async (themes) => {
      const { candidates } = await piano.explain(
        [...MUSIC, PERFORMANCE_416.id("NOTE_ON", 72)],
        MUSIC.length,
        {
          ...options,
          ...(themes !== undefined && { themes }),
        },
      );
      const noteOns = candidates.filter(({ id }) => id < 128);
      const total = noteOns.reduce((sum, { probability }) => sum + probability, 0);
      return { total, next: (noteOns.find(({ id }) => id === 72)?.probability ?? 0) / total };
    }),
  );
  expect(present!.next).toBeGreaterThan(1.5 * without!.next);
  expect(strong!.next).toBeGreaterThan(2 * present!.next);
  expect(present!.total).toBeCloseTo(without!.total, 5);
  expect(strong!.total).toBeCloseTo(without!.total, 5);
  await piano.dispose();
});
