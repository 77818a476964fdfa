import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assembleScore,
  MidiError,
  type Note,
  readMidi,
  scoreFromNotes,
  writeMidi,
} from "../../../encoding/index.ts";
import { file, header, note, track } from "./midi-bytes.ts";
import { anyNotes } from "../performance/any-notes.ts";

const NAME = [0, 0xff, 3, 5, ...new TextEncoder().encode("Lento")];
const TEMPO = [0, 0xff, 0x51, 3, 0x0b, 0x71, 0xb0];
const RICH = [
  ...NAME,
  ...TEMPO,
  5,
  0xc0,
  3,
  1,
  0xf0,
  2,
  1,
  0xf7,
  0,
  0xf7,
  1,
  9,
  0x81,
  0,
  0x90,
  60,
  64,
  9,
  0x80,
  60,
  5,
  7,
  0xff,
  6,
  0,
];

describe("writeMidi", () => {
  it.each([
    ["one track", file(track(...RICH))],
    ["several tracks", file(track(...NAME, ...TEMPO), track(...RICH), track())],
    ["SMPTE, 25 frames", Uint8Array.from([...header(0, 1, 0xe728), ...track(...RICH)])],
    ["SMPTE, 29.97 frames", Uint8Array.from([...header(0, 1, 0xe350), ...track(...RICH)])],
  ])("%s: the same bytes, where running status was not used", (_, bytes) => {
    expect(writeMidi(readMidi(bytes))).toEqual(bytes);
  });

  it("keeps silence before the end of a track", () => {
    const bytes = file([0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 5, 0x87, 0x68, 0xff, 0x2f, 0]);
    expect(writeMidi(readMidi(bytes))).toEqual(bytes);
    expect(readMidi(bytes).durationSeconds).toBe(1);
  });

  it("writes delta times of every length", () => {
    for (const delta of [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 0xfffffff]) {
      const score = assembleScore({ kind: "quarter", ticksPerQuarter: 96 }, [
        {
          name: "",
          events: [{ kind: "channel", tick: delta, status: 0xc0, data1: 1, data2: 0 }],
          endTick: delta,
        },
      ]);
      expect(readMidi(writeMidi(score)).tracks[0]?.events[0]?.tick).toBe(delta);
    }
  });

  it("divides a gap longer than a delta time by empty text events and keeps the ticks of other events", () => {
    const score = assembleScore({ kind: "quarter", ticksPerQuarter: 96 }, [
      {
        name: "",
        events: [
          { kind: "channel", tick: 0x10000000, status: 0xc0, data1: 1, data2: 0 },
          { kind: "channel", tick: 0x30000005, status: 0xc0, data1: 2, data2: 0 },
        ],
        endTick: 0x40000005,
      },
    ]);
    const bytes = writeMidi(score);
    expect([...bytes.subarray(22, 34)]).toEqual([0xff, 0xff, 0xff, 0x7f, 0xff, 1, 0, 1, 0xc0, 1, 0xff, 0xff]);
    const again = readMidi(bytes).tracks[0];
    const spacer = { kind: "meta", type: 1, data: new Uint8Array(0) };
    expect(again?.events).toEqual([
      { ...spacer, tick: 0x0fffffff },
      { kind: "channel", tick: 0x10000000, status: 0xc0, data1: 1, data2: 0 },
      { ...spacer, tick: 0x1fffffff },
      { ...spacer, tick: 0x2ffffffe },
      { kind: "channel", tick: 0x30000005, status: 0xc0, data1: 2, data2: 0 },
      { ...spacer, tick: 0x40000004 },
    ]);
    expect(again?.endTick).toBe(0x40000005);
    expect(readMidi(bytes).warnings).toEqual([]);
  });

  it("keeps two notes 80 hours apart", () => {
    const hours80 = 80 * 3_600_000;
    const notes = [note(60, 64, 0, 1000), note(62, 64, hours80, hours80 + 500)];
    expect(readMidi(writeMidi(scoreFromNotes(notes))).notes).toMatchObject(notes);
  });

  it("keeps the ticks of an 80-hour file at 100 ticks per quarter note, without empty text events", () => {
    const late = [0x9b, 0xbb, 0xd0, 0x00, 0x90, 62, 80, 100, 0x80, 62, 64];
    const bytes = Uint8Array.from([
      ...header(0, 1, 100),
      ...track(0, 0x90, 60, 80, 0x83, 0x60, 0x80, 60, 64, ...late),
    ]);
    const score = readMidi(bytes);
    expect(score.notes.map(({ startTick, endTick }) => [startTick, endTick])).toEqual([
      [0, 480],
      [57_600_480, 57_600_580],
    ]);
    expect(writeMidi(score)).toEqual(bytes);
  });

  it("rejects a silence of more than 10,000 delta times", () => {
    const score = assembleScore({ kind: "quarter", ticksPerQuarter: 96 }, [
      { name: "", events: [], endTick: 0x0fffffff * 10_002 },
    ]);
    expect(() => writeMidi(score)).toThrow(MidiError);
    expect(() => writeMidi(score)).toThrow(/a silence of 2684891420910 ticks/);
  });

  it("grows with its contents", () => {
    const data = new Uint8Array(100_000).fill(7);
    const score = assembleScore({ kind: "quarter", ticksPerQuarter: 96 }, [
      { name: "", events: [{ kind: "meta", tick: 0, type: 1, data }], endTick: 0 },
    ]);
    expect(readMidi(writeMidi(score)).tracks[0]?.events[0]).toMatchObject({ data });
  });
});

describe("scoreFromNotes", () => {
  it("reads back to the same notes within half a millisecond, and exactly on the encoder's grid", () => {
    fc.assert(
      fc.property(anyNotes, (notes) => {
        const score = readMidi(writeMidi(scoreFromNotes(notes, "Étude")));
        expect(score.warnings).toEqual([]);
        expect(score.tracks[0]?.name).toBe("Étude");
        const key = (one: Note): number[] => [one.pitch, one.velocity, one.startSeconds];
        const order = (a: Note, b: Note): number =>
          Math.round(a.startSeconds * 1000) - Math.round(b.startSeconds * 1000) ||
          a.pitch - b.pitch ||
          a.velocity - b.velocity;
        const [read, given] = [score.notes.toSorted(order), notes.toSorted(order)];
        expect(read).toHaveLength(given.length);
        for (const [index, one] of read.entries()) {
          const [pitch, velocity, start] = key(given[index] ?? note(0, 0, 0, 0));
          expect([one.pitch, one.velocity]).toEqual([pitch, velocity]);
          expect(Math.abs(one.startSeconds - (start ?? 0))).toBeLessThanOrEqual(0.0005 + 1e-9);
        }
      }),
    );
    const grid = [note(60, 64, 10, 120), note(60, 65, 120, 130), note(64, 66, 990, 12_340)];
    expect(readMidi(writeMidi(scoreFromNotes(grid))).notes).toMatchObject(grid);
  });

  it("writes the note-off of a repeated key before its note-on", () => {
    const events = scoreFromNotes([note(60, 64, 100, 200), note(60, 64, 0, 100)]).tracks[0]?.events.slice(3);
    expect(events?.map((event) => (event.kind === "channel" ? `${event.tick} ${event.status}` : ""))).toEqual(
      ["0 144", "100 128", "100 144", "200 128"],
    );
  });

  it.each([
    [{ pitch: -1 }, /pitch must be a whole number from 0 to 127, got -1/],
    [{ pitch: 60.5 }, /pitch/],
    [{ velocity: 0 }, /velocity must be a whole number from 1 to 127, got 0/],
    [{ velocity: 128 }, /velocity/],
    [{ startSeconds: -1 }, /start at 0 s or later/],
    [{ startSeconds: NaN }, /start at 0 s or later/],
    [{ endSeconds: -1 }, /end/],
    [{ endSeconds: Infinity }, /got 0 to Infinity s/],
  ])("rejects %o", (wrong, found) => {
    const write = (): unknown => scoreFromNotes([{ ...note(60, 64, 0, 10), ...wrong }]);
    expect(write).toThrow(MidiError);
    expect(write).toThrow(found);
  });
});
