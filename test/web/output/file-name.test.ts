import { expect, it } from "vitest";
import { PERFORMANCE_416, readMidi, scoreFromNotes, writeMidi } from "../../../encoding/index.ts";
import { primerOfTracks } from "../../../web/input/open-midi.ts";
import { Branches } from "../../../web/music/branches.ts";
import type { OpenedFile } from "../../../web/music/opened-file.ts";
import { Piece } from "../../../web/music/piece.ts";
import { fileName } from "../../../web/output/file-name.ts";

const NOTE = [60, 355, 188];

function fileNamed(name: string): OpenedFile {
  const bytes = writeMidi(scoreFromNotes([{ pitch: 60, velocity: 80, startSeconds: 0, endSeconds: 1 }]));
  const score = readMidi(bytes);
  return { name, bytes, score, tracks: [0], primer: primerOfTracks(score, [0]) };
}

function written(): Piece {
  const piece = new Piece(PERFORMANCE_416);
  for (const id of NOTE) piece.push(id);
  return piece;
}

it("names the take and its seed, and the passage", () => {
  const branches = new Branches();
  branches.start(written());
  expect(fileName(branches, 57_820)).toBe("take-1-seed-57820");
  branches.grow(written(), { name: "a", forkSeconds: 0, seed: 5 });
  branches.grow(written(), { name: "b", forkSeconds: 0, partSeed: 9 });
  expect(fileName(branches, 57_820)).toBe("take-3-seed-9");
  expect(fileName(branches, 7, { fromSeconds: 1.5, toSeconds: 65 })).toBe("take-3-seed-9-0m01s-to-1m05s");
});

it("begins with the name of the opened file, and is just that where the model wrote nothing", () => {
  const branches = new Branches();
  const file = fileNamed('a: "b"/c.d.mid');
  branches.start(new Piece(PERFORMANCE_416, file.primer.ids), file);
  expect(fileName(branches, 7)).toBe("a-b-c.d");
  branches.grow(written(), { name: "more", forkSeconds: 0 });
  expect(fileName(branches, 7)).toBe("a-b-c.d-take-2-seed-7");
  branches.start(new Piece(PERFORMANCE_416, NOTE));
  expect(fileName(branches, 7), "played by hand").toBe("take-1");
});

it("says where the music of the file was cut", () => {
  const branches = new Branches();
  const ids = [...fileNamed("song.mid").primer.ids];
  branches.start(new Piece(PERFORMANCE_416, ids), fileNamed("song.mid"));
  expect(fileName(branches, 7)).toBe("song");
  branches.start(new Piece(PERFORMANCE_416, ids.slice(0, -1)), fileNamed("song.mid"));
  expect(fileName(branches, 7)).toBe("song-cut-at-0m01s");
  const more = new Piece(PERFORMANCE_416, ids.slice(0, -1));
  for (const id of NOTE) more.push(id);
  branches.grow(more, { name: "more", forkSeconds: 0 });
  expect(fileName(branches, 7)).toBe("song-cut-at-0m01s-take-2-seed-7");
});
