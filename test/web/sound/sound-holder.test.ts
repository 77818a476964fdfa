import { describe, expect, it } from "vitest";
import { SoundHolder } from "../../../web/sound/sound-holder.ts";

interface Settings {
  volume: number;
  speed: number;
  loop: { fromSeconds: number; toSeconds: number } | undefined;
}

const loop = { fromSeconds: 1, toSeconds: 2 };

describe("SoundHolder", () => {
  it("creates the sound once, with the settings made before", async () => {
    let created = 0;
    const holder = new SoundHolder<Settings>(() => {
      created += 1;
      return Promise.resolve({ volume: 0, speed: 0, loop: undefined });
    });
    holder.adjust({ volume: 0.5, loop });
    expect(holder.sound).toBeUndefined();
    const [first, second] = await Promise.all([holder.load(), holder.load()]);
    expect(created).toBe(1);
    expect(first).toBe(second);
    expect(holder.sound).toBe(first);
    expect(first).toEqual({ volume: 0.5, speed: 1, loop });
  });

  it("changes the settings of an existing sound", async () => {
    const holder = new SoundHolder<Settings>(() => Promise.resolve({ volume: 0, speed: 0, loop: undefined }));
    const sound = await holder.load();
    holder.adjust({ speed: 2, loop });
    holder.adjust({ loop: undefined });
    expect(sound).toEqual({ volume: 1, speed: 2, loop: undefined });
  });

  it("tries again after a failure", async () => {
    const answers = [
      () => Promise.reject(new Error("blocked")),
      () => Promise.resolve({ volume: 0, speed: 0, loop: undefined }),
    ];
    const holder = new SoundHolder<Settings>(
      () => answers.shift()?.() ?? Promise.reject(new Error("asked too often")),
    );
    await expect(holder.load()).rejects.toThrow("blocked");
    expect(holder.sound).toBeUndefined();
    expect(await holder.load()).toEqual({ volume: 1, speed: 1, loop: undefined });
  });
});
