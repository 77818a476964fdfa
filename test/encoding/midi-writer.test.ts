import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assembleScore,
  MidiError,
  type Note,
  readMidi,
  scoreFromNotes,
  writeMidi,
} from "../../encoding/index.ts";
import { file, header, note, track } from "./midi-bytes.ts";
import { anyNotes } from "./any-notes.ts";

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

  it("refuses a silence that no file can hold", () => {
    const score = assembleScore({ kind: "quarter", ticksPerQuarter: 96 }, [
      { name: "", events: [], endTick: 0x10000000 },
    ]);
    expect(() => writeMidi(score)).toThrow(MidiError);
    expect(() => writeMidi(score)).toThrow(/268435456 ticks/);
  });

  it("grows with what it holds", () => {
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

  it("releases a repeated key before it is struck again", () => {
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
  ])("refuses %o", (wrong, found) => {
    const write = (): unknown => scoreFromNotes([{ ...note(60, 64, 0, 10), ...wrong }]);
    expect(write).toThrow(MidiError);
    expect(write).toThrow(found);
  });
});
