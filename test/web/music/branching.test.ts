import { describe, expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Branching } from "../../../web/music/branching.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { Piece } from "../../../web/music/piece.ts";
import type { Playback } from "../../../web/music/playback.ts";
import { fakePlayback, idsOf, primerOf, settle } from "./fakes.ts";

/** A primer of five notes, not played yet. */
function setUp(): { readonly playback: Playback; readonly branching: Branching } {
  const { playback } = fakePlayback();
  playback.open(playback.branches.start(new Piece(PERFORMANCE_416, primerOf(5))));
  return { playback, branching: new Branching(playback) };
}

describe("Branching", () => {
  it("keeps the ids before an event and puts another event in its place", async () => {
    const { playback, branching } = setUp();
    await playback.ready();
    branching.branchAt(9, 64);
    const [main, branch] = playback.branches.list;
    expect(playback.branches.current).toBe(branch);
    expect(idsOf(branch?.piece)).toEqual([...primerOf(3), 64]);
    expect(branch).toMatchObject({ name: "C4 → E4 at 0:03", forkSeconds: 3, heardSeconds: 0, parent: main });
    expect(idsOf(main?.piece)).toEqual(primerOf(5));
    expect(playback.seconds, "a run-up before the fork").toBe(2);
  });

  it("keeps the events of several instruments before an index, and puts another one in its place", async () => {
    const { playback, branching } = setUp();
    const piece = new BandPiece();
    const note = { kind: "note", durationSteps: 50, pitch: 40, instrument: 32, isControl: false } as const;
    for (const onsetStep of [0, 300, 450]) piece.push({ ...note, onsetStep });
    playback.open(playback.branches.start(piece));
    branching.branchWith(1, { ...note, onsetStep: 320 }, "0.20 s later");
    const { current } = playback.branches;
    expect(current).toMatchObject({ name: "0.20 s later", forkSeconds: 3, heardSeconds: 0 });
    expect(current?.piece.notes.map(({ startSeconds }) => startSeconds)).toEqual([0, 3.2]);
    expect(piece.notes).toHaveLength(3);
  });

  it("continues from a time within the primer, in a branch", async () => {
    const { playback, branching } = setUp();
    await playback.ready();
    branching.continueFrom(2.5);
    const [main, branch] = playback.branches.list;
    expect(idsOf(branch?.piece)).toEqual(primerOf(5).slice(0, 8));
    expect(branch).toMatchObject({ name: "from 0:02", forkSeconds: 2.5, parent: main });
    expect(idsOf(main?.piece)).toEqual(primerOf(5));
  });

  it("adds derived music as heard music, so that changed settings keep it", async () => {
    const { playback, branching } = setUp();
    await playback.ready();
    const piece = new Piece(PERFORMANCE_416, primerOf(8));
    const branch = branching.branchTo(piece, { name: "accompaniment", forkSeconds: 0 });
    expect(playback.branches.current).toBe(branch);
    expect(playback.seconds).toBe(0);
    playback.savePosition();
    expect(branch.heardSeconds).toBe(8);
  });

  it("continues at the same time in another branch, or at its end", async () => {
    const { playback, branching } = setUp();
    await playback.ready();
    const main = playback.branches.current!;
    const long = branching.branchTo(new Piece(PERFORMANCE_416, primerOf(8)), {
      name: "long",
      forkSeconds: 0,
    });
    playback.seek(7);
    branching.select(main);
    expect([playback.piece, playback.seconds]).toEqual([main.piece, 5]);
    expect(long.seconds, "its position is stored").toBe(7);
    playback.seek(2);
    branching.select(long);
    expect([playback.piece, playback.seconds]).toEqual([long.piece, 2]);
  });

  it("moves through the branches in turn, both ways, at the same time", async () => {
    const { playback, branching } = setUp();
    await playback.ready();
    expect(branching.next(1), "there is no other").toBe(false);
    for (const name of ["a", "b"])
      branching.branchTo(new Piece(PERFORMANCE_416, primerOf(5)), { name, forkSeconds: 0 });
    playback.seek(3);
    const names = [1, 1, -1, -1].map((step) => {
      branching.next(step);
      return playback.branches.current?.name;
    });
    expect(names).toEqual(["original", "a", "original", "b"]);
    expect(playback.seconds).toBe(3);
  });

  it("returns to the parent of a removed branch", async () => {
    const { playback, branching } = setUp();
    const main = playback.branches.current!;
    await playback.ready();
    branching.branchAt(9, 64);
    await settle();
    let changes = 0;
    playback.changed.listen(() => (changes += 1));
    branching.remove(playback.branches.current!);
    expect(playback.branches.list).toEqual([main]);
    expect(playback.player?.piece).toBe(main.piece);
    expect(changes).toBe(1);
  });

  it("stays in the current branch when another is removed", async () => {
    const { playback, branching } = setUp();
    const main = playback.branches.current!;
    await playback.ready();
    branching.branchAt(9, 64);
    const other = playback.branches.current!;
    branching.select(main);
    let changes = 0;
    playback.changed.listen(() => (changes += 1));
    branching.remove(other);
    expect(playback.branches.list).toEqual([main]);
    expect(changes).toBe(1);
  });
});
