import { describe, expect, it } from "vitest";
import {
  encodeScore,
  parseSelection,
  PERFORMANCE_388,
  readMidi,
  SelectionError,
  selectNotes,
  selectTracks,
  writeMidi,
} from "../../../encoding/index.ts";
import { file, track } from "./midi-bytes.ts";

const TEMPO = [0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40];
const setUp = (channel: number, program: number): number[] => [
  0,
  0xc0 | channel,
  program,
  0,
  0xb0 | channel,
  64,
  127,
];
const voice = (channel: number, program: number, pitch: number): number[] => [
  ...setUp(channel, program),
  0,
  0x90 | channel,
  pitch,
  64,
  10,
  0x80 | channel,
  pitch,
  0,
];
/** A conductor track, a track with two voices, one with one voice, and one with drums and a voice. */
const SCORE = readMidi(
  file(
    track(...TEMPO),
    track(...voice(0, 0, 60), ...voice(1, 40, 61)),
    track(...voice(2, 40, 62)),
    track(...voice(9, 0, 35), ...voice(3, 7, 63)),
  ),
);

const pitches = (selection: Parameters<typeof selectTracks>[1]): number[] =>
  selectTracks(SCORE, selection)
    .notes.map(({ pitch }) => pitch)
    .sort();

describe("selectTracks", () => {
  it.each([
    [{ tracks: [1] }, [60, 61]],
    [{ tracks: [1, 2] }, [60, 61, 62]],
    [{ channels: [2, 3] }, [62, 63]],
    [{ programs: [40] }, [61, 62]],
    [{ tracks: [3] }, [63]],
    [{ channels: [0], programs: [7] }, [60, 63]],
  ])("%o", (selection, expected) => {
    expect(pitches(selection)).toEqual(expected);
  });

  it("states what was omitted", () => {
    expect(selectTracks(SCORE, { tracks: [3] }).warnings).toEqual([
      "1 note of percussion in the selection omitted",
      "3 notes of other tracks omitted",
    ]);
    expect(selectTracks(SCORE, { tracks: [0, 1, 2, 3] }).warnings).toHaveLength(1);
  });

  it("keeps tempos and track indices; controllers stay with their channel", () => {
    const score = selectTracks(SCORE, { channels: [1] });
    expect(score.tracks.map(({ events }) => events.length)).toEqual([1, 4, 0, 0]);
    expect(score.pedal).toMatchObject([{ channel: 1, track: 1 }]);
    expect(score.notes[0]).toMatchObject({ track: 1, startSeconds: 0.02, endSeconds: 0.04, noteOnIndex: 2 });
    expect(readMidi(writeMidi(score)).notes).toEqual(score.notes);
  });

  it("selectNotes keeps the tracks unchanged and has the same notes", () => {
    const selection = { channels: [1] };
    const score = selectNotes(SCORE, selection);
    const cut = selectTracks(SCORE, selection);
    expect(score.tracks).toBe(SCORE.tracks);
    expect(score.warnings).toEqual(cut.warnings);
    expect(score.pedal).toEqual(cut.pedal);
    expect(score.notes).toEqual(SCORE.notes.filter(({ channel }) => channel === 1));
    expect(encodeScore(score, PERFORMANCE_388).ids).toEqual(encodeScore(cut, PERFORMANCE_388).ids);
  });

  it("throws an error with the possible selections when no notes are selected", () => {
    expect(() => selectTracks(SCORE, { tracks: [0] })).toThrow(SelectionError);
    expect(() => selectTracks(SCORE, { tracks: [0] })).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining(
          "track 1 channel 0 program 0 (1 note), track 1 channel 1 program 40 (1 note), track 2",
        ),
      }),
    );
    expect(() => selectTracks(SCORE, { channels: [9] })).toThrow("percussion only");
    const drums = readMidi(file(track(...voice(9, 0, 35))));
    expect(() => selectTracks(drums, {})).toThrow(
      expect.objectContaining({ hint: "the file has no notes other than percussion" }),
    );
    const many = readMidi(file(...Array.from({ length: 9 }, (_, index) => track(...voice(0, index, 60)))));
    expect(() => selectTracks(many, {})).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/and 1 more$/) }),
    );
  });
});

describe("parseSelection", () => {
  it.each([
    ["1", { tracks: [1], channels: [], programs: [] }],
    ["0-2, 4", { tracks: [0, 1, 2, 4], channels: [], programs: [] }],
    ["channel:15,program:0-2", { tracks: [], channels: [15], programs: [0, 1, 2] }],
  ])("%s", (text, expected) => {
    expect(parseSelection(text)).toEqual(expected);
  });

  it.each(["", "x", "1,", "-1", "3-1", "channel:16", "program:128", "65536", "1.5", "Channel:1", "channel:"])(
    "rejects %j",
    (text) => {
      expect(() => parseSelection(text)).toThrow(SelectionError);
    },
  );
});
