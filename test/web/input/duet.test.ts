import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Duet, type Turn } from "../../../web/input/duet.ts";
import { Recorder } from "../../../web/input/recorder.ts";
import { PieceOpener } from "../../../web/music/piece-opener.ts";
import { fakePlayback, type FakePlayback } from "../music/fakes.ts";

interface SetUp extends FakePlayback {
  readonly duet: Duet;
  readonly turns: Turn[];
  /** The numbers of prefilled ids. */
  readonly prefilled: number[];
}

function setUp(): SetUp {
  const fake = fakePlayback();
  const { playback } = fake;
  const prefilled: number[] = [];
  const model = {
    prefill: (ids: readonly number[]) => {
      prefilled.push(ids.length);
      return Promise.resolve();
    },
  };
  const recorder = new Recorder(playback, new PieceOpener(playback));
  const duet = new Duet({ playback, recorder, models: { model } }, (error) => {
    throw error;
  });
  const turns: Turn[] = [];
  duet.onTurn = (turn) => turns.push(turn);
  return { ...fake, duet, turns, prefilled };
}

describe("Duet", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("records nothing while it is off", () => {
    const { duet, playback, turns } = setUp();
    duet.press(60, 80, 1000);
    duet.lift(60, 1500);
    expect(playback.piece).toBeUndefined();
    expect(turns).toEqual([]);
  });

  it("records a phrase, and answers after a pause without sounding notes", async () => {
    const { duet, playback, turns } = setUp();
    duet.isOn = true;
    duet.press(60, 80, 1000);
    vi.advanceTimersByTime(5000);
    expect(turns, "a held key is no pause").toEqual(["yours", "yours"]);
    duet.lift(60, 2000);
    expect(playback.piece?.notes).toMatchObject([{ pitch: 60, startSeconds: 0, endSeconds: 1 }]);
    vi.advanceTimersByTime(699);
    expect(turns).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(turns.at(-1)).toBe("mine");
    expect(playback.state).not.toBe("idle");
    playback.stop();
  });

  it("does not answer in a piece that is full", async () => {
    const { duet, playback, settings, turns } = setUp();
    settings.current = { options: {}, seconds: 0.5 };
    await playback.ready();
    duet.isOn = true;
    duet.press(60, 80, 1000);
    duet.lift(60, 2000);
    vi.advanceTimersByTime(700);
    expect(turns).toEqual(["yours", "yours", "over"]);
    expect(playback.state).toBe("idle");
  });

  it("continues the phrase when a key is pressed within the pause, and waits for the pedal", () => {
    const { duet, playback, turns } = setUp();
    duet.isOn = true;
    duet.pedal(true, 900);
    duet.press(60, 80, 1000);
    duet.lift(60, 1100);
    vi.advanceTimersByTime(5000);
    expect(turns).toHaveLength(2);
    duet.pedal(false, 1500);
    vi.advanceTimersByTime(500);
    duet.press(64, 80, 2000);
    duet.lift(64, 2200);
    expect(playback.piece?.notes).toMatchObject([
      { pitch: 60, startSeconds: 0, endSeconds: 0.5 },
      { pitch: 64, startSeconds: 1, endSeconds: 1.2 },
    ]);
    duet.isOn = false;
    vi.advanceTimersByTime(5000);
    expect(turns, "an ended duet gives no answer").toEqual(["yours", "yours", "off"]);
  });

  it("prefills the phrase while it is played", async () => {
    const { duet, prefilled } = setUp();
    duet.isOn = true;
    duet.press(60, 80, 1000);
    await vi.advanceTimersByTimeAsync(0);
    duet.lift(60, 2000);
    await vi.advanceTimersByTimeAsync(0);
    // Velocity and note-on; then the time shift and the note-off.
    expect(prefilled).toEqual([2, 4]);
    duet.isOn = false;
  });
});
