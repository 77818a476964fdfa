import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applySustain, type PedalEvent, type ScoreNote } from "../../../encoding/index.ts";
import { slowSustain } from "./slow-sustain.ts";

interface Place {
  readonly track?: number;
  readonly channel?: number;
  readonly program?: number;
}

function key(pitch: number, startSeconds: number, endSeconds: number, place: Place = {}): ScoreNote {
  const { track = 0, channel = 0, program = 0 } = place;
  const ticks = {
    startTick: startSeconds,
    endTick: endSeconds,
    noteOnIndex: 0,
    noteOffIndex: 0,
    isPercussion: false,
    soundEndSeconds: endSeconds,
  };
  return { pitch, velocity: 64, startSeconds, endSeconds, track, channel, program, ...ticks };
}

function moves(isDownAt: Readonly<Record<number, boolean>>, place: Place = {}): PedalEvent[] {
  const { track = 0, channel = 0 } = place;
  return Object.entries(isDownAt).map(([seconds, isDown]) => ({
    seconds: Number(seconds),
    isDown,
    track,
    channel,
  }));
}

function spans(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): number[][] {
  return applySustain(notes, pedal).map(({ pitch, startSeconds, endSeconds }) => [
    pitch,
    startSeconds,
    endSeconds,
  ]);
}

describe("applySustain", () => {
  const pressed = moves({ 1: true, 5: false });

  it.each([
    ["released before the pedal: as it is", [key(60, 0, 0.5)], [[60, 0, 0.5]]],
    ["released under the pedal: ends at pedal-up", [key(60, 0, 2)], [[60, 0, 5]]],
    ["released as the pedal goes down: held", [key(60, 0, 1)], [[60, 0, 5]]],
    ["released at pedal-up: unchanged", [key(60, 2, 5)], [[60, 2, 5]]],
    ["held longer than the pedal: as it is", [key(60, 2, 7)], [[60, 2, 7]]],
    [
      "repeated under the pedal: ends there",
      [key(60, 2, 3), key(60, 4, 4.5)],
      [
        [60, 2, 4],
        [60, 4, 5],
      ],
    ],
    [
      "repeated while its key is down: ends there",
      [key(60, 2, 9), key(60, 4, 4.5)],
      [
        [60, 2, 4],
        [60, 4, 5],
      ],
    ],
    ["two note-ons at one time: the first is dropped", [key(60, 2, 3), key(60, 2, 4)], [[60, 2, 5]]],
    [
      "another key: not ended",
      [key(60, 2, 3), key(61, 4, 4.5)],
      [
        [60, 2, 5],
        [61, 4, 5],
      ],
    ],
    [
      "overlapping without the pedal: as they are",
      [key(60, 0, 0.9), key(60, 0.5, 0.7)],
      [
        [60, 0, 0.9],
        [60, 0.5, 0.7],
      ],
    ],
  ])("a note %s", (_, notes, expected) => {
    expect(spans(notes, pressed)).toEqual(expected);
  });

  it("pedal-down and pedal-up at one time count as up", () => {
    expect(
      spans([key(60, 0, 2)], moves({ 1: true }).concat(moves({ 3: false }), moves({ 3: true }))),
    ).toEqual([[60, 0, 3]]);
  });

  it("a pedal without pedal-up sustains up to the last event of any instrument", () => {
    expect(spans([key(60, 0, 2), key(61, 0, 9, { channel: 1 })], moves({ 1: true }))).toEqual([
      [60, 0, 9],
      [61, 0, 9],
    ]);
    const pedal = [...moves({ 1: true }), ...moves({ 20: true })];
    expect(spans([key(60, 0, 2)], pedal)).toEqual([[60, 0, 20]]);
  });

  it("ignores a pedal on a channel without notes, also as the last event", () => {
    const pedal = [...moves({ 1: true }), ...moves({ 30: false }, { track: 5 })];
    expect(spans([key(60, 0, 2)], pedal)).toEqual([[60, 0, 2]]);
  });

  it("sustains all programs of its channel and no other channel or track", () => {
    const notes = [
      key(60, 0, 2),
      key(61, 0, 2, { program: 5 }),
      key(62, 0, 2, { channel: 1 }),
      key(63, 0, 2, { track: 1 }),
    ];
    expect(spans(notes, pressed)).toEqual([
      [60, 0, 5],
      [61, 0, 5],
      [62, 0, 2],
      [63, 0, 2],
    ]);
  });

  it("distinguishes the instruments of many tracks: a note-on of one does not end a note of another", () => {
    const [low, high] = [{ program: 1 }, { track: 8 }];
    const notes = [key(60, 1.5, 2, low), key(60, 3, 3.5, high)];
    const pedal = [...moves({ 1: true, 5: false }), ...moves({ 1: true, 5: false }, high)];
    expect(spans(notes, pedal)).toEqual([
      [60, 1.5, 5],
      [60, 3, 5],
    ]);
  });

  it("omits percussion", () => {
    expect(spans([key(60, 0, 2, { channel: 9 }), key(61, 0, 2)], [])).toEqual([[61, 0, 2]]);
    expect(spans([key(60, 0, 2, { channel: 9 })], moves({ 1: true }, { channel: 9 }))).toEqual([]);
  });

  it("agrees with a simulation of the events in order", () => {
    const place = fc.record({ track: fc.nat(1), channel: fc.constantFrom(0, 9), program: fc.nat(1) });
    const time = fc.nat(12);
    const note = fc
      .tuple(fc.integer({ min: 60, max: 61 }), time, fc.nat(5), place)
      .map(([pitch, start, length, where]) => key(pitch, start, start + length, where));
    const move = fc
      .tuple(time, fc.boolean(), place)
      .map(([seconds, isDown, where]) => ({ seconds, isDown, ...where }));
    fc.assert(
      fc.property(fc.array(note, { maxLength: 12 }), fc.array(move, { maxLength: 12 }), (notes, pedal) => {
        notes.sort((a, b) => a.startSeconds - b.startSeconds);
        pedal.sort((a, b) => a.seconds - b.seconds);
        expect(applySustain(notes, pedal)).toEqual(slowSustain(notes, pedal));
      }),
      { numRuns: 2000 },
    );
  });
});
