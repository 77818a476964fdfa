import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { trackPart } from "../../src/cli/part-option.ts";

describe("trackPart", () => {
  it("parses a track and an instrument, and adds them to those before", () => {
    const first = trackPart("MELODY=flute");
    expect(first).toEqual([{ track: "MELODY", instrument: 73 }]);
    expect(trackPart("Second=Drums", first)).toEqual([
      { track: "MELODY", instrument: 73 },
      { track: "Second", instrument: 128 },
    ]);
    expect(trackPart("=48")).toEqual([{ track: "", instrument: 48 }]);
  });

  it.each([
    ["MELODY", 'Must be the name of a track, "=" and an instrument.'],
    ["MELODY=piano", '"piano" must be one instrument, not several.'],
    ["MELODY=flute,viola", '"flute,viola" must be one instrument, not several.'],
    ["MELODY=", "the list names no instrument: name drums, a family"],
  ])("refuses %s", (text, says) => {
    expect(() => trackPart(text)).toThrow(InvalidArgumentError);
    expect(() => trackPart(text)).toThrow(says);
  });
});
