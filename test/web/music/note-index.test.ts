import * as fc from "fast-check";
import { expect, it } from "vitest";
import { NoteIndex } from "../../../web/music/note-index.ts";
import type { PieceNote } from "../../../web/music/note.ts";

function note(startSeconds: number): PieceNote {
  return {
    pitch: 60,
    velocity: 64,
    startSeconds,
    endSeconds: undefined,
    index: 0,
    endIndex: undefined,
    origin: "generated",
  };
}

it("finds every note that sounds in a time span once, and few others", () => {
  const span = fc.record({
    start: fc.integer({ min: 0, max: 400 }),
    length: fc.option(fc.integer({ min: 1, max: 300 })),
  });
  fc.assert(
    fc.property(
      fc.array(span, { maxLength: 60 }),
      fc.integer({ min: -20, max: 400 }),
      fc.integer({ min: 1, max: 100 }),
      (spans, start, width) => {
        const index = new NoteIndex();
        const [from, to] = [start / 10, (start + width) / 10];
        const sounding: PieceNote[] = [];
        for (const { start: begins, length } of spans.toSorted((a, b) => a.start - b.start)) {
          const each = note(begins / 10);
          index.begin(each);
          if (length !== null) {
            each.endSeconds = (begins + length) / 10;
            index.end(each);
          }
          if (each.startSeconds < to && (each.endSeconds ?? Infinity) > from) sounding.push(each);
        }
        const found: PieceNote[] = [];
        index.forEach(from, to, (each) => found.push(each));
        expect(new Set(found).size).toBe(found.length);
        expect(found).toEqual(expect.arrayContaining(sounding));
        expect(
          found.every(
            ({ startSeconds, endSeconds = Infinity }) => startSeconds < to && endSeconds > from - 1,
          ),
        ).toBe(true);
      },
    ),
  );
});
