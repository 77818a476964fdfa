import { expect, it } from "vitest";
import { PERFORMANCE_416, scoreFromNotes, writeMidi } from "../../../encoding/index.ts";
import { openedFile, pieceOfTracks, readMidiFile } from "../../../web/input/open-midi.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { Branches } from "../../../web/music/branches.ts";
import type { Music } from "../../../web/music/music.ts";
import { Piece } from "../../../web/music/piece.ts";
import { midiOf } from "../../../web/output/piece-score.ts";
import { branchesOf, storedFile, storedMusic } from "../../../web/takes/stored-take.ts";

const IDS = [368, 60, 300, 188, 64, 300];

function facts(piece: Music | undefined): unknown {
  return [piece?.notes.map((note) => ({ ...note })), piece?.seconds, piece?.isClosed, piece?.primerLength];
}

it("stores the branches of a take, with the origins of their notes", () => {
  const branches = new Branches();
  const piece = new Piece(PERFORMANCE_416, IDS.slice(0, 4));
  for (const id of IDS.slice(4)) piece.push(id);
  const root = branches.start(piece);
  const child = piece.cut(5);
  child.push(300, "infilled");
  child.close(2);
  branches.grow(child, { name: "other", forkSeconds: 0.5, joinSeconds: 1, seed: 4 });
  const { list, current } = branchesOf("x", structuredClone(storedMusic(branches)), undefined);
  expect(list.map(({ name, take }) => [name, take])).toEqual([
    ["original", "x"],
    ["other", "x"],
  ]);
  expect(current).toMatchObject({
    name: "other",
    forkSeconds: 0.5,
    joinSeconds: 1,
    seed: 4,
    parent: list[0],
  });
  expect(facts(list[0]?.piece)).toEqual(facts(root.piece));
  expect(facts(current.piece)).toEqual(facts(child));
});

it("stores music of several instruments", () => {
  const piece = new BandPiece();
  const note = { kind: "note", pitch: 40, isControl: false, velocity: 70 } as const;
  piece.push({ ...note, onsetStep: 0, durationSteps: 50, instrument: 32 }, "primer");
  piece.push({ ...note, onsetStep: 0, durationSteps: 20, instrument: 128 }, "primer");
  piece.push({ ...note, onsetStep: 30, durationSteps: 50, instrument: 32 });
  const branches = new Branches();
  branches.start(piece);
  const { current } = branchesOf("x", structuredClone(storedMusic(branches)), undefined);
  expect(facts(current.piece)).toEqual(facts(piece));
});

it("stores the file that a take began with, to the byte", async () => {
  const notes = [60, 62].map((pitch, at) => ({ pitch, velocity: 80, startSeconds: at, endSeconds: at + 1 }));
  const bytes = writeMidi(scoreFromNotes(notes));
  const opened = openedFile({ ...(await readMidiFile(new Blob([bytes]))), name: "a.mid" }, [0]);
  const branches = new Branches();
  branches.start(pieceOfTracks(opened.score, [0], opened.primer), opened);
  const { current } = branchesOf("x", storedMusic(branches), structuredClone(storedFile(opened)));
  expect(current.file?.name).toBe("a.mid");
  expect(midiOf(current.piece, current.file)).toEqual(bytes);
  // Models of several instruments read the notes of the file.
  expect(current.piece instanceof Piece && current.piece.source).toHaveLength(2);
});
