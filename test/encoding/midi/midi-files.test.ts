import { describe, expect, it } from "vitest";
import { isMidiPath } from "../../../encoding/midi/midi-files.ts";

describe("isMidiPath", () => {
  it.each(["a.mid", "b.MIDI", "sub/c.Kar", "d.smf", "e.RMI", "f.txt.mid"])("accepts %s", (path) => {
    expect(isMidiPath(path)).toBe(true);
  });

  it.each(["a.txt", "mid", "b.mid.zip", "c.karaoke", "kar/d.wav", ""])("rejects %j", (path) => {
    expect(isMidiPath(path)).toBe(false);
  });
});
