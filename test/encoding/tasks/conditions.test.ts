import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CONDITION_PERIOD,
  conditionIds,
  densityClass,
  encodePerformance,
  type Note,
  PERFORMANCE_388,
  PERFORMANCE_416,
  VocabularyError,
  withConditions,
  withEnding,
} from "../../../encoding/index.ts";
import { notesApart } from "../performance/any-notes.ts";

const vocabulary = PERFORMANCE_416;
const [ENDING, POP, CLASSICAL, SPARSE, MEDIUM, BUSY] = [396, 400, 401, 408, 409, 411];

/** Notes one after the other, each `seconds` after the last. */
function row(count: number, seconds: number): Note[] {
  return Array.from({ length: count }, (_, i) => ({
    pitch: 60 + (i % 12),
    velocity: 50 + (i % 40),
    startSeconds: i * seconds,
    endSeconds: (i + 0.5) * seconds,
  }));
}

const isMark = (id: number): boolean => id >= 391;
const isNoteId = (id: number): boolean => id < 256;

describe("densities", () => {
  it.each([
    [0, 100, "sparse"],
    [13, 200, "sparse"],
    [14, 200, "medium"],
    [10, 100, "dense"],
    [16, 100, "busy"],
    [5, 0, "busy"],
  ])("of %d notes in %d steps are %s", (notes, steps, name) => {
    expect(densityClass(notes, steps)).toBe(name);
  });
});

describe("conditions", () => {
  it("are one id each, style first", () => {
    expect(conditionIds({ density: "busy", style: "classical" }, vocabulary)).toEqual([CLASSICAL, BUSY]);
    expect(conditionIds({}, vocabulary)).toEqual([]);
    expect(() => conditionIds({ style: "pop" }, PERFORMANCE_388)).toThrow(VocabularyError);
  });

  it("are stated at the start and in every window, with the density of what follows", () => {
    // 150 notes at 4 a second, then as many at 20 a second; each note has five ids.
    const slow = row(150, 0.25);
    const fast = row(150, 0.05).map((note) => ({
      ...note,
      startSeconds: note.startSeconds + 37.5,
      endSeconds: note.endSeconds + 37.5,
    }));
    const ids = [...encodePerformance([...slow, ...fast], vocabulary)];
    const marked = withConditions(ids, vocabulary, { style: "pop", density: true });
    const places = marked.flatMap((id, place) => (id === POP ? [place] : []));
    expect(places[0]).toBe(0);
    for (const [i, place] of places.entries()) {
      const next = places[i + 1] ?? marked.length;
      expect(next - place).toBeLessThan(CONDITION_PERIOD + 5);
      const chunk = marked.slice(place + 2, next);
      const steps = chunk.filter((id) => id >= 256 && id < 356).reduce((sum, id) => sum + id - 255, 0);
      const perSecond = chunk.filter((id) => id < 128).length / (steps / 100);
      const expected = perSecond < 7 ? SPARSE : perSecond < 10 ? MEDIUM : perSecond < 16 ? 410 : BUSY;
      expect(marked[place + 1]).toBe(expected);
    }
    expect(marked[1]).toBe(SPARSE);
    expect(marked[(places.at(-1) ?? 0) + 1]).toBe(BUSY);
  });

  it("come after note events, and removing them restores the piece", () => {
    fc.assert(
      fc.property(fc.array(notesApart, { minLength: 1, maxLength: 5 }), fc.boolean(), (parts, density) => {
        const notes = parts.flatMap((part, i) =>
          part.map((note) => ({
            ...note,
            startSeconds: note.startSeconds + 20 * i,
            endSeconds: note.endSeconds + 20 * i,
          })),
        );
        const ids = [...encodePerformance(notes, vocabulary)];
        const marked = withConditions(ids, vocabulary, { style: "pop", density });
        expect(marked.filter((id) => !isMark(id))).toEqual(ids);
        for (const [place, id] of marked.entries()) {
          if (id !== POP || place === 0) continue;
          expect(isNoteId(marked[place - 1] ?? -1)).toBe(true);
        }
      }),
    );
  });
});

describe("the ending", () => {
  it("is announced after the first note event of the last ten seconds", () => {
    const ids = [...encodePerformance(row(60, 0.5), vocabulary)]; // 29.75 s: from 19.75 s on
    const marked = withEnding(ids, vocabulary);
    const place = marked.indexOf(ENDING);
    expect(marked.toSpliced(place, 1)).toEqual(ids);
    const before = marked.slice(0, place);
    const seconds = before.filter((id) => id >= 256 && id < 356).reduce((sum, id) => sum + id - 255, 0) / 100;
    expect(seconds).toBe(19.75);
    expect(before.at(-1)).toBe(128 + 60 + (39 % 12));
  });

  it("of a short piece is announced at its start", () => {
    const ids = [...encodePerformance(row(4, 0.5), vocabulary)];
    expect(withEnding(ids, vocabulary)).toEqual([ENDING, ...ids]);
  });
});
