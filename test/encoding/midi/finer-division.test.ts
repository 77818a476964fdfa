import { expect, it } from "vitest";
import {
  addNotes,
  assembleScore,
  type Division,
  type MidiEvent,
  type Score,
} from "../../../encoding/index.ts";
import { note } from "./midi-bytes.ts";

const event = (tick: number, status: number): MidiEvent => ({
  kind: "channel",
  tick,
  status,
  data1: 60,
  data2: 80,
});

/** One note of 1 tick. */
const score = (division: Division): Score =>
  assembleScore(division, [{ name: "", events: [event(0, 0x90), event(1, 0x80)], endTick: 1 }]);

const NEW = [note(72, 90, 1010, 1520)];

it("multiplies a division of 1 by 100, so that a tick lasts 5 ms, and keeps all times", () => {
  const after = addNotes(score({ kind: "quarter", ticksPerQuarter: 1 }), NEW, "Part");
  expect(after.division).toEqual({ kind: "quarter", ticksPerQuarter: 100 });
  expect(after.tracks[0]).toEqual({ name: "", events: [event(0, 0x90), event(100, 0x80)], endTick: 100 });
  expect(after.notes.map(({ startTick, endTick }) => [startTick, endTick])).toEqual([
    [0, 100],
    [202, 304],
  ]);
  expect(after.warnings).toEqual([]);
});

it("multiplies ticks per frame of an SMPTE division", () => {
  const after = addNotes(score({ kind: "smpte", framesPerSecond: 25, ticksPerFrame: 1 }), NEW, "Part");
  expect(after.division).toEqual({ kind: "smpte", framesPerSecond: 25, ticksPerFrame: 8 });
});

it("keeps a division whose ticks are short enough", () => {
  const fine = score({ kind: "quarter", ticksPerQuarter: 100 });
  expect(addNotes(fine, NEW, "Part").division).toEqual(fine.division);
});

it("warns where the format allows no finer division", () => {
  const tempo: MidiEvent = { kind: "meta", tick: 0, type: 0x51, data: Uint8Array.of(0xff, 0xff, 0xff) };
  const slow = assembleScore({ kind: "quarter", ticksPerQuarter: 1 }, [
    { name: "", events: [tempo, event(0, 0x90), event(200_000, 0x80)], endTick: 200_000 },
  ]);
  expect(addNotes(slow, NEW, "Part").warnings).toEqual([
    "new notes are placed on a grid of 12.5 ms: a MIDI file allows no finer one here",
  ]);
});
