import { describe, expect, it } from "vitest";
import { readMidi, type ScoreNote } from "../../encoding/index.ts";
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
  it("remember where they come from", () => {
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
      noteOnIndex: 1,
      noteOffIndex: 2,
    });
  });

  it("of one key are paired first in, first out", () => {
    const notes = notesOf(track(0, 0x90, 60, 1, 10, 60, 2, 10, 60, 3, 10, 60, 0, 10, 60, 0, 10, 60, 0));
    expect(notes.map(brief)).toEqual([
      [60, 1, 0, 30],
      [60, 2, 10, 40],
      [60, 3, 20, 50],
    ]);
  });

  it("that never end are left out and counted; note-offs without a note are ignored", () => {
    const score = readMidi(file(track(0, 0x80, 60, 0, 0, 0x90, 60, 1, 0, 62, 2, 9, 60, 0)));
    expect(score.notes.map(brief)).toEqual([[60, 1, 0, 9]]);
    expect(score.warnings).toEqual(["track 0: 1 note without an end left out"]);
  });

  it("of no length are kept", () => {
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
      [11, 5, 0],
      [10, 10, 0],
      [12, 1, 1],
    ]);
  });

  it("have the program that is selected when they end, as in pretty_midi", () => {
    expect(notesOf(track(0, 0x90, 60, 1, 5, 0xc0, 7, 5, 0x80, 60, 0))[0]?.program).toBe(7);
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
  it("is down from 64 on, and other controllers are none", () => {
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
