import { describe, expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import type { PlayerState } from "../../../web/music/player.ts";
import { fakePlayback, primerOf, settle } from "./fakes.ts";

describe("Playback", () => {
  it("starts a piece at the first press, and loads model and sound only then", async () => {
    const { playback } = fakePlayback();
    const states: PlayerState[] = [];
    playback.stateChanged.listen((state) => states.push(state));
    expect([playback.piece, playback.player, playback.state, playback.seconds]).toEqual([
      undefined,
      undefined,
      "idle",
      0,
    ]);
    await playback.play();
    await settle();
    expect(states).toEqual(["waiting", "playing"]);
    expect(playback.piece?.seconds).toBe(9);
    playback.stop();
  });

  it("pauses and continues the same piece", async () => {
    const { playback, sound } = fakePlayback();
    await playback.toggle();
    await settle();
    sound.advance(2);
    const { piece } = playback;
    await playback.toggle();
    expect([playback.state, playback.seconds]).toEqual(["idle", 2]);
    await playback.toggle();
    await settle();
    expect(playback.state).toBe("playing");
    expect(playback.piece).toBe(piece);
    playback.stop();
  });

  it("replaces the piece by a new one", async () => {
    const { playback, sound } = fakePlayback();
    await playback.play();
    await settle();
    sound.advance(2);
    const { piece } = playback;
    await playback.playNew();
    expect(playback.piece).not.toBe(piece);
    expect(playback.seconds).toBe(0);
    expect(playback.branches.list).toHaveLength(1);
    playback.stop();
  });

  it("keeps the position of a piece before the sound exists, and plays from there", async () => {
    const { playback } = fakePlayback();
    let changes = 0;
    playback.changed.listen(() => (changes += 1));
    playback.open(playback.branches.start(new Piece(PERFORMANCE_416, primerOf(5))));
    playback.seek(3);
    expect([playback.seconds, changes]).toEqual([3, 2]);
    playback.seek(99);
    expect(playback.seconds).toBe(5);
    playback.seek(-1);
    expect(playback.seconds).toBe(0);
    playback.seek(4);
    await playback.play();
    expect(playback.seconds).toBe(4);
    playback.stop();
  });

  it("prefers the seed of a branch to that of the settings", async () => {
    const { playback, model } = fakePlayback();
    const root = playback.branches.start(new Piece(PERFORMANCE_416));
    playback.branches.grow(root.piece.cut(0), { name: "other", forkSeconds: 0, seed: 7 });
    await playback.play();
    await settle();
    expect(model.asked.at(-1)).toMatchObject({ seed: 7 });
    playback.branches.select(root);
    playback.open(root);
    await settle();
    expect(model.asked.at(-1)).toMatchObject({ seed: 1 });
    playback.stop();
  });

  it("stores the position in the branch that is left", async () => {
    const { playback, sound } = fakePlayback();
    await playback.play();
    await settle();
    sound.advance(2);
    playback.savePosition();
    expect(playback.branches.current).toMatchObject({ seconds: 2, heardSeconds: 2 });
    playback.stop();
  });

  it("generates unheard music again when the settings change, and ignores invalid settings", async () => {
    const { playback, model, settings } = fakePlayback();
    await playback.play();
    await settle();
    settings.current = { options: { seed: 5 }, seconds: 20 };
    playback.applySettings();
    await settle();
    expect(model.asked.at(-1)).toMatchObject({ seed: 5 });
    const { length } = model.asked;
    settings.current = undefined;
    playback.applySettings();
    await settle();
    expect(model.asked).toHaveLength(length);
    playback.stop();
  });

  it("has time left until the piece has the length of the settings", async () => {
    const { playback, settings } = fakePlayback();
    settings.current = { options: {}, seconds: 3 };
    playback.open(playback.branches.start(new Piece(PERFORMANCE_416, primerOf(2))));
    expect(playback.hasTimeLeft()).toBe(true);
    await playback.ready();
    expect(playback.hasTimeLeft()).toBe(true);
    settings.current = { options: {}, seconds: 2 };
    expect(playback.hasTimeLeft()).toBe(false);
  });

  it("stops and reports the error when the model fails", async () => {
    const { playback, model } = fakePlayback();
    const errors: unknown[] = [];
    playback.failed.listen((error) => errors.push(error));
    model.limit = 4;
    await playback.play();
    await settle();
    model.failure = new RangeError("broken");
    await settle();
    await settle();
    expect(errors).toEqual([model.failure]);
    expect(playback.state).toBe("idle");
  });
});
