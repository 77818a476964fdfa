import { describe, expect, it } from "vitest";
import { pluralize } from "../../../encoding/pluralize.ts";
import { MidiError, readMidi, type Score, tempoChanges } from "../../../encoding/index.ts";
import { chunk, END_OF_TRACK, file, header, track } from "./midi-bytes.ts";

const ON = [0, 0x90, 60, 100];
const OFF = [100, 0x80, 60, 0];

function read(...body: number[]): Score {
  return readMidi(file(track(...body)));
}

describe("events", () => {
  it("keep running status, also across meta events", () => {
    const { tracks } = read(0, 0x90, 60, 100, 10, 62, 90, 0, 0xff, 0x06, 1, 0x41, 10, 60, 0, 5, 62, 0);
    expect(tracks[0]?.events.map(({ tick }) => tick)).toEqual([0, 10, 10, 20, 25]);
    expect(tracks[0]?.events[3]).toEqual({ kind: "channel", tick: 20, status: 0x90, data1: 60, data2: 0 });
  });

  it("every kind of channel message, with one or two data bytes", () => {
    const { tracks } = read(
      0,
      0x82,
      1,
      2,
      0,
      0x92,
      3,
      4,
      0,
      0xa2,
      5,
      6,
      0,
      0xb2,
      7,
      8,
      0,
      0xc2,
      9,
      10,
      0xd2,
      11,
      0,
      0xe2,
      12,
      13,
    );
    expect(
      tracks[0]?.events.map((event) =>
        event.kind === "channel" ? [event.status, event.data1, event.data2] : [],
      ),
    ).toEqual([
      [0x82, 1, 2],
      [0x92, 3, 4],
      [0xa2, 5, 6],
      [0xb2, 7, 8],
      [0xc2, 9, 0],
      [0xd2, 11, 0],
      [0xe2, 12, 13],
    ]);
  });

  it("meta and system-exclusive events keep their bytes", () => {
    const { tracks } = read(
      0,
      0xff,
      0x7f,
      2,
      0xfe,
      0x80,
      1,
      0xf0,
      3,
      0x43,
      0x10,
      0xf7,
      0,
      0xf7,
      0,
      0,
      0xff,
      0x20,
      1,
      3,
    );
    expect(tracks[0]?.events).toEqual([
      { kind: "meta", tick: 0, type: 0x7f, data: Uint8Array.of(0xfe, 0x80) },
      { kind: "sysex", tick: 1, status: 0xf0, data: Uint8Array.of(0x43, 0x10, 0xf7) },
      { kind: "sysex", tick: 1, status: 0xf7, data: new Uint8Array(0) },
      { kind: "meta", tick: 1, type: 0x20, data: Uint8Array.of(3) },
    ]);
  });

  it("delta times of one to four bytes", () => {
    const { tracks } = read(
      0x7f,
      0xc0,
      1,
      0x81,
      0,
      0xc0,
      2,
      0xff,
      0xff,
      0x7f,
      0xc0,
      3,
      0xff,
      0xff,
      0xff,
      0x7f,
      0xc0,
      4,
    );
    const ticks = [127, 127 + 128, 127 + 128 + 0x1fffff, 127 + 128 + 0x1fffff + 0xfffffff];
    expect(tracks[0]?.events.map(({ tick }) => tick)).toEqual(ticks);
    expect(tracks[0]?.endTick).toBe(ticks[3]);
  });

  it.each([
    ["UTF-8", [0xc3, 0xa9], "é"],
    ["Latin-1", [0xe9], "é"],
  ])("a track name in %s", (_, data, name) => {
    expect(read(0, 0xff, 3, data.length, ...data).tracks[0]?.name).toBe(name);
  });
});

describe("damage", () => {
  /** Body of the track, error code, offset in the track's bytes, pitches read with recovery. */
  const cases: readonly (readonly [string, number[], string, number, number[]])[] = [
    ["a data byte first", [0, 0x40, 0x40, ...ON], "bad-status", 1, []],
    ["a first data byte ≥ 128", [...ON, 10, 0x90, 0x80, 100, ...OFF], "bad-data", 6, [60]],
    ["a second data byte ≥ 128", [...ON, 10, 0x90, 62, 0xff, ...OFF], "bad-data", 7, [60]],
    ["a real-time message", [...ON, 0, 0xf8, ...OFF], "bad-status", 5, [60]],
    ["a song position", [...ON, 0, 0xf2, 1, 2, ...OFF], "bad-status", 5, [60]],
    ["a song selection", [...ON, 0, 0xf3, 1, ...OFF], "bad-status", 5, [60]],
    ["tempo 0", [...ON, 0, 0xff, 0x51, 3, 0, 0, 0, ...OFF], "bad-tempo", 4, [60]],
    ["a tempo of two bytes", [...ON, 0, 0xff, 0x51, 2, 7, 0, ...OFF], "bad-tempo", 4, [60]],
    ["a meta type ≥ 128", [...ON, 0, 0xff, 0x80, 0, ...OFF], "bad-data", 6, [60]],
    ["a delta time of five bytes", [...ON, ...OFF, 0x80, 0x80, 0x80, 0x80, 0], "bad-length", 8, [60]],
    [
      "a length of five bytes",
      [...ON, ...OFF, 0, 0xff, 1, 0xff, 0xff, 0xff, 0xff, 0x7f],
      "bad-length",
      11,
      [60],
    ],
    ["an absurd length", [...ON, ...OFF, 0, 0xff, 1, 0xff, 0xff, 0xff, 0x7f], "truncated", 11, [60]],
    ["an absurd system-exclusive", [...ON, ...OFF, 0, 0xf0, 0xff, 0xff, 0xff, 0x7f], "truncated", 10, [60]],
  ];
  it.each(cases)("%s", (_, body, code, offset, pitches) => {
    const bytes = file(track(...body));
    expect(() => readMidi(bytes)).toThrow(MidiError);
    try {
      readMidi(bytes);
    } catch (error) {
      expect(error).toMatchObject({ code, offset: 22 + offset, track: 0, canRecover: true });
    }
    const score = readMidi(bytes, { recover: true });
    expect(score.notes.map(({ pitch }) => pitch)).toEqual(pitches);
    expect(score.warnings.some((warning) => /track 0: .* at byte \d+: .* dropped/.test(warning))).toBe(true);
  });

  it.each([
    ["in an event", [...ON, 100, 0x80, 60], 6],
    ["in a one-byte event", [...ON, 100, 0xc0], 6],
    ["in a delta time", [...ON, 0x81], 4],
    ["after a delta time", [...ON, 10], 5],
    ["after a meta status", [...ON, 10, 0xff], 6],
    ["in a meta event", [...ON, 10, 0xff, 1, 5, 0x41], 7],
  ])("a track that ends %s", (_, body, offset) => {
    const bytes = Uint8Array.from([...header(0, 1), ...chunk("MTrk", body)]);
    expect(() => readMidi(bytes)).toThrow(
      expect.objectContaining({ code: "truncated", offset: 22 + offset }),
    );
    const { tracks, warnings } = readMidi(bytes, { recover: true });
    expect(tracks[0]?.events).toHaveLength(1);
    const left = bytes.length - 22 - offset;
    const dropped =
      left > 0 ? `the last ${pluralize(left, "byte")} of the track` : "the event that is cut there";
    expect(warnings.some((warning) => warning.includes(dropped))).toBe(true);
  });
});

describe("an early end of track", () => {
  it("is followed by events, which are read, also after several such ends", () => {
    const { notes, warnings, tracks } = read(...ON, ...END_OF_TRACK, ...OFF, ...END_OF_TRACK, ...ON, ...OFF);
    expect(notes.map(({ startTick, endTick }) => [startTick, endTick])).toEqual([
      [0, 100],
      [100, 200],
    ]);
    expect(warnings).toHaveLength(2);
    expect(tracks[0]?.endTick).toBe(200);
  });

  it("is followed by padding, which is ignored, also in strict reading", () => {
    const { notes, warnings } = read(...ON, ...OFF, ...END_OF_TRACK, 0, 0, 0, 0);
    expect(notes).toHaveLength(1);
    expect(warnings).toEqual(["track 0: 8 bytes after the end of track, from byte 34, ignored"]);
  });

  it("ignores all bytes after it when they cannot be read completely", () => {
    const padding = [0, 0xff, 0x51, 3, 1, 2, 3, 0, 0x90, 60, 64, 0, 0xfe];
    const score = readMidi(file(track(0, 0xff, 0x51, 3, 4, 5, 6, 0, 0xff, 0x2f, 0, ...padding)));
    expect(tempoChanges(score.tracks)).toEqual([{ tick: 0, microsecondsPerQuarter: 0x040506 }]);
    expect(score.tracks[0]?.events).toHaveLength(1);
  });
});
