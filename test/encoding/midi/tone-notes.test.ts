import * as fc from "fast-check";
import { Frequency } from "tone";
import { describe, expect, it } from "vitest";
import { fromToneNotes, MidiError, toToneNotes } from "../../../encoding/index.ts";
import { note } from "./midi-bytes.ts";

describe("notes of Tone.js", () => {
  it("are seconds, names and velocities up to 1", () => {
    expect(toToneNotes([note(61, 127, 250, 750)])).toEqual([
      { time: 0.25, duration: 0.5, midi: 61, name: "C#4", velocity: 1 },
    ]);
  });

  it("are converted back without loss", () => {
    for (let pitch = 0; pitch < 128; pitch += 1) {
      const given = [note(pitch, Math.max(1, 127 - pitch), 0, 500)];
      expect(fromToneNotes(toToneNotes(given))).toEqual(given);
      const byName = toToneNotes(given).map(({ time, duration, name, velocity }) => ({
        time,
        duration,
        name,
        velocity,
      }));
      expect(fromToneNotes(byName)).toEqual(given);
    }
  });

  it("have the pitch names of Tone.js", () => {
    const letters = fc.constantFrom("C", "D", "E", "F", "G", "A", "B");
    const accidentals = fc.constantFrom("", "#", "b", "##", "bb", "x");
    fc.assert(
      fc.property(letters, accidentals, fc.integer({ min: 0, max: 8 }), (letter, accidental, octave) => {
        const name = `${letter}${accidental}${octave}`;
        const [one] = fromToneNotes([{ time: 0, duration: 1, name }]);
        expect(one?.pitch).toBe(Frequency(name).toMidi());
      }),
    );
  });

  it("have velocity 127 by default and at least 1", () => {
    const [loud, soft] = fromToneNotes([
      { time: 0, duration: 1, midi: 60 },
      { time: 0, duration: 1, midi: 60, velocity: 0 },
    ]);
    expect([loud?.velocity, soft?.velocity]).toEqual([127, 1]);
  });

  it.each([
    [{ time: -1, duration: 1, midi: 60 }, /time and duration/],
    [{ time: 0, duration: NaN, midi: 60 }, /time and duration/],
    [{ time: 0, duration: 1, midi: 60, velocity: 1.5 }, /velocity must be from 0 to 1, got 1.5/],
    [{ time: 0, duration: 1, midi: 128 }, /pitch/],
    [{ time: 0, duration: 1, name: "H4" }, /"H4" is not a pitch/],
    [{ time: 0, duration: 1, name: "C12" }, /pitch/],
  ])("rejects %o", (wrong, found) => {
    expect(() => fromToneNotes([wrong])).toThrow(MidiError);
    expect(() => fromToneNotes([wrong])).toThrow(found);
  });
});
