import { describe, expect, it } from "vitest";
import type { ArrivalNote } from "../../../encoding/index.ts";
import { type CopyKind, copyRequests, withControls } from "../../../src/tools/dataset/copies.ts";
import { ExampleRandom } from "../../../src/tools/example-random.ts";

/** A note every half second, of one instrument after the other. */
function notes(count: number, instruments: readonly number[]): ArrivalNote[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "note",
    onsetStep: index * 50,
    durationSteps: 40,
    pitch: 60,
    instrument: instruments[index % instruments.length]!,
    isControl: false,
  }));
}

function controlsOf(piece: readonly ArrivalNote[], kind: CopyKind, serial: number): ArrivalNote[] {
  const marked = withControls(piece, kind, new ExampleRandom(7, 1000, serial));
  expect(marked.map((note) => ({ ...note, isControl: false }))).toEqual(piece);
  return marked.filter(({ isControl }) => isControl);
}

describe("copyRequests", () => {
  it("has one plain copy in ten, one with spans, four with random notes, four with instruments", () => {
    const kinds = copyRequests(12, 7, 3).map(({ kind }) => kind);
    expect(kinds).toEqual([
      "plain",
      "span-controls",
      "note-controls",
      "note-controls",
      "note-controls",
      "note-controls",
      "instrument-controls",
      "instrument-controls",
      "instrument-controls",
      "instrument-controls",
      "plain",
      "span-controls",
    ]);
  });

  it("gives each copy of each piece a random stream of its own", () => {
    expect(copyRequests(3, 7, 4).map(({ randomKey }) => randomKey)).toEqual([
      [7, 1000, 4],
      [7, 1001, 4],
      [7, 1002, 4],
    ]);
  });
});

describe("withControls", () => {
  const band = notes(4000, [0, 32, 128]);

  it("makes no note of a plain copy a control", () => {
    expect(controlsOf(band, "plain", 0)).toEqual([]);
  });

  it("makes spans of 5 s controls, on average 20 s apart", () => {
    const onsets = controlsOf(band, "span-controls", 0).map(({ onsetStep }) => onsetStep);
    const starts = onsets.filter((onset) => !onsets.includes(onset - 50));
    for (const start of starts.slice(0, -1)) {
      expect(onsets).toContain(start + 450);
      // The next span can begin where this one ends.
    }
    const share = onsets.length / band.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.35);
    expect(starts.length).toBeGreaterThan(40);
  });

  it("makes 10 to 90 % of the notes controls, a share a copy", () => {
    const shares = Array.from(
      { length: 200 },
      (_, serial) => controlsOf(band.slice(0, 1000), "note-controls", serial).length / 1000,
    );
    const tenths = new Set(shares.map((share) => Math.round(share * 10)));
    expect([...tenths].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("makes all notes of some of the instruments controls, never of all or none", () => {
    const subsets = Array.from({ length: 60 }, (_, serial) => {
      const controls = controlsOf(band.slice(0, 30), "instrument-controls", serial);
      const chosen = [...new Set(controls.map(({ instrument }) => instrument))].toSorted((a, b) => a - b);
      expect(controls.length).toBe(10 * chosen.length);
      return chosen.join(" ");
    });
    expect([...new Set(subsets)].toSorted()).toEqual(["0", "0 128", "0 32", "128", "32", "32 128"]);
  });

  it("leaves a piece of one instrument plain", () => {
    expect(controlsOf(notes(20, [0]), "instrument-controls", 0)).toEqual([]);
  });

  it("depends on seed, copy and piece only", () => {
    const controls = (): ArrivalNote[] => controlsOf(band, "note-controls", 5);
    expect(controls()).toEqual(controls());
  });
});
