import { describe, expect, it } from "vitest";
import type { ArrivalNote } from "../../../encoding/index.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";

const note = (onsetStep: number, durationSteps: number, pitch: number, instrument = 0): ArrivalNote => ({
  kind: "note",
  onsetStep,
  durationSteps,
  pitch,
  instrument,
  isControl: false,
});

/** A flute over two piano notes of the user, then a rest and a string note of the model. */
function trio(): BandPiece {
  const piece = new BandPiece();
  piece.push({ ...note(0, 200, 60), velocity: 90 }, "primer");
  piece.push({ ...note(50, 100, 72, 73), velocity: 50 }, "primer");
  piece.push({ ...note(100, 50, 64), velocity: 70 }, "primer");
  piece.push({ kind: "rest", onsetStep: 250 });
  piece.push(note(300, 150, 55, 48));
  return piece;
}

const summary = (piece: BandPiece): string[] =>
  piece
    .finished()
    .map(
      (each) => `${each.instrument} ${each.pitch} ${each.startSeconds}–${each.endSeconds} ${each.velocity}`,
    );

describe("a piece of several instruments", () => {
  it("has the notes, their instruments in order of appearance, and the times of the user's and of all music", () => {
    const piece = trio();
    expect(summary(piece)).toEqual(["0 60 0–2 90", "73 72 0.5–1.5 50", "0 64 1–1.5 70", "48 55 3–4.5 70"]);
    expect(piece.instruments).toEqual([0, 73, 48]);
    expect(piece.notes.map(({ part }) => part)).toEqual([0, 1, 0, 2]);
    expect([piece.length, piece.primerLength, piece.keptLength, piece.generatedCount]).toEqual([5, 3, 3, 6]);
    expect([piece.primerSeconds, piece.seconds]).toEqual([2, 3]);
  });

  it("takes the velocity of a new note from the neighbors of its instrument, then of any", () => {
    const piece = trio();
    piece.push(note(310, 20, 74, 73));
    expect(piece.notes.at(-1)?.velocity, "the flute's").toBe(50);
    const empty = new BandPiece();
    empty.push(note(0, 20, 74, 73));
    expect(empty.notes[0]?.velocity).toBe(72);
  });

  it("removes the end of the music, and adds other music", () => {
    const piece = trio();
    piece.truncate(3);
    expect([piece.length, piece.seconds, piece.notes.length]).toEqual([3, 2, 3]);
    piece.push(note(210, 10, 50));
    expect(summary(piece).at(-1)).toBe("0 50 2.1–2.2 80");
    expect(summary(trio().cut(2))).toEqual(["0 60 0–2 90", "73 72 0.5–1.5 50"]);
    expect(trio().lengthAt(1)).toBe(2);
  });

  it("ends all notes when it is closed, until music is added or removed", () => {
    const piece = trio();
    piece.close(3.5);
    expect([piece.seconds, piece.isClosed, summary(piece).at(-1)]).toEqual([3.5, true, "48 55 3–3.5 70"]);
    piece.push(note(360, 10, 50));
    expect([piece.isClosed, summary(piece).at(-2)]).toEqual([false, "48 55 3–4.5 70"]);
  });

  it("releases a key when the last of its notes ends", () => {
    const piece = new BandPiece();
    piece.push(note(0, 100, 60));
    piece.push(note(50, 100, 60, 73));
    const events = (from: number, to: number): string[] =>
      piece.noteEventsBetween(from, to).map(({ kind, seconds }) => `${kind} ${seconds}`);
    expect(events(0, 0.5)).toEqual(["NOTE_ON 0"]);
    expect(events(0.5, 3)).toEqual(["NOTE_ON 0.5", "NOTE_OFF 1.5"]);
  });

  it("tells its own notes from removed ones", () => {
    const piece = trio();
    const last = piece.notes.at(-1);
    expect(last && piece.has(last)).toBe(true);
    piece.truncate(4);
    expect(last && piece.has(last)).toBe(false);
  });
});
