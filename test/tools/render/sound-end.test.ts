import { describe, expect, it } from "vitest";
import { soundEndSeconds, type TimedEvent } from "../../../src/tools/render/sound-end.ts";

const HOUR = 3600;

describe("soundEndSeconds", () => {
  const on = at(0, 0x90, 60, 90);
  const off = at(1, 0x80, 60, 0);

  it.each([
    { what: "no events", events: [], end: 0 },
    { what: "a note-off", events: [on, off], end: 1 },
    { what: "a note-on of velocity 0", events: [on, at(2, 0x90, 60, 0)], end: 2 },
    { what: "a note held by its key for an hour", events: [on, at(HOUR, 0x80, 60, 0)], end: 3600 },
    { what: "a note without a note-off", events: [at(5, 0x90, 60, 90)], end: 35 },
    { what: "a note-off without a note", events: [on, off, at(9, 0x80, 61, 0)], end: 1 },
    { what: "a program change after the last note", events: [on, off, at(9, 0xc0, 5, 0)], end: 1 },
    { what: "a pedal that is lifted", events: [sustain(0, 127), on, off, sustain(4, 0)], end: 4 },
    { what: "a pedal that holds nothing", events: [on, off, sustain(2, 127), sustain(4, 0)], end: 1 },
    { what: "a pedal of another channel", events: [at(0, 0xb1, 64, 127), on, off], end: 1 },
    { what: "a pedal lifted an hour late", events: [sustain(0, 127), on, off, sustain(HOUR, 0)], end: 31 },
    { what: "a pedal that is never lifted", events: [sustain(0, 127), on, off], end: 31 },
    {
      what: "a sostenuto pedal that is lifted",
      events: [on, at(0.5, 0xb0, 66, 127), off, at(6, 0xb0, 66, 0)],
      end: 6,
    },
    {
      what: "a sostenuto pedal that went down before the note",
      events: [at(0, 0xb0, 66, 127), on, off, at(6, 0xb0, 66, 0)],
      end: 1,
    },
    {
      what: "a sostenuto pedal that went down before the note and is reported again during it",
      events: [at(0, 0xb0, 66, 127), on, at(0.5, 0xb0, 66, 120), off, at(6, 0xb0, 66, 0)],
      end: 1,
    },
    { what: "all sound off", events: [on, at(3, 0xb0, 120, 0)], end: 3 },
    { what: "all notes off", events: [on, at(3, 0xb0, 123, 0)], end: 3 },
    {
      what: "all notes off under a pedal",
      events: [sustain(0, 127), on, at(3, 0xb0, 123, 0), sustain(7, 0)],
      end: 7,
    },
    {
      what: "reset all controllers, which lifts the pedal",
      events: [sustain(0, 127), on, off, at(8, 0xb0, 121, 0)],
      end: 8,
    },
  ])("ends with $what at $end s", ({ events, end }) => {
    expect(soundEndSeconds(events, HOUR)).toBe(end);
  });

  it("ends with the file where a note has no other end", () => {
    expect(soundEndSeconds([on], 2)).toBe(2);
    expect(soundEndSeconds([sustain(0, 127), on, off], 3)).toBe(3);
  });
});

function at(seconds: number, status: number, data1: number, data2: number): TimedEvent {
  return { seconds, event: { kind: "channel", tick: 0, status, data1, data2 } };
}

function sustain(seconds: number, value: number): TimedEvent {
  return at(seconds, 0xb0, 64, value);
}
