import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  encodeScore,
  type MidiEvent,
  PERFORMANCE_388 as VOCABULARY,
  readMidi,
  type Score,
  spliceContinuation,
  writeMidi,
} from "../../../encoding/index.ts";
import { file, track } from "./midi-bytes.ts";

/** Name, tempo (0.75 s a quarter: 500 ticks), pedal, two notes of piano, a note of drums; 1.5 s long. */
const TEMPO = [0, 0xff, 0x51, 3, 0x0b, 0x71, 0xb0];
const NAME = [0, 0xff, 3, 3, 0x41, 0x42, 0x43];
const PEDAL_DOWN = [0, 0xc0, 5, 0, 0xb0, 64, 127];
const FIRST_NOTE = [0, 0x90, 60, 80, 0x83, 0x74, 60, 0];
const DRUM_AND_SECOND_NOTE = [
  0, 0x99, 35, 100, 0x83, 0x74, 0x90, 62, 90, 0x64, 0x89, 35, 0, 0x64, 0x90, 62, 0,
];
const PRIMER = [...NAME, ...TEMPO, ...PEDAL_DOWN, ...FIRST_NOTE, ...DRUM_AND_SECOND_NOTE];
const primer = (): Score => readMidi(file(track(...PRIMER)));

/** The primer up to `events` of its ids, then these ids. */
function splice(score: Score, events: number, generated: readonly number[], isWhole = false): Score {
  const { ids, notes, trimmedSeconds } = encodeScore(score, VOCABULARY, { trimLeadingSilence: true });
  const kept = [...ids.subarray(0, events)];
  const decoded = decodePerformance([...kept, ...generated], VOCABULARY);
  const step = kept.reduce((sum, id) => sum + (id >= 256 && id < 356 ? id - 255 : 0), 0);
  return spliceContinuation(score, {
    primerNotes: notes,
    notes: decoded,
    primerOnsets: kept.filter((id) => id < 128).length,
    startSeconds: trimmedSeconds,
    cutSeconds: isWhole ? Infinity : trimmedSeconds + step / 100,
  });
}

const words = (event: MidiEvent): string =>
  event.kind === "channel"
    ? `${event.tick} ${event.status.toString(16)} ${event.data1} ${event.data2}`
    : `${event.tick} ${event.kind}`;

const eventsOf = (score: Score, index: number): string[] => score.tracks[index]?.events.map(words) ?? [];

describe("spliceContinuation", () => {
  it("the ids of the primer, for reference", () => {
    expect([...encodeScore(primer(), VOCABULARY).ids]).toEqual([375, 60, 355, 305, 378, 62, 285, 188, 190]);
  });

  it("appends a track on a free channel to the unchanged primer", () => {
    const before = primer();
    const after = splice(before, 9, [258, 60, 355, 188], true);
    // The pedal that is still down would sustain the new notes.
    expect(eventsOf(after, 0)).toEqual([...eventsOf(before, 0), "1200 b0 64 0"]);
    expect(eventsOf(after, 1)).toEqual(["0 meta", "1200 c1 0 0", "1220 91 60 89", "1887 81 60 0"]);
    expect(after.tracks.map(({ name }) => name)).toEqual(["ABC", "Continuation"]);
    expect(readMidi(writeMidi(after)).notes).toEqual(after.notes);
  });

  it("cuts the primer, drums included; notes across the cut end where the model ended them", () => {
    // Up to the second note-on, at tick 1000 (1.5 s): 62 sounds for another 0.3 s.
    const after = splice(primer(), 6, [285, 188, 190, 64, 305, 192]);
    expect(eventsOf(after, 0)).toEqual([
      "0 meta",
      "0 meta",
      "0 c0 5 0",
      "0 b0 64 127",
      "0 90 60 80",
      "500 99 35 100",
      "1000 89 35 0",
      "1000 90 62 90",
      "1000 b0 64 0",
      "1200 80 60 0",
      "1200 90 62 0",
    ]);
    expect(eventsOf(after, 1)).toEqual(["0 meta", "1000 c1 0 0", "1200 91 64 89", "1533 81 64 0"]);
    expect(after.durationSeconds).toBeCloseTo(2.3, 2);
  });

  it("cuts before the drums and the second note", () => {
    const after = splice(primer(), 2, [355, 188]);
    expect(eventsOf(after, 0)).toEqual([
      "0 meta",
      "0 meta",
      "0 c0 5 0",
      "0 b0 64 127",
      "0 90 60 80",
      "0 b0 64 0",
      "667 80 60 0",
    ]);
    expect(after.notes).toHaveLength(1);
  });

  it("turns a format 0 file into format 1", () => {
    const bytes = writeMidi(splice(primer(), 9, [258, 60, 355, 188], true));
    expect([bytes[9], bytes[11]]).toEqual([1, 2]);
  });

  it("ends a primer note without a note-off at the end of the primer", () => {
    const score = readMidi(file(track(0, 0x90, 50, 50, ...PRIMER)));
    const after = splice(score, 9, [258, 60, 355, 188], true);
    expect(eventsOf(after, 0)).toEqual(
      [
        "0 90 50 50",
        ...eventsOf(primer(), 0).slice(0, -1),
        "1200 80 50 0",
        "1200 90 62 0",
        "1200 b0 64 0",
      ].toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    );
    expect(after.warnings).toEqual([]);
  });

  it("keeps both note-ons of a repeated key without a note-off between them", () => {
    const score = readMidi(file(track(0, 0x90, 60, 80, 0x83, 0x60, 60, 90, 0x83, 0x60, 0x80, 60, 64)));
    const { ids } = encodeScore(score, VOCABULARY);
    const events = eventsOf(splice(score, ids.length, [355], true), 0);
    expect(events.filter((event) => event.includes(" 90 60 "))).toEqual(["0 90 60 80", "480 90 60 90"]);
    expect(events).toContain("960 80 60 64");
  });

  it("omits the silence after the last sound and ends the pedal there", () => {
    const score = readMidi(file([...track(...PRIMER)]));
    const { ids, notes } = encodeScore(score, VOCABULARY);
    const long: Score = { ...score, tracks: score.tracks.map((one) => ({ ...one, endTick: 500_000 })) };
    const after = spliceContinuation(long, {
      primerNotes: notes,
      notes: decodePerformance([...ids, 258, 60, 355, 188], VOCABULARY),
      primerOnsets: 2,
      startSeconds: 0,
      cutSeconds: Infinity,
      silenceFromSeconds: 1.8,
    });
    expect(eventsOf(after, 0)).toEqual([...eventsOf(score, 0), "1200 b0 64 0"]);
    expect(after.tracks[0]?.endTick).toBe(1200);
    expect(eventsOf(after, 1)[1]).toBe("1200 c1 0 0");
  });

  it("keeps the end of a track after its last event", () => {
    const score = readMidi(file(track(0, 0x90, 60, 80, 0x83, 0x60, 60, 0, 0x83, 0x60, 0xff, 0x01, 0)));
    const longer: Score = {
      ...score,
      durationSeconds: 2,
      tracks: score.tracks.map((one) => ({ ...one, endTick: 2000 })),
    };
    const ids = encodeScore(longer, VOCABULARY).ids;
    const after = splice(longer, ids.length, [355, 315, 60, 355, 188], true);
    expect(after.tracks[0]?.endTick).toBe(2000);
    expect(eventsOf(after, 1).slice(1, 3)).toEqual(["2000 c1 0 0", "2080 91 60 77"]);
  });
});
