import { describe, expect, it } from "vitest";
import { MidiError, readMidi, type Score } from "../../../encoding/index.ts";
import { chunk, END_OF_TRACK, header, track, uint32 } from "./midi-bytes.ts";

/** A note of 100 ticks. */
function noteOf(pitch: number): number[] {
  return [0, 0x90, pitch, 100, 100, 0x80, pitch, 0];
}

/** A track of 2 notes, 20 bytes with its end, that claims to be `more` bytes longer. */
function wrongTrack(pitch: number, more: number): number[] {
  return chunk("MTrk", [...noteOf(pitch), ...noteOf(pitch + 1), ...END_OF_TRACK], 20 + more);
}

const LAST = track(...noteOf(72));
const MTRK_TEXT = [0, 0xff, 1, 12, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 4, ...END_OF_TRACK];
const MTRK_SYSEX = [0, 0xf0, 9, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 0, 0xf7];

function recovered(bytes: readonly number[]): Score {
  return readMidi(Uint8Array.from(bytes), { recover: true });
}

function pitches({ notes }: Score): number[] {
  return notes.map(({ pitch }) => pitch).sort((a, b) => a - b);
}

describe("a track with a wrong length", () => {
  const lengths = [-20, -19, -12, -8, -5, -4, -3, -1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 20, 1000, 0xffffff];

  it.each(lengths)("of %i bytes too many loses no note of its own or of the next track", (more) => {
    const score = recovered([...header(1, 2), ...wrongTrack(60, more), ...LAST]);
    expect(pitches(score)).toEqual([60, 61, 72]);
    expect(score.tracks).toHaveLength(2);
    expect(score.warnings).toHaveLength(1);
    expect(score.warnings[0]).toMatch(/^chunk "MTrk" claims \d+ bytes?.* at byte 14: assumed to have 20$/);
  });

  it("that contains the next track ends before it", () => {
    const bytes = [...header(1, 3), ...wrongTrack(60, 20), ...LAST, ...track(...noteOf(74))];
    const score = recovered(bytes);
    expect(pitches(score)).toEqual([60, 61, 72, 74]);
    expect(score.warnings).toEqual(['chunk "MTrk" claims 40 bytes at byte 14: assumed to have 20']);
  });

  it.each([-20, -5, -1])("of %i bytes too many, as the last track, loses no note", (more) => {
    const score = recovered([...header(1, 2), ...LAST, ...wrongTrack(60, more)]);
    expect(pitches(score)).toEqual([60, 61, 72]);
    expect(score.warnings).toEqual([`chunk "MTrk" claims ${20 + more} bytes at byte 34: assumed to have 20`]);
  });

  it("is found in every track of a file", () => {
    const bytes = [5, -3, 200, -20, 1].flatMap((more, index) => wrongTrack(50 + 2 * index, more));
    const score = recovered([...header(1, 6), ...bytes, ...LAST]);
    expect(pitches(score)).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 72]);
    expect(score.warnings).toHaveLength(5);
  });

  it("without an end-of-track event ends before the next track", () => {
    for (const more of [5, -5]) {
      const open = chunk("MTrk", [...noteOf(60), ...noteOf(61)], 16 + more);
      const score = recovered([...header(1, 2), ...open, ...LAST]);
      expect(pitches(score)).toEqual([60, 61, 72]);
      expect(score.warnings).toEqual([
        `chunk "MTrk" claims ${16 + more} bytes at byte 14: assumed to have 16`,
        "track 0: the end-of-track event is missing",
      ]);
    }
  });

  it("and unreadable events is skipped up to the next track", () => {
    const broken = chunk("MTrk", [...noteOf(60), 0x80, 0x80, 0x80, 0x80, 0, ...END_OF_TRACK], 22);
    const score = recovered([...header(1, 2), ...broken, ...LAST]);
    expect(pitches(score)).toEqual([60, 72]);
    expect(score.warnings).toEqual([
      'chunk "MTrk" claims 22 bytes at byte 14: assumed to have 17',
      "track 0: a variable-length number is longer than four bytes at byte 30: the last 9 bytes of the track dropped",
    ]);
  });

  it.each([
    [5, "bad-chunk", 47],
    [-3, "truncated", 39],
    [1000, "truncated", 14],
  ])("of %i bytes too many is still an error without recovery", (more, code, offset) => {
    const bytes = Uint8Array.from([...header(1, 2), ...wrongTrack(60, more), ...LAST]);
    expect(() => readMidi(bytes)).toThrow(MidiError);
    expect(() => readMidi(bytes)).toThrow(expect.objectContaining({ code, offset, canRecover: true }));
  });
});

describe("other chunks with a wrong length", () => {
  it.each([-5, -3, 5, 8, 30, 0xfffffff])("of %i bytes too many: the track behind is found", (more) => {
    const unknown = chunk("CaKe", [1, 2, 3, 4, 5], 5 + more);
    const score = recovered([...header(1, 1), ...unknown, ...LAST]);
    expect(pitches(score)).toEqual([72]);
    expect(score.warnings[0]).toMatch(/^chunk "CaKe" claims \d+ bytes?.* at byte 14: assumed to have 5$/);
  });

  it("finds the first track after a header that claims too many bytes", () => {
    const score = recovered([...header(1, 2).with(7, 11), ...LAST, ...track(...noteOf(60))]);
    expect(pitches(score)).toEqual([60, 72]);
    expect(score.warnings).toEqual(["no chunk follows the header at byte 19: read on from byte 14"]);
  });

  it("skips bytes between two tracks", () => {
    const score = recovered([...header(1, 2), ...LAST, 1, 2, 3, 4, 5, ...track(...noteOf(60))]);
    expect(pitches(score)).toEqual([60, 72]);
    expect(score.warnings).toEqual([
      "a chunk named by the bytes 0x01 0x02 0x03 0x04 at byte 34: skipped to the track at byte 39",
    ]);
  });
});

describe('"MTrk" inside of an event', () => {
  it.each([
    ["a text", MTRK_TEXT],
    ["a system-exclusive message", MTRK_SYSEX],
    [
      "a note and what follows it, under running status",
      [0, 0x90, 60, 1, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 4, 9],
    ],
  ])("as %s is no track when the lengths are right", (_, events) => {
    const bytes = [...header(1, 2), ...track(...events, ...noteOf(60)), ...LAST];
    const score = recovered(bytes);
    expect(score.tracks).toEqual(readMidi(Uint8Array.from(bytes)).tracks);
    expect(score.tracks).toHaveLength(2);
    expect(pitches(score)).toEqual(expect.arrayContaining([60, 72]));
    expect(score.warnings.join()).not.toMatch(/claims/);
  });

  it.each([5, -3])("is no track when the length is %i bytes too long and the events can be read", (more) => {
    const body = [...MTRK_TEXT, ...MTRK_SYSEX, ...noteOf(60), ...END_OF_TRACK];
    const score = recovered([...header(1, 2), ...chunk("MTrk", body, body.length + more), ...LAST]);
    expect(pitches(score)).toEqual([60, 72]);
    expect(score.tracks).toHaveLength(2);
  });
});

describe("hostile chunks", () => {
  it.each([
    ["tracks that claim all of the file", chunk("MTrk", [0, 0x90, 60, 100], 0xffffff)],
    ["tracks that claim nothing", chunk("MTrk", [0, 0x90, 60, 100], 0)],
    ["tracks that cannot be read", chunk("MTrk", [0x80, 0x80, 0x80, 0x80, 0x80], 3)],
    ["other chunks that claim too much", chunk("XFIH", [1, 2, 3], 0xffffff)],
    ["other chunks that claim too little", chunk("XFIH", [1, 2, 3], 1)],
    ["events that run over many tracks", [...chunk("MTrk", [0, 0xff, 1, 0xff, 0x7f], 2), 0x90, 1]],
  ])("are read to the end: %s", (_, part) => {
    const count = 20_000;
    const bytes = Uint8Array.from([
      ...header(1, 0xffff),
      ...Array.from({ length: count }, () => part).flat(),
    ]);
    const { tracks } = readMidi(bytes, { recover: true });
    expect(tracks.length).toBeLessThanOrEqual(count);
  });

  it("reads the rest of the file for a length of 4 GB", () => {
    const bytes = [...header(1, 1), ...LAST.slice(0, 4), ...uint32(0xffffffff), ...LAST.slice(8)];
    expect(recovered(bytes).warnings).toEqual([
      'chunk "MTrk" claims 4294967295 bytes, 12 are left at byte 14: read up to the end of the file',
    ]);
  });
});
