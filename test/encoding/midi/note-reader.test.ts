import { describe, expect, it } from "vitest";
import { readMidi, type ScoreNote } from "../../../encoding/index.ts";
import { file, track } from "./midi-bytes.ts";

function notesOf(...tracks: number[][]): ScoreNote[] {
  return [...readMidi(file(...tracks)).notes];
}

const brief = ({ pitch, velocity, startTick, endTick }: ScoreNote): number[] => [
  pitch,
  velocity,
  startTick,
  endTick,
];

describe("notes", () => {
  it("have the track, channel and event indices of their source", () => {
    const [note] = notesOf(track(0, 0xc3, 40, 10, 0x93, 60, 90, 20, 0x93, 60, 0));
    expect(note).toEqual({
      pitch: 60,
      velocity: 90,
      startSeconds: 0.01,
      endSeconds: 0.03,
      startTick: 10,
      endTick: 30,
      track: 0,
      channel: 3,
      program: 40,
      isPercussion: false,
      soundEndSeconds: 0.03,
      noteOnIndex: 1,
      noteOffIndex: 2,
    });
  });

  it("of one key pair first in, first out", () => {
    const notes = notesOf(track(0, 0x90, 60, 1, 10, 60, 2, 10, 60, 3, 10, 60, 0, 10, 60, 0, 10, 60, 0));
    expect(notes.map(brief)).toEqual([
      [60, 1, 0, 30],
      [60, 2, 10, 40],
      [60, 3, 20, 50],
    ]);
  });

  it("end at the next note-on where a key has fewer note-offs than note-ons", () => {
    const strikes = [0, 0x90, 60, 1, 10, 60, 2, 10, 60, 3];
    expect(notesOf(track(...strikes, 10, 60, 0)).map(brief)).toEqual([
      [60, 1, 0, 10],
      [60, 2, 10, 20],
      [60, 3, 20, 30],
    ]);
    expect(notesOf(track(...strikes, 10, 60, 0, 10, 60, 0)).map(brief)).toEqual([
      [60, 1, 0, 10],
      [60, 2, 10, 30],
      [60, 3, 20, 40],
    ]);
  });

  it("pair first in, first out where only a later note-on of the key has no note-off", () => {
    const paired = [0, 0x90, 60, 1, 10, 60, 2, 10, 60, 0, 10, 60, 0];
    expect(notesOf(track(...paired, 10, 60, 3, 5, 61, 4, 5, 61, 0)).map(brief)).toEqual([
      [60, 1, 0, 20],
      [60, 2, 10, 30],
      [60, 3, 40, 50],
      [61, 4, 45, 50],
    ]);
  });

  it("without a note-off end with the track or one bar after its last note event", () => {
    const late = [0x8f, 0x50, 0xff, 0x01, 0]; // a text 2000 ticks on
    const early = readMidi(file(track(0, 0x80, 60, 0, 0, 0x90, 60, 1, 0, 62, 2, 9, 60, 0)));
    expect(early.notes.map(brief)).toEqual([
      [60, 1, 0, 9],
      [62, 2, 0, 9],
    ]);
    expect(early.notes.map(({ noteOffIndex }) => noteOffIndex)).toEqual([3, -1]);
    expect(early.warnings).toEqual(["track 0: 1 note without a note-off ended"]);
    expect(notesOf(track(0, 0x90, 60, 1, ...late)).map(brief)).toEqual([[60, 1, 0, 2000]]);
    const longer = [0x9f, 0x20, 0xff, 0x01, 0]; // 4000 ticks
    expect(notesOf(track(0, 0x90, 60, 1, ...longer)).map(brief)).toEqual([[60, 1, 0, 2000]]);
    const threeEight = [0, 0xff, 0x58, 4, 3, 3, 24, 8];
    expect(notesOf(track(...threeEight, 0, 0x90, 60, 1, ...longer)).map(brief)).toEqual([[60, 1, 0, 750]]);
  });

  it.each([120, 123, 124, 125, 126, 127])(
    "are released by controller %i on any track of the channel",
    (cc) => {
      const notes = notesOf(
        track(0, 0x90, 60, 1, 0, 0x91, 61, 2, 20, 0x80, 60, 0, 0, 0x81, 61, 0),
        track(10, 0xb0, cc, 0),
      );
      expect(notes.map(brief)).toEqual([
        [60, 1, 0, 10],
        [61, 2, 0, 20],
      ]);
    },
  );

  it("of another port are not ended", () => {
    const notes = notesOf(
      track(0, 0x90, 60, 1, 20, 0x80, 60, 0),
      track(0, 0xff, 0x21, 1, 1, 10, 0xb0, 123, 0),
    );
    expect(notes.map(brief)).toEqual([[60, 1, 0, 20]]);
  });

  it("of length 0 are kept", () => {
    expect(notesOf(track(5, 0x90, 60, 1, 0, 60, 0)).map(brief)).toEqual([[60, 1, 5, 5]]);
  });

  it("on different channels and tracks do not end each other", () => {
    const on = (channel: number): number[] => [0, 0x90 | channel, 60, 10 + channel];
    const off = (channel: number, delta: number): number[] => [delta, 0x80 | channel, 60, 0];
    const notes = notesOf(
      track(...on(0), ...on(1), ...off(1, 5), ...off(0, 5)),
      track(...on(2), ...off(2, 1)),
    );
    expect(notes.map(({ velocity, endTick, track: index }) => [velocity, endTick, index])).toEqual([
      [10, 10, 0],
      [11, 5, 0],
      [12, 1, 1],
    ]);
  });

  it("have the program at their note-on", () => {
    const inside = track(0, 0xc0, 3, 0, 0x90, 60, 1, 5, 0xc0, 7, 5, 0x80, 60, 0);
    expect(notesOf(inside)[0]?.program).toBe(3);
    const [asNoteSeq] = readMidi(file(inside), { compatibility: "note-seq" }).notes;
    expect(asNoteSeq?.program).toBe(7);
  });

  it("have their own track's program, or the channel's where their track sets none", () => {
    const note = [0, 0x90, 60, 1, 9, 60, 0];
    const programs = (...tracks: number[][]): number[] => notesOf(...tracks).map(({ program }) => program);
    expect(programs(track(0, 0xc0, 40), track(...note))).toEqual([40]);
    expect(programs(track(0, 0xc0, 0, ...note), track(0, 0xc0, 40, ...note))).toEqual([0, 40]);
    expect(programs(track(0, 0xff, 0x21, 1, 1, 0, 0xc0, 40), track(...note))).toEqual([0]);
  });

  it("of several tracks come in order of start, also beyond 2³¹ ticks", () => {
    const late = [0xff, 0xff, 0xff, 0x7f, 0x90, 60, 1, 1, 60, 0];
    const gaps = Array.from({ length: 9 }, () => [0xff, 0xff, 0xff, 0x7f, 0xc0, 0]).flat();
    const notes = notesOf(track(...gaps, ...late), track(10, 0x90, 61, 1, 1, 61, 0, 5, 62, 1, 1, 62, 0));
    expect(notes.map(({ pitch }) => pitch)).toEqual([61, 62, 60]);
    const near = notesOf(
      track(10, 0x90, 60, 1, 1, 60, 0, 9, 60, 2, 1, 60, 0),
      track(10, 0x90, 61, 1, 1, 61, 0),
    );
    expect(near.map(({ velocity, pitch }) => [pitch, velocity])).toEqual([
      [60, 1],
      [61, 1],
      [60, 2],
    ]);
  });
});

describe("the pedal", () => {
  it("is down from value 64 on; other controllers are ignored", () => {
    const { pedal } = readMidi(file(track(0, 0xb2, 64, 63, 1, 64, 64, 1, 64, 127, 1, 65, 127, 1, 64, 0)));
    expect(pedal).toEqual([
      { seconds: 0, isDown: false, track: 0, channel: 2 },
      { seconds: 0.001, isDown: true, track: 0, channel: 2 },
      { seconds: 0.002, isDown: true, track: 0, channel: 2 },
      { seconds: 0.004, isDown: false, track: 0, channel: 2 },
    ]);
  });

  it("of several tracks comes in order of time", () => {
    const { pedal } = readMidi(file(track(5, 0xb0, 64, 127, 20, 64, 0), track(0, 0xb0, 64, 127, 10, 64, 0)));
    expect(pedal.map(({ seconds, track: index }) => [seconds, index])).toEqual([
      [0, 1],
      [0.005, 0],
      [0.01, 1],
      [0.025, 0],
    ]);
  });
});

describe("percussion", () => {
  const gs = (part: number, mode: number): number[] => [
    0,
    0xf0,
    10,
    0x41,
    0x10,
    0x42,
    0x12,
    0x40,
    0x10 | part,
    0x15,
    mode,
    0,
    0xf7,
  ];
  const isPercussion = (channel: number, ...before: number[]): boolean | undefined =>
    notesOf(track(...before, 0, 0x90 | channel, 36, 1, 9, 0x80 | channel, 36, 0))[0]?.isPercussion;

  it("is on channel 10", () => {
    expect(isPercussion(9)).toBe(true);
    expect(isPercussion(8)).toBe(false);
  });

  it("is on a channel set as a rhythm part by GS", () => {
    expect(isPercussion(10, ...gs(0x0a, 1))).toBe(true);
    expect(isPercussion(0, ...gs(0x01, 2))).toBe(true);
    expect(isPercussion(9, ...gs(0x00, 0))).toBe(false);
  });

  it("is in XG's bank of drum kits, but not in GS's bank of the MT-32", () => {
    const gsReset = [0, 0xf0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7f, 0x00, 0x41, 0xf7];
    expect(isPercussion(3, 0, 0xb3, 0, 127)).toBe(true);
    expect(isPercussion(3, 0, 0xb3, 0, 127, 0, 0xb3, 0, 0)).toBe(false);
    expect(isPercussion(3, ...gsReset, 0, 0xb3, 0, 127)).toBe(false);
  });

  it("alone causes a warning", () => {
    const { warnings } = readMidi(file(track(0, 0x99, 36, 1, 9, 0x89, 36, 0)));
    expect(warnings).toEqual(["all notes are percussion, which is not encoded"]);
  });
});
