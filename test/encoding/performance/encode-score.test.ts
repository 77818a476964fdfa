import { describe, expect, it } from "vitest";
import { encodeScore, PERFORMANCE_388, readMidi } from "../../../encoding/index.ts";
import { file, track } from "../midi/midi-bytes.ts";

const PEDAL_DOWN = [0x8f, 0x50, 0xb0, 64, 127];
const KEYS = [
  0, 0x90, 60, 80, 0x81, 0x48, 60, 0, 50, 64, 80, 0x81, 0x48, 64, 0, 50, 67, 80, 0x81, 0x48, 67, 0,
];
const PEDAL_UP_AND_DRUM = [0x82, 0x2c, 0xb0, 64, 0, 0, 0x99, 35, 100, 10, 35, 0];

/** A C major arpeggio under the pedal, 250 ms apart, lifted after 1 s; two seconds of silence before it. */
const ARPEGGIO = readMidi(file(track(...PEDAL_DOWN, ...KEYS, ...PEDAL_UP_AND_DRUM)));

describe("encodeScore", () => {
  it("folds the pedal into durations, omits percussion, preserves leading silence", () => {
    const { ids, notes, trimmedSeconds, droppedNotes } = encodeScore(ARPEGGIO, PERFORMANCE_388);
    expect([...ids]).toEqual([355, 355, 375, 60, 280, 64, 280, 67, 305, 188, 192, 195]);
    expect(notes.map(({ pitch, startSeconds, endSeconds }) => [pitch, startSeconds, endSeconds])).toEqual([
      [60, 2, 3],
      [64, 2.25, 3],
      [67, 2.5, 3],
    ]);
    expect([trimmedSeconds, droppedNotes]).toEqual([0, 0]);
  });

  it("trims leading silence if the option is set, and returns its length", () => {
    const encoded = encodeScore(ARPEGGIO, PERFORMANCE_388, { trimLeadingSilence: true });
    expect([...encoded.ids]).toEqual([375, 60, 280, 64, 280, 67, 305, 188, 192, 195]);
    expect(encoded.trimmedSeconds).toBe(2);
    expect(encoded.notes).toBe(encoded.notes);
    expect(encoded.notes[0]).toMatchObject({ pitch: 60, startSeconds: 0, endSeconds: 1, startTick: 2000 });
  });

  it("encodes an empty score as no ids", () => {
    const encoded = encodeScore(readMidi(file(track())), PERFORMANCE_388, { trimLeadingSilence: true });
    expect(encoded).toMatchObject({ ids: new Uint16Array(0), notes: [], trimmedSeconds: 0 });
  });
});
