import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  encodePerformance,
  EncodingError,
  type Note,
  PERFORMANCE_388 as VOCABULARY,
  quantize,
  Vocabulary,
} from "../../../encoding/index.ts";
import { anyNotes, notesApart } from "./any-notes.ts";
import { note } from "../midi/midi-bytes.ts";

const on = (pitch: number): number => pitch;
const off = (pitch: number): number => 128 + pitch;
const shift = (steps: number): number => 255 + steps;
const velocity = (bin: number): number => 355 + bin;

describe("quantize", () => {
  it.each([
    [0, 0],
    [0.0049, 0],
    [0.005, 1],
    [0.015, 2],
    [1, 100],
    [0.29, 29],
  ])("%d s is step %i", (seconds, step) => {
    expect(quantize(seconds)).toBe(step);
  });
});

describe("encodePerformance", () => {
  const cases: readonly (readonly [string, Note[], number[]])[] = [
    ["nothing", [], []],
    ["one note", [note(60, 100, 0, 500)], [velocity(25), on(60), shift(50), off(60)]],
    ["leading silence", [note(60, 1, 30, 40)], [shift(3), velocity(1), on(60), shift(1), off(60)]],
    [
      "a note without length is lengthened to one step",
      [note(60, 127, 100, 100)],
      [shift(10), velocity(32), on(60), shift(1), off(60)],
    ],
    [
      "a note shorter than one step is lengthened to one step",
      [note(60, 5, 11, 14)],
      [shift(1), velocity(2), on(60), shift(1), off(60)],
    ],
    [
      "2.5 s are shifts of 100, 100 and 50",
      [note(60, 64, 0, 2500)],
      [velocity(16), on(60), shift(100), shift(100), shift(50), off(60)],
    ],
    [
      "2 s are two shifts of 100",
      [note(60, 64, 0, 2000)],
      [velocity(16), on(60), shift(100), shift(100), off(60)],
    ],
    [
      "a velocity only when its bin changes",
      [note(60, 65, 0, 10), note(62, 68, 10, 20), note(64, 69, 20, 30)],
      [
        velocity(17),
        on(60),
        shift(1),
        off(60),
        on(62),
        shift(1),
        off(62),
        velocity(18),
        on(64),
        shift(1),
        off(64),
      ],
    ],
    [
      "within a step, note-offs precede note-ons",
      [note(60, 64, 0, 500), note(60, 64, 500, 1000)],
      [velocity(16), on(60), shift(50), off(60), on(60), shift(50), off(60)],
    ],
    [
      "a chord has note-ons by ascending pitch, and note-offs in order of onset",
      [note(67, 64, 0, 500), note(60, 64, 0, 500), note(64, 64, 0, 500)],
      [velocity(16), on(60), on(64), on(67), shift(50), off(60), off(64), off(67)],
    ],
    [
      "onsets of one step are in order of their unrounded times",
      [note(67, 64, 1, 500), note(60, 64, 4, 500)],
      [velocity(16), on(67), on(60), shift(50), off(67), off(60)],
    ],
    [
      "note-offs of one step are in order of onset, not of end",
      [note(72, 64, 0, 504), note(60, 64, 100, 501)],
      [velocity(16), on(72), shift(10), on(60), shift(40), off(72), off(60)],
    ],
    [
      "overlapping notes of one key",
      [note(60, 64, 0, 300), note(60, 64, 100, 200)],
      [velocity(16), on(60), shift(10), on(60), shift(10), off(60), shift(10), off(60)],
    ],
    ["half a step is rounded up", [note(60, 64, 5, 15)], [shift(1), velocity(16), on(60), shift(1), off(60)]],
  ];
  it.each(cases)("%s", (_, notes, ids) => {
    expect([...encodePerformance(notes, VOCABULARY)]).toEqual(ids);
  });

  it.each(["NOTE_ON", "NOTE_OFF", "TIME_SHIFT", "VELOCITY"])("throws for a vocabulary without %s", (kind) => {
    const ranges = VOCABULARY.ranges.filter((range) => range.kind !== kind);
    let first = 0;
    const moved = ranges.map((range) => ({ ...range, first: (first += range.count) - range.count }));
    const { velocityBins } = VOCABULARY;
    const incomplete = new Vocabulary({ name: "incomplete", ranges: moved, velocityBins });
    const encode = (): unknown => encodePerformance([note(60, 100, 0, 500)], incomplete);
    expect(encode).toThrow(EncodingError);
    expect(encode).toThrow(`vocabulary "incomplete" has no ${kind} ids`);
  });

  it("does not depend on the order of the notes, except of equal ones", () => {
    fc.assert(
      fc.property(anyNotes, (notes) => {
        const unlike = new Map(notes.map((one) => [`${one.startSeconds} ${one.pitch}`, one]));
        const given = [...unlike.values()];
        expect(encodePerformance(given.toReversed(), VOCABULARY)).toEqual(
          encodePerformance(given, VOCABULARY),
        );
      }),
    );
  });

  it("sorts thousands of notes in reverse order", () => {
    const notes = Array.from({ length: 5000 }, (_, index) => note(60, 64, index * 20, index * 20 + 10));
    expect(encodePerformance(notes.toReversed(), VOCABULARY)).toEqual(encodePerformance(notes, VOCABULARY));
  });

  it.each([
    [{ startSeconds: -0.1, endSeconds: 1 }, "lasts from -0.1 to 1 s"],
    [{ startSeconds: NaN, endSeconds: 1 }, "lasts from NaN"],
    [{ startSeconds: 0, endSeconds: Infinity }, "to Infinity s"],
    [{ startSeconds: 0, endSeconds: 360_001 }, "must be between 0 and 360000 s"],
    [{ startSeconds: 1e12, endSeconds: 1 }, "must be between 0 and 360000 s"],
  ])("throws for times out of range: %o", (times, found) => {
    const encode = (): unknown => encodePerformance([{ pitch: 60, velocity: 64, ...times }], VOCABULARY);
    expect(encode).toThrow(EncodingError);
    expect(encode).toThrow(found);
  });

  it.each([
    [{ pitch: 128 }, "NOTE_ON 128"],
    [{ pitch: 60.5 }, "NOTE_ON 60.5"],
    [{ velocity: 0 }, "VELOCITY 0"],
    [{ velocity: 200 }, "VELOCITY 50"],
    [{ velocity: NaN }, "VELOCITY NaN"],
  ])("throws for values without an id: %o", (wrong, found) => {
    const broken = { ...note(60, 64, 0, 10), ...wrong };
    expect(() => encodePerformance([broken], VOCABULARY)).toThrow(found);
  });
});

describe("round trip", () => {
  const rounded = (notes: readonly Note[]): string[] =>
    notes
      .map((one) => {
        const start = quantize(one.startSeconds);
        const end = Math.max(start + 1, quantize(one.endSeconds));
        return `${start} ${one.pitch} ${end} ${VOCABULARY.velocityBin(one.velocity)}`;
      })
      .sort();

  it("restores notes that do not overlap, rounded to steps and bins", () => {
    fc.assert(
      fc.property(notesApart, (apart) => {
        expect(rounded(decodePerformance(encodePerformance(apart, VOCABULARY), VOCABULARY))).toEqual(
          rounded(apart),
        );
      }),
    );
  });

  it("restores the ids of notes on the grid; one pass quantizes any notes", () => {
    fc.assert(
      fc.property(anyNotes, (notes) => {
        const once = decodePerformance(encodePerformance(notes, VOCABULARY), VOCABULARY);
        const ids = encodePerformance(once, VOCABULARY);
        const twice = decodePerformance(ids, VOCABULARY);
        expect(rounded(twice)).toEqual(rounded(once));
        expect(encodePerformance(twice, VOCABULARY)).toEqual(ids);
      }),
    );
  });
});
