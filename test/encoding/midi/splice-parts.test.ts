import { describe, expect, it } from "vitest";
import {
  addParts,
  continueWithParts,
  type MidiEvent,
  type NewPart,
  readMidi,
  replaceWithParts,
  type Score,
  writeMidi,
} from "../../../encoding/index.ts";
import { file, note, track } from "./midi-bytes.ts";

/** A bass on channel 1: notes from 0 to 1 s and from 1.5 to 2.5 s. Drums on channel 10, at 1 s. Ticks are milliseconds. */
const band = (): Score =>
  readMidi(
    file(
      track(0, 0xc0, 33, 0, 0x90, 36, 80, 0x87, 0x68, 36, 0, 0x83, 0x74, 38, 80, 0x87, 0x68, 38, 0),
      track(0x87, 0x68, 0x99, 38, 100, 0x64, 0x89, 38, 0),
    ),
  );

const PARTS: readonly NewPart[] = [
  { name: "Flute", program: 73, notes: [note(72, 90, 2000, 2500)] },
  { name: "Organ", program: 19, notes: [note(60, 70, 2000, 2500)] },
  { name: "Drums", isPercussion: true, notes: [note(42, 60, 2000, 2100)] },
];

const words = (event: MidiEvent): string =>
  event.kind === "channel"
    ? `${event.tick} ${event.status.toString(16)} ${event.data1} ${event.data2}`
    : `${event.tick} ${event.kind}`;

const tracksOf = (score: Score): string[][] => score.tracks.map(({ events }) => events.map(words));

describe("addParts", () => {
  it("adds a track for each part: instruments on channels of their own, drums on channel 10", () => {
    const after = addParts(band(), PARTS);
    expect(after.tracks.map(({ name }) => name).slice(2)).toEqual(["Flute", "Organ", "Drums"]);
    expect(tracksOf(after).slice(2)).toEqual([
      ["0 meta", "0 c1 73 0", "2000 91 72 90", "2500 81 72 0"],
      ["0 meta", "0 c2 19 0", "2000 92 60 70", "2500 82 60 0"],
      ["0 meta", "2000 99 42 60", "2100 89 42 0"],
    ]);
    expect(tracksOf(after).slice(0, 2)).toEqual(tracksOf(band()));
  });

  it("changes nothing without parts", () => {
    expect(writeMidi(addParts(band(), []))).toEqual(writeMidi(band()));
  });
});

describe("replaceWithParts", () => {
  it("removes notes and adds parts", () => {
    const before = band();
    const after = replaceWithParts(before, before.notes.slice(1, 2), PARTS.slice(0, 1));
    expect(after.notes.map(({ pitch }) => pitch)).toEqual([36, 38, 72]);
    expect(after.notes.map(({ isPercussion }) => isPercussion)).toEqual([false, false, false]);
  });
});

describe("continueWithParts", () => {
  it("removes what begins after the cut; notes that sound across it keep their lengths", () => {
    const cut = { seconds: 2, cuts: true, keepsTrackEnds: false };
    const after = continueWithParts(band(), PARTS.slice(0, 1), cut);
    expect(tracksOf(after)[0]).toEqual(tracksOf(band())[0]);
    expect(tracksOf(after).at(-1)).toEqual(["0 meta", "2000 c1 73 0", "2000 91 72 90", "2500 81 72 0"]);
    const early = continueWithParts(band(), PARTS.slice(0, 1), { ...cut, seconds: 1.2 });
    expect(early.notes.map(({ pitch, startTick }) => [pitch, startTick])).toEqual([
      [36, 0],
      [38, 1000],
      [72, 2000],
    ]);
  });

  it("keeps an uncut primer to the byte", () => {
    const after = continueWithParts(band(), [], { seconds: 2.5, cuts: false, keepsTrackEnds: true });
    expect(writeMidi(after)).toEqual(writeMidi(band()));
  });
});
