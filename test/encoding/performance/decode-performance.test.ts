import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  PERFORMANCE_388 as VOCABULARY,
  PERFORMANCE_416,
  VocabularyError,
} from "../../../encoding/index.ts";

function spans(ids: readonly number[], endStep?: number): number[][] {
  return decodePerformance(ids, VOCABULARY, endStep).map((one) => [
    one.pitch,
    one.velocity,
    one.startStep,
    one.endStep,
  ]);
}

describe("decodePerformance", () => {
  it("returns seconds, steps and the number of the onset", () => {
    expect(decodePerformance([258, 380, 60, 305, 188], VOCABULARY)).toEqual([
      { pitch: 60, velocity: 97, startStep: 3, endStep: 53, startSeconds: 0.03, endSeconds: 0.53, onset: 0 },
    ]);
  });

  it.each([
    [
      "a note-off ends the oldest note of its key",
      [60, 256, 60, 256, 188, 256, 188],
      [
        [60, 100, 0, 2],
        [60, 100, 1, 3],
      ],
    ],
    ["a note-off without a note is ignored", [188, 256, 60, 256, 188, 188], [[60, 100, 1, 2]]],
    ["a note without length is dropped", [60, 188, 61, 256, 189], [[61, 100, 0, 1]]],
    [
      "open notes end with the last event",
      [60, 256, 61, 257],
      [
        [60, 100, 0, 3],
        [61, 100, 1, 3],
      ],
    ],
    ["a note that opens with the last event is dropped", [60, 256, 61], [[60, 100, 0, 1]]],
    [
      "a velocity applies until the next one",
      [387, 60, 256, 356, 61, 62, 256],
      [
        [60, 125, 0, 2],
        [61, 1, 1, 2],
        [62, 1, 1, 2],
      ],
    ],
    ["nothing", [], []],
  ])("%s", (_, ids, expected) => {
    expect(spans(ids)).toEqual(expected);
  });

  it("ends open notes at `endStep`", () => {
    expect(spans([60, 256, 61], 7)).toEqual([
      [60, 100, 0, 7],
      [61, 100, 1, 7],
    ]);
  });

  it("orders notes by onset, not by end", () => {
    expect(spans([60, 61, 256, 189, 256, 188])).toEqual([
      [60, 100, 0, 2],
      [61, 100, 0, 1],
    ]);
  });

  it("ignores special ids, and throws for ids outside the vocabulary", () => {
    expect(decodePerformance([389, 60, 256, 188, 390, 388], PERFORMANCE_416)).toHaveLength(1);
    expect(() => decodePerformance([388], VOCABULARY)).toThrow(VocabularyError);
  });

  it("ends notes with their piece, at END and at START", () => {
    const ids = [380, 60, 256, 390, 256, 188, 60, 256, 389, 256, 188];
    expect(decodePerformance(ids, PERFORMANCE_416)).toMatchObject([
      { velocity: 97, startStep: 0, endStep: 1 },
      { velocity: 100, startStep: 2, endStep: 3 },
    ]);
  });

  it("decodes any ids of the vocabulary to notes on the grid", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(387)), (ids) => {
        for (const one of decodePerformance(ids, VOCABULARY))
          expect(one.endStep).toBeGreaterThan(one.startStep);
      }),
    );
  });
});
