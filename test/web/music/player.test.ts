import type { ContinueOptions } from "../../../src/index.ts";
import { describe, expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { Player, type PlayerState } from "../../../web/music/player.ts";
import { FakeModel, FakeSound, settle } from "./fakes.ts";

interface SetUp {
  readonly sound: FakeSound;
  readonly model: FakeModel;
  readonly player: Player;
  readonly states: PlayerState[];
  readonly piece: Piece;
}

/** A player with an empty piece and an order. */
function setUp(seconds = Infinity): SetUp {
  const sound = new FakeSound();
  const states: PlayerState[] = [];
  const player = new Player(sound, (state) => states.push(state));
  const model = new FakeModel();
  const piece = new Piece(PERFORMANCE_388);
  player.open(piece, 0);
  player.order({ model, options: { seed: 1 }, seconds });
  return { sound, model, player, states, piece };
}

describe("Player", () => {
  it("starts once the model is ahead, and pauses the model when it is far ahead", async () => {
    const { sound, model, player, states, piece } = setUp();
    player.play();
    await settle();
    expect(states).toEqual(["waiting", "playing"]);
    expect(sound.source?.noteEventsBetween(0, 1.5).map(({ kind, seconds }) => `${kind} ${seconds}`)).toEqual([
      "NOTE_ON 0",
      "NOTE_OFF 1",
      "NOTE_ON 1",
    ]);
    expect(piece.seconds).toBe(9);
    sound.advance(3);
    await settle();
    expect(model.written).toBe(9);
    sound.advance(2);
    await settle();
    expect(piece.seconds).toBe(14);
    player.stop();
    expect(states.at(-1)).toBe("idle");
  });

  it("composes five seconds without playing, and goes on from there", async () => {
    const { sound, player, states, piece } = setUp();
    player.prepare();
    await settle();
    expect([piece.seconds, states, sound.isRunning]).toEqual([5, [], false]);
    player.play();
    await settle();
    expect(states).toEqual(["waiting", "playing"]);
    expect(piece.seconds).toBe(9);
  });

  it("takes the ending that the model composes as the end of the piece", async () => {
    const { sound, player, states, piece } = setUp();
    const asked: unknown[] = [];
    const model = {
      async *continue(_: unknown, { seconds, ending }: ContinueOptions = {}) {
        asked.push([seconds, ending]);
        await Promise.resolve();
        yield { id: 60, kind: "NOTE_ON", value: 60, seconds: 0 } as const;
        for (let second = 1; second <= 3; second += 1)
          yield { id: 355, kind: "TIME_SHIFT", value: 100, seconds: second } as const;
        yield { id: 188, kind: "NOTE_OFF", value: 60, seconds: 3 } as const;
      },
    };
    player.order({ model, options: { seed: 1, ending: true }, seconds: 4 });
    player.play();
    await settle();
    expect(asked).toEqual([[4, true]]);
    expect([piece.seconds, piece.isClosed, player.isUnfinished]).toEqual([3, true, false]);
    sound.advance(4.1);
    await settle();
    expect(states.at(-1)).toBe("idle");
  });

  it("stops composing in advance", async () => {
    const { model, player, piece } = setUp();
    model.limit = 2;
    player.prepare();
    await settle();
    player.stop();
    model.limit = Infinity;
    await settle();
    expect(piece.seconds).toBeLessThanOrEqual(2);
  });

  it("pauses when the model falls behind, and continues when it is ahead again", async () => {
    const { sound, model, player, states } = setUp();
    model.limit = 4;
    player.play();
    await settle();
    sound.advance(3.75);
    expect(states).toEqual(["waiting", "playing", "waiting"]);
    expect(sound.isRunning).toBe(false);
    model.limit = Infinity;
    await settle();
    await settle();
    expect(player.state).toBe("playing");
    expect(player.seconds).toBe(3.75);
    player.stop();
  });

  it("stops at once, keeps the generated music, and continues with the same random numbers", async () => {
    const { sound, model, player, piece } = setUp();
    player.play();
    await settle();
    sound.advance(1);
    player.stop();
    expect(sound.isRunning).toBe(false);
    expect(player.seconds).toBe(1);
    const { length } = piece.ids;
    await settle();
    expect(piece.ids).toHaveLength(length);
    player.play();
    await settle();
    expect(model.asked.at(-1)).toMatchObject({ ids: length, randomStep: length });
    player.stop();
  });

  it("generates unheard music again when the options change", async () => {
    const { sound, model, player, piece } = setUp();
    player.play();
    await settle();
    sound.advance(2.5);
    const before = [...piece.ids];
    player.order({ model, options: { seed: 1, temperature: 0.5 }, seconds: Infinity });
    const kept = piece.ids.length;
    expect(kept).toBeLessThan(before.length);
    expect(piece.seconds).toBeGreaterThanOrEqual(3.3);
    expect(piece.seconds).toBeLessThan(5);
    expect(piece.ids).toEqual(before.slice(0, kept));
    await settle();
    expect(model.asked.at(-1)).toMatchObject({ ids: kept, temperature: 0.5 });
    expect(player.state).toBe("playing");
    // Heard music is kept, also after a seek back.
    player.seek(0);
    player.order({ model, options: { seed: 2 }, seconds: Infinity });
    expect(piece.seconds).toBeGreaterThanOrEqual(2.5);
    player.stop();
  });

  it("keeps the primer, and ignores an equal order", async () => {
    const { sound, model, player } = setUp();
    const primer = [380, 60, 355, 188, 62, 355, 190];
    const piece = new Piece(PERFORMANCE_388, primer);
    player.open(piece, 0);
    player.play();
    await settle();
    sound.advance(0.1);
    player.order({ model, options: { seed: 2 }, seconds: Infinity });
    expect(piece.ids).toEqual(primer);
    await settle();
    const { length } = piece.ids;
    player.order({ model, options: { seed: 2 }, seconds: Infinity });
    expect(piece.ids).toHaveLength(length);
    player.stop();
  });

  it("stops at the end, and restarts at the next play", async () => {
    const { sound, player, piece, states } = setUp(5);
    player.play();
    await settle();
    expect(piece.seconds).toBe(5);
    expect(piece.notes.every(({ endSeconds }) => endSeconds !== undefined)).toBe(true);
    sound.advance(4.9);
    expect(player.state).toBe("playing");
    sound.advance(2);
    expect(states).toEqual(["waiting", "playing", "idle"]);
    player.play();
    expect(player.seconds).toBe(0);
    expect(player.state).toBe("playing");
    player.stop();
  });

  it("opens another piece during playback", async () => {
    const { sound, model, player, piece } = setUp();
    player.play();
    await settle();
    sound.advance(2);
    const branch = piece.cut(6);
    player.open(branch, 1);
    expect(sound.seconds).toBe(1);
    await settle();
    expect(branch.seconds).toBe(10);
    expect(player.state).toBe("playing");
    const written = [...piece.ids];
    player.open(piece, 2, 2, { model, options: { seed: 9 }, seconds: Infinity });
    expect(piece.ids, "what there was of it stays").toEqual(written);
    player.order({ model, options: { seed: 9 }, seconds: Infinity });
    expect(piece.ids).toEqual(written);
    player.stop();
  });

  it("keeps its position when the audio context is suspended", async () => {
    const { sound, player, states } = setUp();
    player.play();
    await settle();
    sound.advance(2);
    sound.onSleep?.();
    expect(states.at(-1)).toBe("idle");
    player.play();
    expect(player.seconds).toBe(2);
    expect(player.state).toBe("playing");
    player.stop();
  });

  it("stops and reports the error when the model fails", async () => {
    const { sound, model, player } = setUp();
    const errors: unknown[] = [];
    player.onError = (error) => errors.push(error);
    model.limit = 4;
    player.play();
    await settle();
    model.failure = new RangeError("broken");
    await settle();
    await settle();
    expect(errors).toEqual([model.failure]);
    expect(player.state).toBe("idle");
    expect(sound.isRunning).toBe(false);
  });
});
