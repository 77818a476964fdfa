import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cutSegments,
  decodePerformance,
  encodePerformance,
  interleaveSegments,
  mergeVoices,
  PERFORMANCE_416,
  SEGMENT_STEPS,
  shiftIds,
} from "../../../encoding/index.ts";
import { notesApart } from "../performance/any-notes.ts";

const vocabulary = PERFORMANCE_416;
const [ON, OFF, VELOCITY, MELODY, ACCOMPANIMENT] = [60, 188, 380, 391, 392];
const shift = (steps: number): number => 255 + steps;
const SILENCE = [shift(100), shift(100)];

function stepsOf(ids: readonly number[]): number {
  return ids.filter((id) => id >= 256 && id < 356).reduce((steps, id) => steps + id - 255, 0);
}

/** Replaces each gap by the encoder's time shifts: the longest shifts first, then the remainder. */
function rewritten(ids: readonly number[]): number[] {
  const written: number[] = [];
  let gap = 0;
  for (const id of [...ids, -1]) {
    if (id >= 256 && id < 356) {
      gap += id - 255;
      continue;
    }
    for (; gap > 100; gap -= 100) written.push(shift(100));
    if (gap > 0) written.push(shift(gap));
    gap = 0;
    if (id >= 0) written.push(id);
  }
  return written;
}

describe("segments", () => {
  it("end after two seconds; a shift across the end is split, an event at the end belongs to the next one", () => {
    // From 1.5 s to 4 s: 50 of the 250 steps are in the first segment.
    const ids = [shift(100), shift(50), VELOCITY, ON, shift(100), shift(100), shift(50), OFF];
    expect(cutSegments(ids, vocabulary)).toEqual([
      [shift(100), shift(50), VELOCITY, ON, shift(50)],
      SILENCE,
      [OFF, ...SILENCE],
    ]);
  });

  it("are one silent segment without notes", () => {
    expect(cutSegments([], vocabulary)).toEqual([SILENCE]);
  });

  it("have the same notes as the piece and last two seconds each", () => {
    fc.assert(
      fc.property(notesApart, (notes) => {
        const ids = encodePerformance(notes, vocabulary);
        const segments = cutSegments(ids, vocabulary);
        expect(segments.map(stepsOf)).toEqual(segments.map(() => SEGMENT_STEPS));
        expect(decodePerformance(segments.flat(), vocabulary)).toEqual(decodePerformance(ids, vocabulary));
        for (const segment of segments) expect(segment).toEqual(rewritten(segment));
      }),
    );
  });
});

describe("melody and accompaniment", () => {
  it("are one performance, in which the melody comes first in each step", () => {
    const melody = [{ pitch: 72, velocity: 90, startSeconds: 0.504, endSeconds: 1 }];
    const chord = [60, 76].map((pitch) => ({ pitch, velocity: 50, startSeconds: 0.496, endSeconds: 1 }));
    const { ids, isMelody } = mergeVoices(melody, chord, vocabulary);
    const [loud, soft] = [378, 368];
    expect([...ids]).toEqual([shift(50), loud, 72, soft, 60, 76, shift(50), 200, 188, 204]);
    expect(isMelody).toEqual([true, false, false]);
  });

  it("are encoded without loss", () => {
    fc.assert(
      fc.property(notesApart, (notes) => {
        const [melody, rest] = [true, false].map((upper) =>
          notes.filter(({ pitch }) => pitch > 61 === upper),
        );
        const { ids, isMelody } = mergeVoices(melody ?? [], rest ?? [], vocabulary);
        const decoded = (of: Iterable<number>) =>
          decodePerformance(of, vocabulary).map(({ onset, ...note }) => ({ note, onset }));
        const all = decoded(ids);
        expect(isMelody).toEqual(all.map(({ note }) => note.pitch > 61));
        for (const [voice, upper] of [
          [melody, true],
          [rest, false],
        ] as const) {
          expect(all.map(({ note }) => note).filter(({ pitch }) => pitch > 61 === upper)).toEqual(
            expect.arrayContaining(
              decoded(encodePerformance(voice ?? [], vocabulary)).map(({ note }) => note),
            ),
          );
        }
      }),
    );
  });

  it("alternate, the melody one segment ahead; missing segments are silent", () => {
    const [m0, m1] = [[VELOCITY, ON, ...SILENCE], SILENCE];
    const [a0, a1, a2] = [[shift(1), ...shiftIds(vocabulary, 199)], SILENCE, [VELOCITY, 40, ...SILENCE]];
    expect(interleaveSegments([m0, m1], [a0, a1, a2], vocabulary)).toEqual(
      [
        [MELODY, ...m0],
        [MELODY, ...m1],
        [ACCOMPANIMENT, ...a0],
        [MELODY, ...SILENCE],
        [ACCOMPANIMENT, ...a1],
        [ACCOMPANIMENT, ...a2],
      ].flat(),
    );
  });
});
