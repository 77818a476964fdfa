import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { neighborNote, otherShareOfBand, otherShares, whyTitle } from "../../../web/why/why-words.ts";
import { primerOf } from "../music/fakes.ts";

const piece = new Piece(PERFORMANCE_416, primerOf(3));
const [first, second, third] = piece.notes;

it("names the note, or an event with its distance from the note", () => {
  expect([3, 2, 1, 4].map((index) => whyTitle(piece, second!, index))).toEqual([
    "Why C4 at 0:01",
    "Why release C4, 1 event before C4 at 0:01",
    "Why 1.00 s later, 2 events before C4 at 0:01",
    "Why 1.00 s later, 1 event after C4 at 0:01",
  ]);
});

it("gives the attention that is on no note", () => {
  expect(otherShares(0.534, 0)).toBe("53 % on timing and dynamics");
  expect(otherShares(0.534, 0.2)).toBe("53 % on timing and dynamics, 20 % on the start of the piece");
  expect(otherShareOfBand(0.126)).toBe("13 % on this note, rests and the start");
});

it("steps through the notes, from the playback position if none is chosen", () => {
  const at = (by: number, from = second): unknown => neighborNote(piece.notes, from, by, 0);
  expect([at(1), at(-1), at(0), at(9), at(-9)]).toEqual([third, first, second, third, first]);
  expect(neighborNote(piece.notes, undefined, 1, 0.5)).toBe(second);
  expect(neighborNote([], undefined, 1, 0)).toBeUndefined();
});
