import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveNote } from "../../../web/music/live-notes.ts";
import {
  noteRectangle,
  type RollView,
  timeLines,
  visibleRange,
  visibleSeconds,
  xOfPlayhead,
  xOfTime,
  yOfPitch,
} from "../../../web/roll/geometry.ts";

/** Ten seconds and a hundred pitches, each 10 px high, beside a keyboard of 100 px; the playhead in the middle. */
const VIEW: RollView = {
  width: 1100,
  height: 1000,
  keyboardWidth: 100,
  seconds: 20,
  playhead: 0.5,
  pixelsPerSecond: 100,
  lowestPitch: 10,
  highestPitch: 109,
};

function note(pitch: number, startSeconds: number, endSeconds: number | undefined): LiveNote {
  return { pitch, velocity: 64, startSeconds, endSeconds };
}

describe("piano roll geometry", () => {
  it("puts the present at the playhead, the past left of it, high pitches up", () => {
    expect(xOfPlayhead(VIEW)).toBe(600);
    expect(xOfTime(VIEW, 20)).toBe(600);
    expect(xOfTime(VIEW, 19)).toBe(500);
    expect(visibleSeconds(VIEW)).toEqual({ from: 15, to: 25 });
    expect(yOfPitch(VIEW, 109)).toBe(0);
    expect(yOfPitch(VIEW, 10)).toBe(990);
  });

  it("draws a note from its start to its end, in its lane", () => {
    expect(noteRectangle(VIEW, note(60, 18, 19.5), 0)).toEqual({ x: 400, y: 490, width: 150, height: 10 });
  });

  it("draws a note without an end as far as the music goes, and a short one wide enough to be seen", () => {
    expect(noteRectangle(VIEW, note(60, 20, undefined), 21)).toMatchObject({ x: 600, width: 100 });
    expect(noteRectangle(VIEW, note(60, 20, 20.001), 0)).toMatchObject({ x: 600, width: 2 });
  });

  it("cuts notes at the keyboard and at the right edge, and leaves out what cannot be seen", () => {
    expect(noteRectangle(VIEW, note(60, 0, 16), 0)).toMatchObject({ x: 100, width: 100 });
    expect(noteRectangle(VIEW, note(60, 24, 99), 0)).toMatchObject({ x: 1000, width: 100 });
    expect(noteRectangle(VIEW, note(60, 0, 15), 0)).toBeUndefined();
    expect(noteRectangle(VIEW, note(60, 25, 26), 0)).toBeUndefined();
    expect(noteRectangle(VIEW, note(9, 20, 21), 0)).toBeUndefined();
    expect(noteRectangle(VIEW, note(110, 20, 21), 0)).toBeUndefined();
  });

  it("looks at every note that can be seen, and at few others", () => {
    const times = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(fc.array(times, { maxLength: 60 }), (spans) => {
        const notes = spans
          .map(([start, length]) => note(60, start / 10, (start + length) / 10))
          .sort((a, b) => a.startSeconds - b.startSeconds);
        const longest = Math.max(0, ...spans.map(([, length]) => length / 10));
        const [first, end] = visibleRange(notes, visibleSeconds(VIEW), longest);
        const seen = notes.filter((each) => noteRectangle(VIEW, each, 0));
        expect(notes.slice(first, end)).toEqual(expect.arrayContaining(seen));
        expect(notes.slice(first, end).every(({ startSeconds }) => startSeconds >= 15 - longest)).toBe(true);
      }),
    );
  });

  it("has time lines with room for their labels, none before the beginning", () => {
    expect(timeLines(VIEW).map(({ seconds }) => seconds)).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
    expect(timeLines({ ...VIEW, pixelsPerSecond: 10 }).map(({ seconds }) => seconds)).toEqual([
      0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65,
    ]);
    expect(timeLines({ ...VIEW, seconds: 0 }).map(({ x }) => x)).toEqual([600, 700, 800, 900, 1000]);
  });
});
