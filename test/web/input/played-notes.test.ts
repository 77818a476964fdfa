import { expect, it } from "vitest";
import { decodePerformance, PERFORMANCE_416 } from "../../../encoding/index.ts";
import { PlayedNotes } from "../../../web/input/played-notes.ts";

it("writes down notes with their times, and shortens long rests to four seconds", () => {
  const played = new PlayedNotes();
  const counts: number[] = [];
  played.changed.listen(() => counts.push(played.count));
  for (const [pitch, down, up] of [
    [60, 1000, 1500],
    [62, 2000, 2500],
    [64, 62_500, 63_000],
    [65, 63_500, 64_000],
  ] as const) {
    played.press(pitch, 80, down);
    played.lift(pitch, up);
  }
  expect(counts).toEqual([1, 2, 3, 4]);
  const times = decodePerformance(played.ids(PERFORMANCE_416), PERFORMANCE_416).map(
    ({ pitch, startSeconds, endSeconds }) => [pitch, startSeconds, endSeconds],
  );
  expect(times).toEqual([
    [60, 0, 0.5],
    [62, 1, 1.5],
    [64, 5.5, 6],
    [65, 6.5, 7],
  ]);
  played.clear();
  expect([played.count, played.ids(PERFORMANCE_416)]).toEqual([0, []]);
});

it("shortens no rest below a held note", () => {
  const played = new PlayedNotes();
  played.pedal(true, 0);
  played.press(60, 80, 1000);
  played.press(64, 80, 11_000);
  played.lift(60, 12_000);
  played.lift(64, 12_000);
  played.pedal(false, 13_000);
  const [low, high] = decodePerformance(played.ids(PERFORMANCE_416), PERFORMANCE_416);
  expect([low?.endSeconds, high?.startSeconds, high?.endSeconds]).toEqual([12, 10, 12]);
});
