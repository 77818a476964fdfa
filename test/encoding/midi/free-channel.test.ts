import { describe, expect, it } from "vitest";
import { addNotes, ChannelError, type MidiEvent, readMidi, type Score } from "../../../encoding/index.ts";
import { file, note, track } from "./midi-bytes.ts";

/** A violin on every channel, from 0 to 1 s and from 3 to 4 s; channel 0 is quiet and bent. Ticks are milliseconds. */
function allChannels(): Score {
  const tracks = Array.from({ length: 16 }, (_, channel) => {
    const state = channel === 0 ? [0, 0xb0, 7, 10, 0, 0xe0, 127, 127] : [];
    const noteOn = [0, 0x90 | channel, 60, 80, 0x87, 0x68, 0x80 | channel, 60, 64];
    const again = [0x8f, 0x50, 0x90 | channel, 62, 80, 0x87, 0x68, 0x80 | channel, 62, 64];
    return track(0, 0xc0 | channel, 40, ...state, ...noteOn, ...again);
  });
  return readMidi(file(...tracks));
}

const words = (event: MidiEvent): string =>
  event.kind === "channel"
    ? `${event.tick} ${event.status.toString(16)} ${event.data1} ${event.data2}`
    : `${event.tick} ${event.kind}`;

const partOf = (score: Score): string[] => score.tracks.at(-1)?.events.map(words) ?? [];

describe("the channel of a new part", () => {
  it("is one without sounding notes, whose state is restored afterwards", () => {
    const before = allChannels();
    const after = addNotes(before, [note(72, 90, 1500, 2000)], "Part");
    const part = partOf(after);
    expect(part.slice(1, 13)).toEqual([
      "1500 b0 0 0",
      "1500 b0 32 0",
      "1500 b0 1 0",
      "1500 b0 7 100",
      "1500 b0 10 64",
      "1500 b0 11 127",
      "1500 b0 64 0",
      "1500 b0 66 0",
      "1500 b0 67 0",
      "1500 c0 0 0",
      "1500 e0 0 64",
      "1500 90 72 90",
    ]);
    expect(part).toEqual(expect.arrayContaining(["2000 b0 7 10", "2000 c0 40 0", "2000 e0 127 127"]));
    expect(after.tracks.slice(0, -1)).toEqual(before.tracks);
  });

  it("is rejected where notes sound on all channels", () => {
    expect(() => addNotes(allChannels(), [note(72, 90, 500, 2000)], "Part")).toThrow(ChannelError);
    expect(() => addNotes(allChannels(), [note(72, 90, 500, 2000)], "Part")).toThrow(
      /all 16 channels are in use/,
    );
  });

  it("is the first unused one of the requested port", () => {
    const after = addNotes(allChannels(), [note(72, 90, 500, 2000)], "Part", { port: 1 });
    expect(after.tracks.at(-1)?.events[1]).toEqual({
      kind: "meta",
      tick: 0,
      type: 0x21,
      data: Uint8Array.of(1),
    });
    expect(partOf(after).slice(2)).toEqual(["0 c0 0 0", "500 90 72 90", "2000 80 72 0"]);
  });

  it("is not a percussion channel set by a GS message", () => {
    const drums = [0, 0xf0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0x12, 0x15, 1, 0, 0xf7]; // part 2, which is channel 1 from 0
    const score = readMidi(file(track(...drums, 0, 0x90, 60, 80, 10, 60, 0)));
    expect(partOf(addNotes(score, [note(72, 90, 0, 10)], "Part"))).toContain("0 c2 0 0");
  });
});
