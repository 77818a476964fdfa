import { describe, expect, it } from "vitest";
import {
  assembleScore,
  type Compatibility,
  encodeScore,
  PERFORMANCE_388,
  readMidi,
  type Score,
  writeMidi,
} from "../../../encoding/index.ts";
import { file, track } from "./midi-bytes.ts";

const TEMPO_AND_TEXTS = [0, 0xff, 3, 1, 0x41, 0, 0xff, 0x51, 3, 0x06, 0x1a, 0x80, 0, 0xf0, 2, 0x7e, 0xf7];
const UNDER_PEDAL = [0, 0xb0, 64, 127, 0x60, 0x90, 60, 80, 0x60, 60, 90, 0x60, 60, 0, 10, 60, 0, 0x81, 0x48];
const WITHOUT_NOTE_OFF = [0, 0xc1, 24, 0x60, 0x91, 67, 70];
const DRUM = [5, 0x99, 35, 100, 5, 0x89, 35, 0, 0x83, 0x60];

/** Two overlapping notes of one key under the pedal; on another track a note without a note-off, and percussion. */
const BYTES = file(
  track(...TEMPO_AND_TEXTS, ...UNDER_PEDAL, 0xb0, 64, 0),
  track(...WITHOUT_NOTE_OFF, ...DRUM, 0xff, 1, 1, 0x62),
);
const IDS = [263, 375, 60, 373, 67, 262, 188, 378, 60, 280, 188, 262, 195];

const idsOf = (score: Score): number[] => [...encodeScore(score, PERFORMANCE_388).ids];

const COPIES: [string, (score: Score) => Score][] = [
  ["{ ...score }", (score) => ({ ...score })],
  ["{ ...score } after its notes were read", (score) => (score.notes.length > 0 ? { ...score } : score)],
  [
    "{ ...score } with its tracks copied",
    (score) => ({ ...score, tracks: score.tracks.map((one) => ({ ...one })) }),
  ],
  ["Object.assign", (score) => Object.assign({}, score)],
  ["structuredClone", (score) => structuredClone(score)],
];

describe.each(COPIES)("a copy by %s", (_, copy) => {
  it("has the same ids and is written as the same file", () => {
    const copied = copy(readMidi(BYTES));
    expect(idsOf(copied)).toEqual(IDS);
    expect(writeMidi(copied)).toEqual(writeMidi(readMidi(BYTES)));
  });

  it.each<Compatibility | undefined>([undefined, "note-seq", "anticipation"])(
    "equals the score, with compatibility %s",
    (compatibility) => {
      const score = readMidi(BYTES, { compatibility });
      const copied = copy(score);
      expect(Object.keys(copied)).toEqual([
        "division",
        "tracks",
        "durationSeconds",
        "warnings",
        "noteParsing",
        "notes",
        "pedal",
      ]);
      expect(copied).toEqual(readMidi(BYTES, { compatibility }));
      expect(idsOf(copied)).toEqual(idsOf(score));
      expect(encodeScore(copied, PERFORMANCE_388).notes).toEqual(encodeScore(score, PERFORMANCE_388).notes);
    },
  );
});

describe("a changed copy", () => {
  it("is encoded from its own notes", () => {
    const score = readMidi(BYTES);
    const changed = { ...score, notes: score.notes.filter(({ pitch }) => pitch === 67) };
    expect(idsOf(changed)).toEqual([263, 373, 67, 294, 195]);
  });

  it("is assembled from its own events", () => {
    const { division, tracks } = readMidi(BYTES);
    const changed = tracks.map((one) => ({
      ...one,
      events: one.events.filter((event) => event.kind !== "channel" || event.data1 !== 60),
    }));
    expect(assembleScore(division, changed).notes.map(({ pitch }) => pitch)).toEqual([67, 35]);
  });
});

describe("the parts of a score", () => {
  it("are created once", () => {
    const score = readMidi(BYTES);
    expect(score.notes).toBe(score.notes);
    expect(score.pedal).toBe(score.pedal);
    expect(score.tracks[0]?.events).toBe(score.tracks[0]?.events);
  });

  it("of an encoded score are copied by { ...encoded }", () => {
    const encoded = encodeScore(readMidi(BYTES), PERFORMANCE_388);
    expect({ ...encoded }).toEqual(encoded);
    expect({ ...encoded }.notes.map(({ pitch }) => pitch)).toEqual([60, 67, 60]);
  });
});
