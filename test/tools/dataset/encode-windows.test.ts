import { describe, expect, it } from "vitest";
import {
  addNotes,
  ARRIVAL_55028,
  ARRIVAL_9772,
  type ArrivalNote,
  decodeArrival,
  encodeArrival,
  readMidi,
  scoreFromNotes,
  writeMidi,
} from "../../../encoding/index.ts";
import { EmptyPieceError } from "../../../src/tools/dataset/encode-piece.ts";
import { type TrackPart, windowEncoder } from "../../../src/tools/dataset/encode-windows.ts";
import { goldenBytes, notesOf } from "../../encoding/arrival/golden.ts";
import { midiFile } from "../../encoding/arrival/midi-file.ts";

const encoder = windowEncoder(ARRIVAL_55028, {});
const SLOW = goldenBytes("14-slow-longer-than-100-seconds.mid");

describe("windowEncoder", () => {
  it("encodes a file as windows, each with its notes and the time from its first onset to its last", () => {
    const pieces = encoder.encode(SLOW);
    expect(pieces.map(({ ids }) => ids)).toEqual(encodeArrival(readMidi(SLOW)).map(({ ids }) => ids));
    expect(pieces.map(({ notes, seconds }) => [notes, seconds])).toEqual([
      [42, 99.4],
      [18, 41.2],
    ]);
  });

  it("describes ids that begin each window, in place of a start id", () => {
    expect(encoder.vocabulary).toMatchObject({ name: "arrival-55028", size: 55_028, startId: null });
    expect(encoder.vocabulary.startIds).toEqual([55_026, 55_027]);
    expect(encoder.vocabulary.ranges[1]).toEqual({
      kind: "DURATION",
      first: 10_000,
      count: 1000,
      minimum: 0,
    });
  });

  it("makes controls of the kind that is requested, and says so in each window", () => {
    const band = goldenBytes("12-band-of-six.mid");
    const [first] = encoder.encode(band, { kind: "instrument-controls", randomKey: [0, 1006, 0] });
    expect(first?.ids[0]).toBe(55_027);
    const notes = notesOf(decodeArrival(first!.ids));
    const controls = new Set(notes.filter(({ isControl }) => isControl).map(({ instrument }) => instrument));
    const own = new Set(notes.filter(({ isControl }) => !isControl).map(({ instrument }) => instrument));
    expect(controls.size).toBeGreaterThan(0);
    expect(own.size).toBeGreaterThan(0);
    for (const instrument of controls) expect(own.has(instrument)).toBe(false);
    expect(encoder.encode(band)[0]?.ids[0]).toBe(55_026);
  });

  it("counts the notes of a track as the instrument of its part", () => {
    const song = addNotes(
      scoreFromNotes([{ pitch: 48, velocity: 80, startSeconds: 0, endSeconds: 1 }], "Piano"),
      [{ pitch: 72, velocity: 80, startSeconds: 0.5, endSeconds: 1 }],
      "Melody",
    );
    const encode = (...parts: TrackPart[]): ArrivalNote[] => {
      const [window] = windowEncoder(ARRIVAL_9772, { parts }).encode(writeMidi(song));
      return notesOf(decodeArrival(window!.ids, 0, ARRIVAL_9772));
    };
    expect(encode().map(({ instrument, pitch }) => [instrument, pitch])).toEqual([
      [0, 48],
      [0, 72],
    ]);
    expect(
      encode({ track: "Melody", instrument: 73 }).map(({ instrument, pitch }) => [instrument, pitch]),
    ).toEqual([
      [0, 48],
      [73, 72],
    ]);
    expect(() => encode({ track: "Piano", instrument: 1 }, { track: "Melody", instrument: 1 })).toThrow(
      "no notes of the instruments of arrival-9772",
    );
  });

  it("omits the silence before the first note", () => {
    const bytes = midiFile([
      [0x90, 5000, 60, 80],
      [0x80, 5500, 60, 0],
    ]);
    expect(encoder.encode(bytes).map(({ ids }) => [...ids])).toEqual([[55_026, 0, 10_050, 11_060]]);
  });

  it("refuses a file without notes", () => {
    expect(() => encoder.encode(midiFile([]))).toThrow(EmptyPieceError);
    expect(() => encoder.encode(midiFile([]))).toThrow("no notes");
  });
});
