import { describe, expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Recorder } from "../../../web/input/recorder.ts";
import { Piece } from "../../../web/music/piece.ts";
import { PieceOpener } from "../../../web/music/piece-opener.ts";
import { fakePlayback, idsOf, primerOf, settle } from "../music/fakes.ts";

/** A note-on and a second. */
const PHRASE = [64, 355];

describe("Recorder", () => {
  it("opens an empty piece if there is none", () => {
    const { playback } = fakePlayback();
    const opener = new PieceOpener(playback);
    let shown = 0;
    opener.shown.listen(() => (shown += 1));
    const recording = new Recorder(playback, opener).start();
    expect(shown).toBe(1);
    recording.write(PHRASE);
    expect(idsOf(playback.piece)).toEqual(PHRASE);
    expect(playback.piece?.primerLength).toBe(2);
  });

  it("removes unheard music, ends its notes, and writes the phrase behind it", async () => {
    const { playback, sound } = fakePlayback();
    await playback.play();
    await settle();
    sound.advance(1.5);
    const recording = new Recorder(playback, new PieceOpener(playback)).start();
    expect(playback.state).toBe("idle");
    recording.write(PHRASE);
    const heard = [60, 355, 188, 60, 355];
    expect(idsOf(playback.piece)).toEqual([...heard, 188, ...PHRASE]);
    expect([playback.piece?.seconds, playback.seconds]).toEqual([3, 3]);
  });

  it("replaces the phrase, and keeps a primer that has not been heard", async () => {
    const { playback } = fakePlayback();
    playback.open(playback.branches.start(new Piece(PERFORMANCE_416, primerOf(2))));
    await playback.ready();
    const recording = new Recorder(playback, new PieceOpener(playback)).start();
    recording.write(PHRASE);
    recording.write([67, 355]);
    expect(idsOf(playback.piece)).toEqual([...primerOf(2), 67, 355]);
    expect(playback.branches.list).toHaveLength(1);
  });
});
