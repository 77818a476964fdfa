import { describe, expect, it } from "vitest";
import { InputSound } from "../../../web/input/input-sound.ts";
import { KeyInput } from "../../../web/input/key-input.ts";

interface SetUp {
  readonly keys: KeyInput;
  readonly log: string[];
}

/** @param failure the error of starting the sound. */
function setUp(failure?: Error): SetUp {
  const log: string[] = [];
  const voices = {
    press: (pitch: number) => log.push(`sound ${pitch}`),
    lift: (pitch: number) => log.push(`silence ${pitch}`),
  };
  const sounds = {
    sound: undefined as typeof voices | undefined,
    load: async () => {
      await Promise.resolve();
      if (failure) throw failure;
      sounds.sound = voices;
    },
  };
  const duet = {
    press: (pitch: number, velocity: number, at: number) => log.push(`press ${pitch} ${velocity} ${at}`),
    lift: (pitch: number) => log.push(`lift ${pitch}`),
    pedal: (isDown: boolean) => log.push(`pedal ${isDown}`),
  };
  const keys = new KeyInput(sounds, new InputSound(sounds), duet);
  keys.failed.listen((error) => log.push(String(error)));
  return { keys, log };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("KeyInput", () => {
  it("starts the sound at the first press, then plays at once", async () => {
    const { keys, log } = setUp();
    keys.press(60, 80, 5);
    expect(log).toEqual([]);
    await settle();
    expect(log).toEqual(["sound 60", "press 60 80 5"]);
    keys.press(64, 70, 6);
    keys.lift(60, 7);
    expect(log.slice(2)).toEqual(["sound 64", "press 64 70 6", "silence 60", "lift 60"]);
  });

  it("ends a note whose key was released before the sound was ready", async () => {
    const { keys, log } = setUp();
    keys.press(60, 80, 5);
    keys.lift(60, 6);
    await settle();
    expect(log).toEqual(["lift 60", "sound 60", "press 60 80 5", "silence 60", "lift 60"]);
  });

  it("reports the held keys", () => {
    const { keys } = setUp();
    const held: number[][] = [];
    keys.changed.listen(() => held.push([...keys.held]));
    keys.press(60, 80, 5);
    keys.press(64, 80, 5);
    keys.lift(60, 6);
    expect(held).toEqual([[60], [60, 64], [64]]);
  });

  it("passes the pedal on, and reports a sound that cannot be started", async () => {
    const { keys, log } = setUp(new Error("blocked"));
    keys.pedal(true, 4);
    keys.press(60, 80, 5);
    await settle();
    expect(log).toEqual(["pedal true", "Error: blocked"]);
  });
});
