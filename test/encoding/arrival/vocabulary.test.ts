import { describe, expect, it } from "vitest";
import {
  ARRIVAL_55028,
  ARRIVAL_9772,
  ARRIVAL_VOCABULARIES,
  ArrivalVocabulary,
} from "../../../encoding/index.ts";

const TRIO = { ...ARRIVAL_55028, name: "trio", onsets: 2_000, durations: 300, instruments: [128, 0, 33] };

describe("ARRIVAL_55028", () => {
  it("has the ranges and special ids of the published models", () => {
    expect(ARRIVAL_55028.ranges.map(({ kind, first, count }) => [kind, first, count])).toEqual([
      ["ONSET", 0, 10_000],
      ["DURATION", 10_000, 1_000],
      ["NOTE", 11_000, 16_512],
      ["REST", 27_512, 1],
      ["CONTROL_ONSET", 27_513, 10_000],
      ["CONTROL_DURATION", 37_513, 1_000],
      ["CONTROL_NOTE", 38_513, 16_512],
      ["SEPARATOR", 55_025, 1],
      ["AUTOREGRESS", 55_026, 1],
      ["ANTICIPATE", 55_027, 1],
    ]);
    const { size, rest, controlOffset, separator, autoregress, anticipate } = ARRIVAL_55028;
    expect([size, rest, controlOffset, separator, autoregress, anticipate]).toEqual([
      55_028, 27_512, 27_513, 55_025, 55_026, 55_027,
    ]);
  });

  it("returns the meaning of an id", () => {
    expect(ARRIVAL_55028.meaning(9_999)).toEqual({ kind: "ONSET", value: 9_999 });
    expect(ARRIVAL_55028.meaning(10_000)).toEqual({ kind: "DURATION", value: 0 });
    expect(ARRIVAL_55028.meaning(15_257)).toEqual({ kind: "NOTE", value: 33 * 128 + 33 });
    expect(ARRIVAL_55028.note(33 * 128 + 33)).toEqual({ instrument: 33, pitch: 33 });
    expect(ARRIVAL_55028.meaning(54_939)).toEqual({ kind: "CONTROL_NOTE", value: 128 * 128 + 42 });
    expect(ARRIVAL_55028.meaning(55_027)).toEqual({ kind: "ANTICIPATE", value: 0 });
  });

  it.each([-1, 55_028, 0.5, NaN])("has no id %s", (id) => {
    expect(() => ARRIVAL_55028.meaning(id)).toThrow(expect.objectContaining({ code: "unknown-id" }));
  });

  it("returns the ids of each position of a triple", () => {
    expect(ARRIVAL_55028.slot("onset")).toEqual({ first: 0, end: 10_000 });
    expect(ARRIVAL_55028.slot("duration")).toEqual({ first: 10_000, end: 11_000 });
    expect(ARRIVAL_55028.slot("note")).toEqual({ first: 11_000, end: 27_513 });
  });
});

describe("ARRIVAL_9772", () => {
  it("has the same ranges with fewer times and three instruments", () => {
    expect(ARRIVAL_9772.ranges.map(({ kind, first, count }) => [kind, first, count])).toEqual([
      ["ONSET", 0, 4000],
      ["DURATION", 4000, 500],
      ["NOTE", 4500, 384],
      ["REST", 4884, 1],
      ["CONTROL_ONSET", 4885, 4000],
      ["CONTROL_DURATION", 8885, 500],
      ["CONTROL_NOTE", 9385, 384],
      ["SEPARATOR", 9769, 1],
      ["AUTOREGRESS", 9770, 1],
      ["ANTICIPATE", 9771, 1],
    ]);
    expect(ARRIVAL_9772.instruments).toEqual([0, 48, 73]);
  });

  it("is found by its name", () => {
    expect([...ARRIVAL_VOCABULARIES.keys()]).toEqual(["arrival-55028", "arrival-9772"]);
    expect(ARRIVAL_VOCABULARIES.get("arrival-9772")).toBe(ARRIVAL_9772);
  });
});

describe("ArrivalVocabulary", () => {
  it("can be declared with fewer times and instruments, in any order", () => {
    const trio = new ArrivalVocabulary(TRIO);
    expect([trio.size, trio.rest, trio.controlOffset, trio.anticipate]).toEqual([5_372, 2_684, 2_685, 5_371]);
    expect([trio.noteId(128, 36), trio.noteId(0, 60), trio.noteId(33, 127)]).toEqual([2_336, 2_488, 2_683]);
    expect(trio.note(188)).toEqual({ instrument: 0, pitch: 60 });
    expect([trio.hasInstrument(33), trio.hasInstrument(34)]).toEqual([true, false]);
  });

  it("rejects an instrument outside the vocabulary, with a hint", () => {
    expect(() => new ArrivalVocabulary(TRIO).noteId(40, 60)).toThrow(
      expect.objectContaining({
        code: "unknown-event",
        message: 'vocabulary "trio" has no instrument 40 (Violin)',
        hint: "omit such notes, or use a vocabulary that has them; this one has Drums, Acoustic Grand Piano, Electric Bass (finger)",
      }),
    );
  });

  it.each([
    [{ onsets: 0 }, "all its counts must be whole numbers of at least 1"],
    [{ durations: 1.5 }, "all its counts must be whole numbers of at least 1"],
    [{ instruments: [] }, "it must have instruments, which are whole numbers from 0 to 128"],
    [{ instruments: [129] }, "it must have instruments, which are whole numbers from 0 to 128"],
    [{ instruments: [5, 5] }, "it names an instrument twice"],
    [{ onsets: 600 }, "its 600 onsets must be more than a rest and the anticipation together"],
    [{ onsets: 40_000 }, "it has 81372 ids, more than 65536"],
  ])("rejects the declaration %j", (part, problem) => {
    expect(() => new ArrivalVocabulary({ ...TRIO, ...part })).toThrow(
      expect.objectContaining({
        code: "bad-declaration",
        message: `"trio" is not a valid arrival-time vocabulary: ${problem}`,
      }),
    );
  });
});
