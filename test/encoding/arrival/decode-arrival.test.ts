import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ArrivalError,
  type ArrivalEvent,
  ARRIVAL_55028,
  ArrivalVocabulary,
  decodeArrival,
  encodeWindow,
} from "../../../encoding/index.ts";
import { absoluteEvents, readGolden } from "./golden.ts";

const RUNS = readGolden<{ cases: { moments: { ids: number[] }[] }[] }>("generate.json").cases;

describe("decodeArrival", () => {
  it("reads notes, controls, rests and separators", () => {
    const ids = [
      5, 10_050, 11_060, 27_520, 37_514, 54_933, 100, 10_000, 27_512, 55_025, 55_025, 55_025, 0, 10_999,
      27_511,
    ];
    expect(decodeArrival(ids)).toEqual([
      { kind: "note", onsetStep: 5, durationSteps: 50, pitch: 60, instrument: 0, isControl: false },
      { kind: "note", onsetStep: 7, durationSteps: 1, pitch: 36, instrument: 128, isControl: true },
      { kind: "rest", onsetStep: 100 },
      { kind: "separator" },
      { kind: "note", onsetStep: 0, durationSteps: 999, pitch: 127, instrument: 128, isControl: false },
    ]);
  });

  it("adds the start of the window to the first piece, not to pieces after a separator", () => {
    const ids = [55_026, 0, 10_001, 11_060, 55_025, 55_025, 55_025, 3, 10_001, 11_061];
    const onsets = decodeArrival(ids, 30_000).map((event) =>
      event.kind === "note" ? event.onsetStep : event.kind,
    );
    expect(onsets).toEqual([30_000, "separator", 3]);
  });

  it("ignores the duration id of a rest", () => {
    expect(decodeArrival([20, 10_077, 27_512])).toEqual([{ kind: "rest", onsetStep: 20 }]);
  });

  it("decodes the input windows of the authors' model", () => {
    const windows = RUNS.flatMap(({ moments }) => moments.map(({ ids }) => ids));
    const whole = windows.filter((ids) => ids.every((id, at) => at % 3 !== 1 || id < 10_000 || id > 27_512));
    expect([windows.length, whole.length]).toEqual([32, 28]);
    for (const ids of whole) expect(decodeArrival(ids)).toEqual(absoluteEvents(ids.slice(1)));
  });

  it("returns no events for no ids", () => {
    expect(decodeArrival([])).toEqual([]);
    expect(decodeArrival([55_027])).toEqual([]);
  });

  it.each([
    [[0, 10_000], "bad-triple", "the ids end within a triple, after 2 of its 3 ids"],
    [
      [0, 27_512, 11_060],
      "bad-triple",
      "ids 0, 27512 and 11060 at position 0 are not a triple: ONSET REST NOTE",
    ],
    [
      [55_026, 10_000, 10_000, 11_060],
      "bad-triple",
      "ids 10000, 10000 and 11060 at position 1 are not a triple: DURATION DURATION NOTE",
    ],
    [
      [27_513, 10_000, 11_060],
      "bad-triple",
      "ids 27513, 10000 and 11060 at position 0 are not a triple: CONTROL_ONSET DURATION NOTE",
    ],
    [
      [55_025, 10_010, 11_061],
      "bad-triple",
      "ids 55025, 10010 and 11061 at position 0 are not a triple: SEPARATOR DURATION NOTE",
    ],
    [[0, 10_000, 55_028], "unknown-id", 'id 55028 is outside vocabulary "arrival-55028" (0 to 55027)'],
    [[0, 10_000, 11_000.5], "unknown-id", 'id 11000.5 is outside vocabulary "arrival-55028" (0 to 55027)'],
  ])("rejects %j", (ids, code, found) => {
    expect(() => decodeArrival(ids)).toThrow(ArrivalError);
    expect(() => decodeArrival(ids)).toThrow(expect.objectContaining({ code, message: found }));
  });

  it("decodes what a reduced vocabulary encodes", () => {
    const vocabulary = new ArrivalVocabulary({
      ...ARRIVAL_55028,
      name: "trio",
      onsets: 2_000,
      durations: 300,
      instruments: [0, 33, 128],
    });
    const note = fc.record({
      kind: fc.constant("note" as const),
      onsetStep: fc.nat({ max: 1_999 }),
      durationSteps: fc.nat({ max: 299 }),
      pitch: fc.nat({ max: 127 }),
      instrument: fc.constantFrom(0, 33, 128),
      isControl: fc.boolean(),
    });
    const rest = fc.record({ kind: fc.constant("rest" as const), onsetStep: fc.nat({ max: 1_999 }) });
    fc.assert(
      fc.property(fc.array(fc.oneof(note, rest)), (events: ArrivalEvent[]) => {
        const { ids, startStep } = encodeWindow(events, { vocabulary });
        expect(Math.max(...ids)).toBeLessThan(vocabulary.size);
        expect(decodeArrival(ids, startStep, vocabulary)).toEqual(events);
      }),
    );
  });
});
