import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { octavesAround, PitchRange } from "../../../web/roll/pitch-range.ts";

function pieceOf(...pitches: number[]): Piece {
  return new Piece(PERFORMANCE_416, [368, ...pitches.flatMap((pitch) => [pitch, 300, pitch + 128])]);
}

function rows({ lowestPitch, highestPitch }: { lowestPitch: number; highestPitch: number }): number[] {
  return [lowestPitch, highestPitch];
}

it("shows whole octaves around the music, at least four, at most the piano", () => {
  expect(rows(octavesAround(60, 67))).toEqual([36, 83]);
  expect(rows(octavesAround(30, 90))).toEqual([24, 95]);
  expect(rows(octavesAround(21, 108))).toEqual([21, 108]);
  expect(rows(octavesAround(21, 24))).toEqual([21, 59]);
});

it("grows with the music, and shrinks when notes are removed", () => {
  const range = new PitchRange();
  const piece = pieceOf(60);
  expect(rows(range.place(piece, 600))).toEqual([36, 83]);
  piece.push(100);
  expect(rows(range.place(piece, 600))).toEqual([48, 107]);
  piece.truncate(4);
  expect(rows(range.place(piece, 600))).toEqual([36, 83]);
});

it("shows rows of at least 6 pixels on a small screen, around the notes, and scrolls to others", () => {
  const range = new PitchRange();
  const piece = pieceOf(30, 80, 80, 80, 90);
  const first = range.place(piece, 180);
  expect(rows(first)).toEqual([57, 86]);
  range.pan(first, -20);
  expect(rows(range.place(piece, 180))).toEqual([37, 66]);
  range.pan(range.place(piece, 180), -200);
  expect(rows(range.place(piece, 180))).toEqual([24, 53]);
});

it("zooms the pitches, and fits them again", () => {
  const range = new PitchRange();
  const piece = pieceOf(60, 72);
  const whole = range.place(piece, 600);
  range.zoom(whole, 2);
  expect(rows(range.place(piece, 600))).toEqual([60, 83]);
  range.zoom(range.place(piece, 600), 0.1);
  expect(range.place(piece, 600)).toEqual(whole);
});
