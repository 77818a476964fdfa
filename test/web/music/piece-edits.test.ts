import { describe, expect, it } from "vitest";
import {
  addNotes,
  encodePerformance,
  type Note,
  PERFORMANCE_416,
  replaceNotes,
} from "../../../encoding/index.ts";
import type { PieceNote } from "../../../web/music/note.ts";
import { Piece } from "../../../web/music/piece.ts";
import {
  accompaniedPiece,
  infilledPiece,
  melodyOf,
  pieceOfNotes,
  scoreOf,
} from "../../../web/music/piece-edits.ts";

/** Two primer notes, then a generated scale whose last note has no end; all on a grid of 10 ms. */
function pieceOf(): Piece {
  const given = [note(60, 0.5, 1.25), note(64, 1, 2.05)];
  const piece = new Piece(PERFORMANCE_416, encodePerformance(given, PERFORMANCE_416));
  for (let pitch = 65; pitch < 75; pitch += 1) {
    for (const id of [380, pitch, 256 + 29, 128 + pitch]) piece.push(id);
  }
  for (const id of [80, 256 + 99, 256 + 49]) piece.push(id);
  return piece;
}

function note(pitch: number, startSeconds: number, endSeconds: number): Note {
  return { pitch, velocity: 81, startSeconds, endSeconds };
}

const plain = ({ pitch, velocity, startSeconds, endSeconds, origin }: PieceNote) => ({
  pitch,
  velocity,
  startSeconds,
  endSeconds,
  origin,
});

describe("pieceOfNotes", () => {
  it("restores the notes of a piece with their origins and ends, and its length", () => {
    const piece = pieceOf();
    const again = pieceOfNotes(piece.notes.toReversed(), piece.seconds, PERFORMANCE_416);
    expect(again.notes.map(plain)).toEqual(piece.notes.map(plain));
    expect(again.seconds).toBe(piece.seconds);
    expect(again.openPitches()).toEqual([80]);
    expect(again.primerLength).toBe(piece.primerLength);
  });

  it("matches overlapping notes of one pitch in order of their start", () => {
    const notes = [
      { ...note(60, 0, 1), origin: "primer" },
      { ...note(60, 0.5, 2), origin: "infilled" },
    ] as const;
    const piece = pieceOfNotes(notes, 2.5, PERFORMANCE_416);
    expect(piece.notes.map(plain)).toEqual(notes);
    expect(piece.seconds).toBe(2.5);
    expect(piece.ids.map((_, index) => piece.originOf(index))).toEqual(
      "primer primer infilled infilled primer primer infilled infilled generated".split(" "),
    );
  });
});

describe("infilledPiece", () => {
  it("leaves everything outside the region unchanged", () => {
    const piece = pieceOf();
    const region = { fromSeconds: 2.1, toSeconds: 3.5 };
    const before = scoreOf(piece);
    const removed = before.notes.filter(
      ({ startSeconds }) => startSeconds >= region.fromSeconds && startSeconds < region.toSeconds,
    );
    const added = [note(50, 2.2, 2.9), note(51, 3.4, 3.5)];
    const result = infilledPiece(piece, region, before, replaceNotes(before, removed, added, "Infill"));
    const outside = ({ notes }: Piece) =>
      notes.filter(({ startSeconds }) => startSeconds < 2.1 || startSeconds >= 3.5).map(plain);
    expect(outside(result)).toEqual(outside(piece));
    expect(removed.length).toBeGreaterThan(2);
    expect(result.notes.filter(({ origin }) => origin === "infilled").map(plain)).toEqual(
      added.map((each) => ({ ...each, origin: "infilled" })),
    );
    expect(result.notes).toHaveLength(piece.notes.length - removed.length + 2);
    expect(result.seconds).toBe(piece.seconds);
    // What was asked for stays when the model goes on otherwise; what it wrote by itself behind it may change.
    expect(result.secondsAt(result.keptLength - 1)).toBe(3.5);
    expect(result.keptLength).toBeLessThan(result.ids.length);
  });

  it("stays closed for a closed piece", () => {
    const piece = pieceOf();
    piece.close(9);
    const before = scoreOf(piece);
    const result = infilledPiece(piece, { fromSeconds: 2.1, toSeconds: 3.5 }, before, before);
    expect([result.isClosed, result.seconds]).toEqual([true, 9]);
  });
});

describe("accompaniedPiece", () => {
  it("ends a new note at the next note-on of its pitch in the primer", () => {
    const piece = pieceOf();
    const melody = melodyOf(piece);
    const added = [note(64, 0.5, 2.5), note(60, 0.5, 1)];
    const result = accompaniedPiece(piece, melody, addNotes(melody, added, "Accompaniment"));
    expect(result.notes.map(plain)).toEqual([
      { ...note(60, 0.5, 1.25), origin: "primer" },
      { ...note(64, 0.5, 1), origin: "generated" },
      { ...note(64, 1, 2.05), origin: "primer" },
    ]);
  });

  it("contains the primer and the new notes, without the earlier continuation", () => {
    const piece = pieceOf();
    const melody = melodyOf(piece);
    expect(melody.notes.map(({ pitch }) => pitch)).toEqual([60, 64]);
    const result = accompaniedPiece(piece, melody, addNotes(melody, [note(40, 0.5, 2.5)], "Accompaniment"));
    expect(result.notes.map(plain)).toEqual([
      { ...note(40, 0.5, 2.5), origin: "generated" },
      ...piece.notes.slice(0, 2).map(plain),
    ]);
    expect(result.seconds).toBe(2.5);
  });
});
