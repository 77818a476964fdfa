import { describe, expect, it } from "vitest";
import { readMidi, type ReadMidiOptions } from "../../../encoding/index.ts";
import { file, header, track } from "./midi-bytes.ts";

type End = readonly [pitch: number, startMs: number, soundEndMs: number];

/** One tick is 1 ms. */
function ends(bytes: Uint8Array, options: ReadMidiOptions = {}): End[] {
  return readMidi(bytes, options).notes.map(({ pitch, startSeconds, soundEndSeconds }): End => [
    pitch,
    Math.round(startSeconds * 1000),
    Math.round(soundEndSeconds * 1000),
  ]);
}

const endsOf = (...tracks: number[][]): End[] => ends(file(...tracks));

/** A delta time and a control change on channel 1. */
const control = (delta: number, controller: number, value: number): number[] => [
  delta,
  0xb0,
  controller,
  value,
];
const press = (delta: number): number[] => control(delta, 64, 127);
const lift = (delta: number): number[] => control(delta, 64, 0);
const catchKeys = (delta: number): number[] => control(delta, 66, 127);
const letGo = (delta: number): number[] => control(delta, 66, 0);
const on = (delta: number, pitch = 60): number[] => [delta, 0x90, pitch, 80];
const off = (delta: number, pitch = 60): number[] => [delta, 0x80, pitch, 0];

describe("the sustain pedal", () => {
  it("sustains the notes of its channel on every track", () => {
    expect(endsOf(track(...press(0), ...lift(50)), track(...on(10), ...off(10)))).toEqual([[60, 10, 50]]);
    expect(endsOf(track(...on(10), ...off(10)), track(...press(0), ...lift(50)))).toEqual([[60, 10, 50]]);
  });

  it("takes pedal events of several tracks in order of time, whichever track comes first", () => {
    const notes = track(...on(10), ...off(10), ...on(100), ...off(10));
    expect(endsOf(track(...lift(100)), track(...press(0)), notes)).toEqual([
      [60, 10, 100],
      [60, 120, 130],
    ]);
    expect(endsOf(track(...press(110), ...lift(90)), track(...press(0), ...lift(50)), notes)).toEqual([
      [60, 10, 50],
      [60, 120, 200],
    ]);
  });

  it("does not sustain notes of another channel", () => {
    expect(endsOf(track(0, 0xb1, 64, 127, 50, 0xb1, 64, 0), track(...on(10), ...off(10)))).toEqual([
      [60, 10, 20],
    ]);
  });

  it("does not sustain notes of another port", () => {
    const port = [0, 0xff, 0x21, 1, 1];
    const notes = [...on(10), ...off(10)];
    expect(endsOf(track(...port, ...press(0), ...lift(50)), track(...notes))).toEqual([[60, 10, 20]]);
    expect(endsOf(track(...port, ...press(0), ...lift(50)), track(...port, ...notes))).toEqual([
      [60, 10, 50],
    ]);
  });

  it("ends a note at pedal-up and pedal-down on one tick", () => {
    const pedal = [...press(0), ...lift(30), ...press(0), ...lift(30)];
    expect(endsOf(track(...pedal), track(...on(10), ...off(10)))).toEqual([[60, 10, 30]]);
  });

  it("sustains a note with pedal-up and pedal-down before its note-off on the same tick", () => {
    const pedal = [...press(0), ...lift(30), ...press(0), ...lift(30)];
    expect(endsOf(track(...pedal), track(...on(10), ...off(20)))).toEqual([[60, 10, 60]]);
    expect(endsOf(track(...on(10), ...off(20)), track(...pedal))).toEqual([[60, 10, 30]]);
  });

  it("sustains a note with pedal-down before its note-off on the same tick", () => {
    expect(endsOf(track(...on(10), ...press(10), ...off(0), ...lift(30)))).toEqual([[60, 10, 50]]);
    expect(endsOf(track(...press(20), ...lift(30)), track(...on(10), ...off(10)))).toEqual([[60, 10, 50]]);
  });

  it("does not sustain a note with pedal-down after its note-off on the same tick", () => {
    expect(endsOf(track(...on(10), ...off(10), ...press(0), ...lift(30)))).toEqual([[60, 10, 20]]);
    expect(endsOf(track(...on(10), ...off(10)), track(...press(20), ...lift(30)))).toEqual([[60, 10, 20]]);
  });

  it("sustains up to the last note-off or pedal event without a pedal-up", () => {
    expect(endsOf(track(...press(0), ...on(10), ...off(10), ...on(20, 61), ...off(20, 61)))).toEqual([
      [60, 10, 60],
      [61, 40, 60],
    ]);
  });

  it("does not sustain percussion", () => {
    const drum = [10, 0x99, 36, 80, 10, 0x89, 36, 0];
    const bytes = file(track(0, 0xb9, 64, 127, ...drum, 30, 0xb9, 64, 0));
    expect(
      readMidi(bytes).notes.map(({ endSeconds, soundEndSeconds }) => [endSeconds, soundEndSeconds]),
    ).toEqual([[0.02, 0.02]]);
  });
});

describe("channel mode messages", () => {
  it("end the pedals at CC 121", () => {
    const reset = control(30, 121, 0);
    expect(endsOf(track(...press(0), ...reset, ...lift(30)), track(...on(10), ...off(10)))).toEqual([
      [60, 10, 30],
    ]);
    expect(endsOf(track(...on(10), ...catchKeys(5), ...off(5), ...reset, ...letGo(30)))).toEqual([
      [60, 10, 50],
    ]);
    expect(endsOf(track(...press(0), ...on(10), ...reset, ...off(5)))).toEqual([[60, 10, 45]]);
  });

  it("end a sustained note at CC 120", () => {
    expect(endsOf(track(...press(0), ...on(10), ...off(10), ...control(10, 120, 0), ...lift(30)))).toEqual([
      [60, 10, 30],
    ]);
    expect(endsOf(track(...press(0), ...on(10), ...control(10, 120, 0), ...off(10), ...lift(30)))).toEqual([
      [60, 10, 20],
    ]);
  });

  it("do not end notes under the pedal at CC 123", () => {
    expect(endsOf(track(...press(0), ...on(10), ...control(10, 123, 0), ...off(10), ...lift(30)))).toEqual([
      [60, 10, 60],
    ]);
    expect(endsOf(track(...on(10), ...control(10, 123, 0), ...off(10)))).toEqual([[60, 10, 20]]);
  });
});

describe("the sostenuto pedal", () => {
  it("sustains only the keys that are down at its pedal-down", () => {
    const early = [...on(0, 60), ...off(5, 60)];
    const caught = [...on(5, 61), ...catchKeys(5), ...off(5, 61)];
    const late = [...on(5, 62), ...off(5, 62)];
    expect(endsOf(track(...early, ...caught, ...late, ...letGo(20)))).toEqual([
      [60, 0, 5],
      [61, 10, 50],
      [62, 25, 30],
    ]);
  });

  it("sustains keys on all tracks of its channel, in file order within a tick", () => {
    const pedal = track(...catchKeys(10), ...letGo(40));
    const note = track(...on(10), ...off(10));
    expect(endsOf(note, pedal)).toEqual([[60, 10, 50]]);
    expect(endsOf(pedal, note)).toEqual([[60, 10, 20]]);
  });

  it("sustains a note together with the sustain pedal, whichever comes first", () => {
    const handed = [...on(0), ...catchKeys(5), ...off(5), ...press(10), ...letGo(10), ...lift(10)];
    expect(endsOf(track(...handed))).toEqual([[60, 0, 40]]);
    const taken = [...press(0), ...on(0), ...catchKeys(5), ...off(5), ...lift(10), ...letGo(10)];
    expect(endsOf(track(...taken))).toEqual([[60, 0, 30]]);
    const tooLate = [...on(0), ...catchKeys(5), ...off(5), ...letGo(10), ...press(10), ...lift(10)];
    expect(endsOf(track(...tooLate))).toEqual([[60, 0, 20]]);
  });
});

describe("a repeated key under the pedal", () => {
  const first = [...on(10), ...off(10)];
  const second = [...on(30), ...off(10), ...lift(30)];

  it("ends the earlier note of the same program", () => {
    expect(endsOf(track(...press(0), ...first, ...on(10), ...off(10), ...lift(30)))).toEqual([
      [60, 10, 30],
      [60, 30, 70],
    ]);
    expect(endsOf(track(...press(0), ...first), track(...second))).toEqual([
      [60, 10, 30],
      [60, 30, 70],
    ]);
  });

  it("does not end that of another program", () => {
    const program = (number: number): number[] => [0, 0xc0, number];
    expect(endsOf(track(...program(0), ...press(0), ...first), track(...program(40), ...second))).toEqual([
      [60, 10, 70],
      [60, 30, 70],
    ]);
  });

  it("does not end the note of another key", () => {
    expect(endsOf(track(...press(0), ...first, ...on(10, 61), ...off(10, 61), ...lift(30)))).toEqual([
      [60, 10, 70],
      [61, 30, 70],
    ]);
  });

  it("does not end a note with the same onset", () => {
    expect(endsOf(track(...press(0), ...first, ...lift(30)), track(...first))).toEqual([
      [60, 10, 50],
      [60, 10, 50],
    ]);
  });
});

describe("other parsings", () => {
  it("format 2 patterns do not share pedals", () => {
    const patterns = [
      track(...press(0), ...on(10), ...off(10)),
      track(...on(10), ...off(10), ...on(10), ...off(10)),
    ];
    const bytes = Uint8Array.from([...header(2, patterns.length), ...patterns.flat()]);
    // The second pattern begins where the first ends, at 20 ms.
    expect(ends(bytes)).toEqual([
      [60, 10, 20],
      [60, 30, 40],
      [60, 50, 60],
    ]);
  });

  it("with note-seq's parsing a pedal applies to its own track and events of one tick are sorted", () => {
    const noteSeq: ReadMidiOptions = { compatibility: "note-seq" };
    const apart = file(track(...press(0), ...lift(50)), track(...on(10), ...off(10)));
    expect([ends(apart), ends(apart, noteSeq)]).toEqual([[[60, 10, 50]], [[60, 10, 20]]]);
    const late = file(track(...on(10), ...off(10), ...press(0), ...lift(30)));
    expect([ends(late), ends(late, noteSeq)]).toEqual([[[60, 10, 20]], [[60, 10, 50]]]);
  });
});
