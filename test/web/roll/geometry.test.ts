import { describe, expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import type { PieceNote } from "../../../web/music/note.ts";
import { Piece } from "../../../web/music/piece.ts";
import {
  noteAt,
  noteRectangle,
  type RollView,
  timeLines,
  timeOfX,
  visibleSeconds,
  xOfAnchor,
  xOfTime,
  yOfPitch,
  zoomed,
} from "../../../web/roll/geometry.ts";

/** Ten seconds and a hundred pitches, each 10 px high, beside a keyboard of 100 px; the playhead in the middle. */
const VIEW: RollView = {
  width: 1100,
  height: 1000,
  keyboardWidth: 100,
  seconds: 20,
  rulerHeight: 0,
  anchor: 0.5,
  pixelsPerSecond: 100,
  lowestPitch: 10,
  highestPitch: 109,
};

function note(pitch: number, startSeconds: number, endSeconds: number | undefined): PieceNote {
  return {
    pitch,
    velocity: 64,
    startSeconds,
    endSeconds,
    index: 0,
    endIndex: undefined,
    origin: "generated",
  };
}

describe("piano roll geometry", () => {
  it("places the anchor, the past left of it, high pitches at the top", () => {
    expect(xOfAnchor(VIEW)).toBe(600);
    expect(xOfTime(VIEW, 20)).toBe(600);
    expect(xOfTime(VIEW, 19)).toBe(500);
    expect(visibleSeconds(VIEW)).toEqual({ from: 15, to: 25 });
    expect(yOfPitch(VIEW, 109)).toBe(0);
    expect(yOfPitch(VIEW, 10)).toBe(990);
  });

  it("draws a note from its start to its end, in the row of its pitch", () => {
    expect(noteRectangle(VIEW, note(60, 18, 19.5), 0)).toEqual({ x: 400, y: 490, width: 150, height: 10 });
  });

  it("draws a note without an end to the end of the music, and a short one with the minimum width", () => {
    expect(noteRectangle(VIEW, note(60, 20, undefined), 21)).toMatchObject({ x: 600, width: 100 });
    expect(noteRectangle(VIEW, note(60, 20, 20.001), 0)).toMatchObject({ x: 600, width: 2 });
  });

  it("clips notes at the keyboard and at the right edge, and omits invisible ones", () => {
    expect(noteRectangle(VIEW, note(60, 0, 16), 0)).toMatchObject({ x: 100, width: 100 });
    expect(noteRectangle(VIEW, note(60, 24, 99), 0)).toMatchObject({ x: 1000, width: 100 });
    expect(noteRectangle(VIEW, note(60, 0, 15), 0)).toBeUndefined();
    expect(noteRectangle(VIEW, note(60, 25, 26), 0)).toBeUndefined();
    expect(noteRectangle(VIEW, note(9, 20, 21), 0)).toBeUndefined();
    expect(noteRectangle(VIEW, note(110, 20, 21), 0)).toBeUndefined();
  });

  it("finds the time of a point", () => {
    expect(timeOfX(VIEW, xOfTime(VIEW, 17.25))).toBeCloseTo(17.25, 9);
  });

  it("zooms around a point, within bounds", () => {
    const view = zoomed(VIEW, 2, 300);
    expect(view.pixelsPerSecond).toBe(200);
    expect(timeOfX(view, 300)).toBeCloseTo(timeOfX(VIEW, 300), 9);
    expect(zoomed(VIEW, 1e9, 300).pixelsPerSecond).toBe(800);
    expect(zoomed(VIEW, 1e-9, 300).pixelsPerSecond).toBe(0.5);
  });

  it("finds the note under a pointer, or the nearest within the hit distance", () => {
    const piece = new Piece(PERFORMANCE_388);
    const id = (kind: "NOTE_ON" | "NOTE_OFF" | "TIME_SHIFT" | "VELOCITY", value: number): number =>
      PERFORMANCE_388.id(kind, value);
    for (let i = 0; i < 18; i += 1) piece.push(id("TIME_SHIFT", 100));
    piece.push(id("VELOCITY", 20));
    piece.push(id("NOTE_ON", 60));
    piece.push(id("TIME_SHIFT", 100));
    piece.push(id("NOTE_OFF", 60));
    piece.push(id("NOTE_ON", 62));
    const [first, second] = piece.notes;
    expect(noteAt(VIEW, piece, 450, 495)).toBe(first);
    expect(noteAt(VIEW, piece, 396, 495)).toBe(first);
    expect(noteAt(VIEW, piece, 380, 495)).toBeUndefined();
    expect(noteAt(VIEW, piece, 501, 476), "a note that has only begun").toBe(second);
    expect(noteAt(VIEW, piece, 50, 495), "the keyboard").toBeUndefined();
  });

  it("has time lines with space for their labels, none before 0", () => {
    expect(timeLines(VIEW).map(({ x }) => x)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect(timeLines(VIEW)[0]).toEqual({ x: 100, label: "0:15" });
    expect(timeLines({ ...VIEW, pixelsPerSecond: 10 }).map(({ label }) => label)).toEqual([
      "0:00",
      "0:10",
      "0:20",
      "0:30",
      "0:40",
      "0:50",
      "1:00",
    ]);
    expect(timeLines({ ...VIEW, seconds: 0 }).map(({ x }) => x)).toEqual([600, 700, 800, 900, 1000]);
  });
});
