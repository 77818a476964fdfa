/** MIDI to ids to MIDI: the authors' recorded files and the files of public bug reports, with every exception by name. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  arrivalScore,
  assembleScore,
  decodeArrival,
  encodeArrival,
  pitchName,
  readMidi,
  type Score,
  type ScoreNote,
  writeMidi,
} from "../../../encoding/index.ts";
import { goldenBytes } from "./golden.ts";
import { type Message, midiFile } from "./midi-file.ts";

const CASES: readonly { name: string; midi: string }[] = JSON.parse(
  readFileSync(new URL("../golden/cases.json", import.meta.url), "utf8"),
);
const ORACLES = readdirSync(new URL("golden/midi", import.meta.url));

/** Eight notes of half a second. */
function scale(pitch: number): Message[] {
  return Array.from({ length: 8 }, (_, i): Message[] => [
    [0x90, i * 500, pitch + i, 80],
    [0x80, i * 500 + 500, pitch + i, 0],
  ]).flat();
}

/** Half a step, plus rounding errors of doubles. */
const TOLERANCE_SECONDS = 0.005 + 1e-9;

const instrumentOf = ({ isPercussion, program }: ScoreNote): number => (isPercussion ? 128 : program);
const lengthOf = ({ startSeconds, endSeconds }: ScoreNote): number => endSeconds - startSeconds;

function inKeyOrder({ notes }: Score): ScoreNote[] {
  return notes.toSorted(
    (a, b) =>
      instrumentOf(a) - instrumentOf(b) ||
      a.pitch - b.pitch ||
      a.startSeconds - b.startSeconds ||
      lengthOf(a) - lengthOf(b),
  );
}

/** Each note whose instrument, pitch, onset or length changes by more than 5 ms: the length before and after. */
function changes(score: Score): string[] {
  const ids = encodeArrival(score);
  const events = ids.flatMap((window) => decodeArrival(window.ids, window.startStep));
  const again = inKeyOrder(readMidi(writeMidi(arrivalScore(events))));
  const before = inKeyOrder(score);
  expect(again.map((note) => [instrumentOf(note), note.pitch])).toEqual(
    before.map((note) => [instrumentOf(note), note.pitch]),
  );
  return before.flatMap((note, i) => {
    const other = again[i]!;
    expect(Math.abs(note.startSeconds - other.startSeconds)).toBeLessThanOrEqual(TOLERANCE_SECONDS);
    if (Math.abs(lengthOf(note) - lengthOf(other)) <= TOLERANCE_SECONDS) return [];
    const at = `${pitchName(note.pitch)} at ${note.startSeconds.toFixed(2)} s`;
    return [`${at}: ${lengthOf(note).toFixed(2)} s, then ${lengthOf(other).toFixed(2)} s`];
  });
}

/** Lengths above 9.99 s, which have no id: all that changes in any of the files. */
const LONG = "06-long-notes-silences-unended.mid";
const LONG_NOTES = ["G4 at 7.20 s: 10.00 s, then 9.99 s", "G#4 at 18.00 s: 15.00 s, then 9.99 s"];
/** It lasts until the end of the file; the authors end such notes after 0.25 s. */
const UNENDED = "E4 at 6.71 s: 27.29 s, then 9.99 s";
/** Nineteen instruments: more than a file has channels for. */
const NINETEEN = "11-nineteen-instruments.mid";

describe("MIDI to ids to MIDI keeps onset, length and instrument within 5 ms", () => {
  const kept = ORACLES.filter((name) => name !== LONG && name !== NINETEEN);

  it("of twelve of the authors' fourteen files", () => expect(kept).toHaveLength(12));

  it.each(kept)("%s", (name) => {
    expect(changes(readMidi(goldenBytes(name)))).toEqual([]);
    expect(changes(readMidi(goldenBytes(name), { compatibility: "anticipation" }))).toEqual([]);
  });

  it.each(CASES)("$name", ({ name, midi }) => {
    const recover = name === "track_length_long";
    const score = readMidi(Uint8Array.from(Buffer.from(midi, "base64")), { recover });
    expect(changes(score)).toEqual([]);
  });

  it("of a track whose name has control bytes", () => {
    const name = String.fromCharCode(0x9b) + "31mRED";
    const { division, tracks } = readMidi(midiFile(scale(60)));
    const score = assembleScore(
      division,
      tracks.map((track) => ({ ...track, name })),
    );
    expect(changes(score)).toEqual([]);
  });

  it("of very many tracks", () => {
    const tracks = Array.from({ length: 300 }, (_, track) => scale(40 + (track % 40)));
    const score = readMidi(midiFile(...tracks));
    expect(score.notes).toHaveLength(2400);
    expect(changes(score)).toEqual([]);
  });
});

describe("exceptions", () => {
  it("a length above 9.99 s becomes 9.99 s", () => {
    expect(changes(readMidi(goldenBytes(LONG)))).toEqual([UNENDED, ...LONG_NOTES]);
    expect(changes(readMidi(goldenBytes(LONG), { compatibility: "anticipation" }))).toEqual(LONG_NOTES);
  });

  it("the ends of two notes of one pitch and instrument are exchanged if the second ends first", () => {
    const [first, second] = [0, 1].map((channel): Message[] => [
      [0x90 | channel, channel * 500, 60, 80],
      [0x80 | channel, 2000 - channel * 1000, 60, 0],
    ]);
    expect(changes(readMidi(midiFile(first!, second!)))).toEqual([
      "C4 at 0.00 s: 2.00 s, then 1.00 s",
      "C4 at 0.50 s: 0.50 s, then 1.50 s",
    ]);
  });

  it("nineteen instruments are refused", () => {
    const score = readMidi(goldenBytes(NINETEEN));
    expect(() => changes(score)).toThrow(
      expect.objectContaining({ name: "ArrivalError", code: "too-many-instruments" }),
    );
  });

  it.each([
    ["a gzipped file", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]],
    ["a MIDI 2.0 clip", [...Buffer.from("SMF2CLIP"), 0, 0x40, 0, 0]],
  ])("%s is refused", (_, bytes) => {
    expect(() => readMidi(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ name: "MidiError" }));
  });
});
