import { describe, expect, it } from "vitest";
import { MUSIC_CODEC_NAMES, MUSIC_CODECS, musicCodec } from "../../../encoding/index.ts";

describe("MUSIC_CODECS", () => {
  it("has every vocabulary of music by its name, with its number of ids", () => {
    expect([...MUSIC_CODECS].map(([name, { size }]) => [name, size])).toEqual([
      ["performance-388", 388],
      ["performance-416", 416],
      ["score2perf", 310],
      ["midi-neural-processor", 390],
      ["arrival-55028", 55_028],
      ["arrival-9772", 9_772],
    ]);
  });
});

describe("musicCodec", () => {
  it("finds a codec by the name of its vocabulary, or by its short name", () => {
    expect(musicCodec("score2perf")?.name).toBe("score2perf");
    expect(musicCodec("arrival")?.name).toBe("arrival-55028");
    expect(musicCodec("words")).toBeUndefined();
  });

  it("accepts every name of the list", () => {
    expect(MUSIC_CODEC_NAMES.at(-1)).toBe("arrival");
    for (const name of MUSIC_CODEC_NAMES) expect(musicCodec(name)).toBeDefined();
  });
});
