import { describe, expect, it } from "vitest";
import { MidiError, readMidi } from "../../../encoding/index.ts";
import { chunk, END_OF_TRACK, file, header, track, uint32 } from "./midi-bytes.ts";

const NOTE = [0, 0x90, 60, 100, 100, 0x80, 60, 0];
const WHOLE = file(track(...NOTE), track(0, 0x91, 64, 80, 50, 0x81, 64, 0));

function errorOf(bytes: Uint8Array | number[], recover = false): MidiError {
  try {
    readMidi(Uint8Array.from(bytes), { recover });
  } catch (error) {
    if (error instanceof MidiError) return error;
    throw error;
  }
  throw new Error("expected a MidiError");
}

function recovered(bytes: number[]): { pitches: number[]; warnings: readonly string[] } {
  const { notes, warnings } = readMidi(Uint8Array.from(bytes), { recover: true });
  return { pitches: notes.map(({ pitch }) => pitch), warnings };
}

describe("input that is not a MIDI file", () => {
  it.each([
    ["an empty file", [], "empty", 0],
    ["text", [...new TextEncoder().encode("Once upon a time")], "not-midi", 0],
    ["another short file", [1, 2], "not-midi", 0],
    ["a RIFF file of another kind", [...new TextEncoder().encode("RIFF\x10\0\0\0WAVEfmt ")], "not-midi", 0],
    [
      "a wrapper without data",
      [...new TextEncoder().encode("RIFF\x10\0\0\0RMIDdisp\0\0\0\0")],
      "not-midi",
      12,
    ],
    [
      "a wrapper around nothing",
      [...new TextEncoder().encode("RIFF\x10\0\0\0RMIDdata\0\0\0\0")],
      "truncated",
      20,
    ],
    ["a cut header", header(0, 1).slice(0, 13), "truncated", 13],
    ["half the magic", [0x4d, 0x54], "truncated", 2],
  ] as const)("%s is refused, recovery or not", (_, bytes, code, offset) => {
    expect(errorOf([...bytes])).toMatchObject({ code, offset, canRecover: false });
    expect(errorOf([...bytes], true)).toMatchObject({ code, offset });
  });

  it("states the error, its position and the remedy", () => {
    const error = errorOf([...new TextEncoder().encode("<html>")]);
    expect(error.message).toBe('this is an HTML page, not a MIDI file: expected "MThd" at byte 0');
    expect(error.hint).toMatch(/download the \.mid file/);
  });
});

describe("damaged headers and chunks", () => {
  const body = track(...NOTE);
  const cases: readonly (readonly [string, number[], string, number, RegExp])[] = [
    ["a header length under 6", [...header(0, 1).with(7, 5), ...body], "bad-header", 4, /claims 5 bytes/],
    [
      "a header length beyond the file",
      [...header(0, 1).with(4, 0x7f), ...body],
      "bad-header",
      4,
      /claims 2130706438 bytes/,
    ],
    ["an unknown format", [...header(7, 1), ...body], "bad-header", 8, /format 7/],
    ["no ticks", [...header(0, 1, 0), ...body], "bad-division", 12, /0 ticks per quarter/],
    ["a SMPTE rate that is none", [...header(0, 1, 0xef28), ...body], "bad-division", 12, /17 frames/],
    ["SMPTE frames without ticks", [...header(0, 1, 0xe700), ...body], "bad-division", 12, /0 ticks a frame/],
    ["fewer tracks than announced", [...header(1, 3), ...body], "missing-track", 34, /announces 3 tracks, 1/],
    [
      "a track that claims 4 GB",
      [...header(0, 1), ...body.slice(0, 4), ...uint32(0xffffffff), ...body.slice(8)],
      "truncated",
      14,
      /claims 4294967295 bytes, 12 are left/,
    ],
    [
      "bytes where a track should be",
      [...header(1, 2), ...body, 1, 2, 3, 4, 5, 6, 7, 8],
      "bad-chunk",
      34,
      /0x01 0x02 0x03 0x04/,
    ],
  ];
  it.each(cases)("%s", (_, bytes, code, offset, found) => {
    const error = errorOf(bytes);
    expect(error).toMatchObject({ code, offset, canRecover: true });
    expect(error.message).toMatch(found);
    const { pitches, warnings } = recovered(bytes);
    expect(pitches).toEqual([60]);
    expect(warnings.join("\n")).toMatch(found);
  });

  it("rejects a file cut at any byte; recovery reads it if the header is complete", () => {
    for (let length = 0; length < WHOLE.length; length += 1) {
      const bytes = [...WHOLE.subarray(0, length)];
      expect(errorOf(bytes)).toBeInstanceOf(MidiError);
      if (length >= 14) expect(recovered(bytes).warnings.length).toBeGreaterThan(0);
    }
  });

  it("limits the number of warnings", () => {
    const empty = Array.from({ length: 5000 }, () => chunk("XFIH", [])).flat();
    const { warnings } = recovered([...header(0, 1), ...empty, ...body]);
    expect(warnings).toHaveLength(101);
    expect(warnings.at(-1)).toBe("and 4900 more warnings");
  });
});

describe("irregular but complete files", () => {
  const body = track(...NOTE);
  it.each([
    [
      "unknown chunks before and between tracks",
      [...header(1, 2), ...chunk("XFIH", [1, 2]), ...body, ...chunk("abcd", []), ...body],
      2,
    ],
    ["more tracks than announced", [...header(1, 1), ...body, ...body], 2],
    ["bytes behind the last track", [...header(0, 1), ...body, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
    ["a few bytes behind the last track", [...header(0, 1), ...body, 1, 2, 3], 1],
  ] as const)("%s: read, with a warning", (_, bytes, count) => {
    const { notes, warnings } = readMidi(Uint8Array.from(bytes));
    expect(notes).toHaveLength(count);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it("reads a RIFF RMID wrapper with any chunk before the data", () => {
    const bytes = [...WHOLE];
    const size = (length: number): number[] => uint32(length).toReversed();
    const text = (name: string): number[] => [...new TextEncoder().encode(name)];
    const wrapped = Uint8Array.from([
      ...text("RIFF"),
      ...size(bytes.length + 24),
      ...text("RMIDDISP"),
      ...size(3),
      1,
      2,
      3,
      0,
      ...text("data"),
      ...size(bytes.length),
      ...bytes,
    ]);
    expect(readMidi(wrapped)).toEqual(readMidi(WHOLE));
  });

  it.each([
    [0xe728, 1 / (25 * 40)],
    [0xe804, 1 / (24 * 4)],
    [0xe350, 1.001 / (30 * 80)],
    [0xe20a, 1 / (30 * 10)],
  ])("SMPTE division %i: seconds from frames, whatever the tempo events say", (division, secondsPerTick) => {
    const tempo = [0, 0xff, 0x51, 3, 0x01, 0, 0];
    const { notes } = readMidi(Uint8Array.from([...header(0, 1, division), ...track(...tempo, ...NOTE)]));
    expect(notes[0]?.endSeconds).toBeCloseTo(100 * secondsPerTick, 12);
  });

  it("a header longer than six bytes", () => {
    const bytes = [...header(0, 1).with(7, 8), 9, 9, ...body];
    expect(readMidi(Uint8Array.from(bytes)).notes).toHaveLength(1);
  });

  it("no tracks at all", () => {
    expect(readMidi(Uint8Array.from(header(1, 0)))).toMatchObject({
      notes: [],
      durationSeconds: 0,
      warnings: [],
    });
  });

  it("places the patterns of a format 2 file one after the other, each at its own tempo", () => {
    const slow = [0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40];
    const bytes = [
      ...header(2, 3),
      ...track(...slow, ...NOTE),
      ...track(...NOTE),
      ...track(...slow, ...NOTE),
    ];
    const { notes } = readMidi(Uint8Array.from(bytes));
    expect(notes.map(({ startSeconds }) => Math.round(startSeconds * 1000))).toEqual([0, 200, 300]);
    expect(notes.map(({ startTick, track: index }) => [startTick, index])).toEqual([
      [0, 0],
      [100, 1],
      [200, 2],
    ]);
  });

  it("reads a track without an end-of-track event, with a warning", () => {
    const bytes = [...header(0, 1), ...chunk("MTrk", NOTE)];
    expect(readMidi(Uint8Array.from(bytes)).warnings).toEqual(["track 0: the end-of-track event is missing"]);
    expect(END_OF_TRACK).toHaveLength(4);
  });
});
