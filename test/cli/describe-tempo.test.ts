import { describe, expect, it } from "vitest";
import { readMidi, type Score } from "../../encoding/index.ts";
import { describeTempo } from "../../src/cli/describe-tempo.ts";
import { file, header, track } from "../encoding/midi/midi-bytes.ts";

const SIXTY = [0xff, 0x51, 3, 0x0f, 0x42, 0x40];
const NINETY = [0xff, 0x51, 3, 0x0a, 0x2c, 0x2b];
const QUARTER = [0x83, 0x74];

const read = (...events: number[]): Score => readMidi(file(track(...events, 0, 0x90, 60, 64, 100, 60, 0)));

describe("describeTempo", () => {
  it.each([
    ["no tempo event", [], "120 quarters a minute (the default)"],
    ["one at the beginning", [0, ...SIXTY], "60.0 quarters a minute, 1 tempo event"],
    [
      "one later",
      [...QUARTER, ...SIXTY],
      "120.0 to 60.0 quarters a minute, 1 tempo event, the default 120 before it",
    ],
    [
      "two later",
      [...QUARTER, ...SIXTY, ...QUARTER, ...NINETY],
      "120.0 to 60.0 quarters a minute, 2 tempo events, the default 120 before the first",
    ],
    ["two, faster", [0, ...SIXTY, ...QUARTER, ...NINETY], "60.0 to 90.0 quarters a minute, 2 tempo events"],
  ])("describes the tempo: %s", (_, events, words) => {
    expect(describeTempo(read(...events))).toBe(words);
  });

  it("describes no tempo for SMPTE time", () => {
    const smpte = Uint8Array.from([...header(0, 1, 0xe728), ...track(0, ...SIXTY)]);
    expect(describeTempo(readMidi(smpte))).toBe("none: time is counted in frames");
  });
});
