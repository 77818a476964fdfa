import { expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { Piece } from "../../../web/music/piece.ts";
import { arcsOf, notesOfEvents, notesOfIds } from "../../../web/why/arcs-of.ts";

/** Velocity, C4, shift, C4 ends, E4, shift, G4. */
const IDS = [380, 60, 305, 188, 64, 305, 67];

it("adds the weights of note-on and note-off, and reports the weight on other ids", () => {
  const piece = new Piece(PERFORMANCE_388, IDS);
  const [c, e, g] = piece.notes;
  if (!c || !e || !g) throw new Error("three notes");
  // Two heads, from the start of the piece (-1) to the shift before G4.
  const weights = Float32Array.of(0.1, 0, 0.5, 0.1, 0.2, 0, 0.1, 0.005, 0, 0.1, 0, 0.3, 0.59, 0.005);
  const { arcs, elsewhere, beginning } = arcsOf(
    notesOfIds(piece, -1),
    g,
    { layer: 0, heads: [0, 3], from: -1, weights },
    4,
  );
  const short = arcs.map(({ head, toPitch, toSeconds, weight }) => [
    head,
    toPitch,
    toSeconds,
    Number(weight.toFixed(3)),
  ]);
  expect(short).toEqual([
    [0, 60, 0, 0.7],
    [3, 64, 0.5, 0.59],
    [3, 60, 0.5, 0.4],
  ]);
  expect(elsewhere).toBeCloseTo((0.3 + 0.01) / 2, 5);
  expect(beginning).toBeCloseTo(0, 5);
  expect(
    arcs.every(({ fromPitch, fromSeconds, heads }) => fromPitch === 67 && fromSeconds === 1 && heads === 4),
  ).toBe(true);
});

it("assigns the missing weight to the attention sinks", () => {
  const piece = new Piece(PERFORMANCE_388, IDS);
  const [, , g] = piece.notes;
  if (!g) throw new Error("three notes");
  // From the shift before E4 on.
  const weights = Float32Array.of(0.1, 0.2, 0.3, 0.2, 0.5, 0.1, 0, 0);
  const { elsewhere, beginning } = arcsOf(
    notesOfIds(piece, 2),
    g,
    { layer: 0, heads: [0, 3], from: 2, weights },
    4,
  );
  expect(elsewhere).toBeCloseTo((0.1 + 0.2 + 0.5) / 2, 5);
  expect(beginning).toBeCloseTo((0.2 + 0.4) / 2, 5);
});

it("adds the weights of the three values of each note of several instruments", () => {
  const piece = new BandPiece();
  const piano = { kind: "note", durationSteps: 50, pitch: 60, instrument: 0, isControl: false } as const;
  piece.push({ ...piano, onsetStep: 0 });
  piece.push({ kind: "rest", onsetStep: 100 });
  piece.push({ ...piano, onsetStep: 150, pitch: 64 });
  const note = piece.noteAt(2);
  if (!note) throw new Error("a note");
  // The start, three values of the first note, of a rest and of a padding rest, the onset and the duration of the note.
  const weights = Float32Array.of(0.1, 0.2, 0.1, 0.2, 0.05, 0, 0.05, 0.1, 0, 0, 0.1, 0.1);
  const noteOf = notesOfEvents(piece, [0, 1, -1]);
  const { arcs, elsewhere } = arcsOf(noteOf, note, { layer: 0, heads: [0], from: 0, weights }, 2);
  expect(arcs.map(({ toPitch, toSeconds }) => [toPitch, toSeconds])).toEqual([[60, 0]]);
  expect(arcs[0]?.weight).toBeCloseTo(0.5, 5);
  expect(elsewhere).toBeCloseTo(0.5, 5);
});
