import { describe, expect, it } from "vitest";
import {
  ARRIVAL_55028,
  arrivalCodec,
  arrivalNotes,
  ArrivalVocabulary,
  encodeArrival,
  parseSelection,
  readMidi,
} from "../../../encoding/index.ts";
import { goldenScore } from "../arrival/golden.ts";
import { midiFile } from "../arrival/midi-file.ts";

const codec = arrivalCodec(ARRIVAL_55028);

/** A bass note at 1.12 s on track 0, a drum at 2.5 s on track 1. */
const SCORE = readMidi(
  midiFile(
    [
      [0xc0, 0, 32, 0],
      [0x90, 1120, 36, 80],
      [0x80, 1520, 36, 0],
    ],
    [
      [0x99, 2500, 38, 80],
      [0x89, 2750, 38, 0],
    ],
  ),
);

describe("the arrival codec", () => {
  it("encodes all instruments, with rests in long waits", () => {
    const { windows, notes, leftOut } = codec.encode(SCORE);
    expect(windows.map(({ startStep, ids }) => [startStep, [...ids]])).toEqual([
      [100, [55026, 0, 10000, 27512, 12, 10040, 15132, 112, 10000, 27512, 150, 10025, 27422]],
    ]);
    expect(notes).toBe(2);
    expect(leftOut).toEqual({ percussion: 0, pitches: 0, instruments: 0, seconds: 0 });
  });

  it("gives the ids of encodeArrival", () => {
    const score = goldenScore("14-slow-longer-than-100-seconds.mid");
    expect(codec.encode(score).windows).toEqual(encodeArrival(score));
  });

  it("writes a line for each window and each event", () => {
    expect(codec.eventLines(codec.encode(SCORE).windows)).toEqual([
      "window from 1.00 s",
      "1.00 s rest",
      "1.12 s C2 on Acoustic Bass for 0.40 s",
      "2.12 s rest",
      "2.50 s D2 on Drums for 0.25 s",
    ]);
  });

  it("makes the notes of chosen tracks controls, 5 s before their time", () => {
    const { windows, notes } = codec.encode(SCORE, { controls: parseSelection("1") });
    expect(notes).toBe(2);
    expect(codec.eventLines(windows)).toEqual([
      "window from 1.00 s, with controls",
      "2.50 s D2 on Drums for 0.25 s (control)",
      "1.00 s rest",
      "1.12 s C2 on Acoustic Bass for 0.40 s",
      "2.12 s rest",
    ]);
  });

  it("trims the silence before the first note", () => {
    const { windows, leftOut } = codec.encode(SCORE, { trimLeadingSilence: true });
    expect(codec.eventLines(windows)[1]).toBe("0.00 s C2 on Acoustic Bass for 0.40 s");
    expect(leftOut.seconds).toBe(1.12);
  });

  it("limits windows to a number of ids", () => {
    const { windows } = codec.encode(SCORE, { windowIds: 9 });
    expect(windows.map(({ startStep, ids }) => [startStep, ids.length])).toEqual([
      [100, 7],
      [212, 7],
    ]);
  });

  it("leaves out the notes of instruments that the vocabulary lacks, and counts them", () => {
    const { onsets, durations, restSteps, anticipationSteps, windowTriples } = ARRIVAL_55028;
    const drumsOnly = arrivalCodec(
      new ArrivalVocabulary({
        name: "drums",
        instruments: [128],
        onsets,
        durations,
        restSteps,
        anticipationSteps,
        windowTriples,
      }),
    );
    const { windows, notes, leftOut } = drumsOnly.encode(SCORE, { trimLeadingSilence: true });
    expect(notes).toBe(1);
    expect(leftOut).toEqual({ percussion: 0, pitches: 0, instruments: 1, seconds: 2.5 });
    expect(drumsOnly.eventLines(windows)[1]).toBe("0.00 s D2 on Drums for 0.25 s");
  });

  it("decodes windows into a track per instrument", () => {
    const score = codec.decode(codec.encode(SCORE).windows);
    expect(score.tracks.map(({ name }) => name)).toEqual(["Acoustic Bass", "Drums"]);
    expect(score.notes.map(({ channel, pitch }) => [channel, pitch])).toEqual([
      [0, 36],
      [9, 38],
    ]);
    expect(arrivalNotes(score)).toEqual(arrivalNotes(SCORE).map((note) => ({ ...note, velocity: 72 })));
  });

  it("has no window for a score without notes", () => {
    expect(codec.encode(readMidi(midiFile([]))).windows).toEqual([]);
    expect(codec.decode([]).notes).toEqual([]);
  });
});
