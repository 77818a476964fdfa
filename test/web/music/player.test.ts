import { describe, expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import type { MusicEvent } from "../../../src/index.ts";
import type { MusicEngine } from "../../../src/worker/protocol.ts";
import { Player, type PlayerState } from "../../../web/music/player.ts";
import type { Sound } from "../../../web/sound/sound.ts";

/** A clock that goes on when the test says so, and what it was asked to play. */
class FakeSound implements Sound {
  seconds = 0;
  isRunning = false;
  onTick: (() => void) | undefined;
  readonly scheduled: string[] = [];

  run(): void {
    this.isRunning = true;
  }

  pause(): void {
    this.isRunning = false;
  }

  reset(): void {
    this.pause();
    this.seconds = 0;
    this.scheduled.length = 0;
  }

  schedule(
    change: { readonly kind: string; readonly note: { readonly pitch: number } },
    seconds: number,
  ): void {
    this.scheduled.push(`${change.kind} ${change.note.pitch} at ${seconds}`);
  }

  advance(seconds: number): void {
    if (this.isRunning) this.seconds += seconds;
    this.onTick?.();
  }
}

/** A model that writes one note a second, as fast as it is let to, up to `limit` seconds; then it waits for ever. */
class FakeModel implements MusicEngine {
  readonly vocabulary = PERFORMANCE_388;
  written = 0;
  limit = Infinity;
  failure: Error | undefined;

  async *continue(_score: unknown, options: { signal?: AbortSignal } = {}): AsyncGenerator<MusicEvent, void> {
    const { signal } = options;
    for (this.written = 0; ;) {
      const seconds = this.written;
      yield { id: 60, kind: "NOTE_ON", value: 60, seconds };
      this.written += 1;
      yield { id: 355, kind: "TIME_SHIFT", value: 100, seconds: seconds + 1 };
      yield { id: 188, kind: "NOTE_OFF", value: 60, seconds: seconds + 1 };
      while (this.written >= this.limit && !this.failure) await settle(signal);
      if (this.failure) throw this.failure;
    }
  }

  generate(): Promise<never> {
    return Promise.reject(new Error("not asked for"));
  }

  explain(): Promise<never> {
    return Promise.reject(new Error("not asked for"));
  }

  async prefill(): Promise<void> {}

  async dispose(): Promise<void> {}
}

async function settle(signal?: AbortSignal): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function setUp(): { sound: FakeSound; model: FakeModel; player: Player; states: PlayerState[] } {
  const sound = new FakeSound();
  const states: PlayerState[] = [];
  return { sound, model: new FakeModel(), player: new Player(sound, (state) => states.push(state)), states };
}

describe("Player", () => {
  it("is heard once the model is ahead, and lets it rest when it is far ahead", async () => {
    const { sound, model, player, states } = setUp();
    const playing = player.play(model, { seed: 1 });
    await settle();
    expect(states).toEqual(["waiting", "playing"]);
    expect(sound.scheduled.slice(0, 3)).toEqual(["NOTE_ON 60 at 0", "NOTE_OFF 60 at 1", "NOTE_ON 60 at 1"]);
    expect(model.written).toBe(12);
    sound.advance(3);
    await settle();
    expect(model.written).toBe(12);
    sound.advance(2);
    await settle();
    expect(model.written).toBe(17);
    player.stop();
    await playing;
    expect(states.at(-1)).toBe("idle");
  });

  it("waits where it is when the model falls behind, and goes on when it is ahead again", async () => {
    const { sound, model, player, states } = setUp();
    model.limit = 4;
    const playing = player.play(model, {});
    await settle();
    sound.advance(3.7);
    expect(states).toEqual(["waiting", "playing", "waiting"]);
    expect(sound.isRunning).toBe(false);
    model.limit = Infinity;
    await settle();
    await settle();
    expect(player.state).toBe("playing");
    expect(player.seconds).toBe(3.7);
    player.stop();
    await playing;
  });

  it("stops at once, and keeps what was written", async () => {
    const { sound, model, player } = setUp();
    const playing = player.play(model, {});
    await settle();
    sound.advance(1);
    player.stop();
    await playing;
    expect(sound.isRunning).toBe(false);
    expect(player.seconds).toBe(1);
    expect(player.notes?.finished()).toHaveLength(12);
    const { written } = model;
    await settle();
    expect(model.written).toBe(written);
  });

  it("begins anew when it is asked to play again", async () => {
    const { sound, model, player, states } = setUp();
    const first = player.play(model, {});
    await settle();
    sound.advance(2);
    const second = player.play(model, {});
    await first;
    await settle();
    expect(player.state).toBe("playing");
    expect(player.seconds).toBe(0);
    expect(states).toEqual(["waiting", "playing", "idle", "waiting", "playing"]);
    player.stop();
    await second;
  });

  it("is silent, and throws, when the model fails", async () => {
    const { sound, model, player } = setUp();
    model.limit = 4;
    const playing = player.play(model, {});
    await settle();
    model.failure = new RangeError("broken");
    await expect(playing).rejects.toThrow("broken");
    expect(player.state).toBe("idle");
    expect(sound.isRunning).toBe(false);
  });
});
