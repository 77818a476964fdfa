import { describe, expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import type { Playback } from "../../../web/music/playback.ts";
import { PrimerTrim } from "../../../web/music/primer-trim.ts";
import { fakePlayback, idsOf, primerOf } from "./fakes.ts";

function setUp(generated: readonly number[] = []): { playback: Playback; trim: PrimerTrim } {
  const { playback } = fakePlayback();
  const piece = new Piece(PERFORMANCE_416, primerOf(5));
  for (const id of generated) piece.push(id);
  playback.open(playback.branches.start(piece));
  return { playback, trim: new PrimerTrim(playback) };
}

describe("PrimerTrim", () => {
  it("cuts the primer with the generated music, and restores what was cut", () => {
    const { playback, trim } = setUp([60, 355]);
    expect(trim.isTrimmed).toBe(false);
    trim.trim(3);
    expect(trim.isTrimmed).toBe(true);
    expect(idsOf(playback.piece)).toEqual(primerOf(3).slice(0, -1));
    trim.trim(1);
    expect(playback.piece?.seconds).toBe(1);
    trim.trim(Infinity);
    expect(idsOf(playback.piece), "without the generated music").toEqual(primerOf(5));
  });

  it("keeps at least one id", () => {
    const { playback, trim } = setUp();
    trim.trim(-1);
    expect(idsOf(playback.piece)).toEqual([60]);
  });

  it("moves the playhead with the cut", () => {
    const { playback, trim } = setUp();
    playback.seek(4);
    trim.trim(3);
    expect(playback.seconds).toBe(3);
    playback.seek(2);
    trim.trim(Infinity);
    expect(playback.seconds).toBe(2);
  });

  it("is possible for a piece with a primer and without branches", () => {
    const { playback, trim } = setUp();
    expect(trim.isPossible).toBe(true);
    playback.branches.grow(new Piece(PERFORMANCE_416, primerOf(2)), { name: "other", forkSeconds: 1 });
    expect(trim.isPossible).toBe(false);
    playback.branches.start(new Piece(PERFORMANCE_416));
    expect(trim.isPossible).toBe(false);
  });

  it("forgets the primer of another piece", () => {
    const { playback, trim } = setUp();
    trim.trim(1);
    playback.branches.start(new Piece(PERFORMANCE_416, primerOf(3)));
    expect(trim.isTrimmed).toBe(false);
    trim.trim(Infinity);
    expect(playback.piece?.seconds).toBe(3);
  });
});
