import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import type { Music } from "../../../web/music/music.ts";
import { Piece } from "../../../web/music/piece.ts";
import { PieceOpener } from "../../../web/music/piece-opener.ts";
import { fakePlayback, primerOf, settle } from "./fakes.ts";

it("shows a piece without model and sound", () => {
  const { playback } = fakePlayback();
  const opener = new PieceOpener(playback);
  const shown: (Music | undefined)[] = [];
  opener.shown.listen(() => shown.push(playback.piece));
  const piece = new Piece(PERFORMANCE_416, primerOf(5));
  opener.show(piece, 5);
  expect(shown).toEqual([piece]);
  expect(playback.branches.current).toMatchObject({ name: "original", seconds: 0, heardSeconds: 5 });
});

it("stops playback, and starts at the beginning of the other piece", async () => {
  const { playback, sound } = fakePlayback();
  await playback.play();
  await settle();
  sound.advance(3);
  new PieceOpener(playback).show(new Piece(PERFORMANCE_416, primerOf(5)));
  expect([playback.state, playback.seconds, playback.piece?.seconds]).toEqual(["idle", 0, 5]);
  expect(playback.branches.list).toHaveLength(1);
});
