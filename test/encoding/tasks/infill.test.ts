import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodePerformance,
  infillParts,
  infillPrompt,
  type Note,
  PERFORMANCE_416,
  quantize,
  SUFFIX_IDS,
} from "../../../encoding/index.ts";
import { notesApart } from "../performance/any-notes.ts";

const vocabulary = PERFORMANCE_416;
const shift = (steps: number): number => 255 + steps;
const velocity = (bin: number): number => 355 + bin;
const ROOM = 100_000;

const note = (pitch: number, startSeconds: number, endSeconds: number, bin = 20): Note => {
  return { pitch, velocity: 4 * (bin - 1) + 1, startSeconds, endSeconds };
};

/** Events of ids at absolute steps, as text, with the velocity bin of each note-on. */
function eventsOf(ids: readonly number[], step: number, bin = 0): string[] {
  const events: string[] = [];
  for (const id of ids) {
    const { kind, value } = vocabulary.event(id);
    if (kind === "TIME_SHIFT") step += value;
    else if (kind === "VELOCITY") bin = value;
    else events.push(kind === "NOTE_ON" ? `${step} on ${value} ${bin}` : `${step} off ${value}`);
  }
  return events;
}

function lastBin(ids: readonly number[]): number {
  return vocabulary.event(ids.findLast((id) => id >= 356 && id < 388) ?? 356).value;
}

function stepsOf(ids: readonly number[]): number {
  return ids.filter((id) => id >= 256 && id < 356).reduce((steps, id) => steps + id - 255, 0);
}

describe("the parts of an infill", () => {
  it("are those of the example", () => {
    const notes = [
      note(60, 0, 0.5), // before
      note(61, 0.5, 1.2), // into the region
      note(62, 0.9, 3.5), // across it
      note(63, 1.5, 2.5), // in it, and longer
      note(64, 2, 3, 10), // after it
    ];
    const parts = infillParts(notes, 100, 200, ROOM, vocabulary);
    expect(parts.prefix).toEqual(
      [velocity(20), 60, shift(50), 188, 61, shift(40), 62, shift(10)].flat(), // until 1 s
    );
    expect(parts.middle).toEqual([shift(20), 189, shift(30), 63, shift(50), 191]);
    expect(parts.suffix).toEqual([shift(100), velocity(10), 64, shift(100), 192, shift(50), 190]);
    expect(parts.firstNote).toBe(0);
    expect(infillPrompt(parts, vocabulary)).toEqual([393, ...parts.suffix, 394, ...parts.prefix, 395]);
  });

  it("contain every event of the piece once, those of the middle within the region", () => {
    const region = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 400 }));
    fc.assert(
      fc.property(notesApart, region, (notes, [from, length]) => {
        const to = from + length;
        const parts = infillParts(notes, from, to, ROOM, vocabulary);
        const begin = Math.min(from, ...notes.map((one) => quantize(one.startSeconds)));
        expect(stepsOf(parts.prefix)).toBe(from - begin);
        expect(stepsOf(parts.middle)).toBe(length);
        const cut = notes.map((one) => {
          const isMiddle = quantize(one.startSeconds) >= from && quantize(one.startSeconds) < to;
          const isLong = isMiddle && quantize(one.endSeconds) > to;
          return isLong ? { ...one, endSeconds: to / 100 } : one;
        });
        const expected = eventsOf([...encodePerformance(cut, vocabulary)], 0);
        const found = [
          ...eventsOf(parts.prefix, begin),
          ...eventsOf(parts.middle, from, lastBin(parts.prefix)),
          ...eventsOf(parts.suffix, from),
        ];
        // A suffix that is too long is cut.
        const whole = parts.suffix.length < SUFFIX_IDS - 4;
        if (whole) expect(found.sort()).toEqual(expected.sort());
        else expect(expected).toEqual(expect.arrayContaining(found));
      }),
    );
  });

  const long = Array.from({ length: 2000 }, (_, i) =>
    note(40 + (i % 40), i * 0.1, i * 0.1 + 0.15, 1 + (i % 30)),
  );

  it("omit the oldest notes, as few as possible", () => {
    const parts = infillParts(long, 10_000, 10_300, 1000, vocabulary);
    const { prefix, middle, suffix } = parts;
    const total = prefix.length + middle.length + suffix.length;
    expect(total).toBeLessThanOrEqual(1000);
    expect(total).toBeGreaterThan(990);
    expect(suffix.length).toBeLessThanOrEqual(SUFFIX_IDS);
    expect(suffix.length).toBeGreaterThan(SUFFIX_IDS - 4);
    expect(eventsOf(prefix, 0)[0]).toContain(`on ${long[parts.firstNote]?.pitch ?? 0}`);
    // The same region without the older notes has the same parts.
    expect(infillParts(long.slice(parts.firstNote), 10_000, 10_300, ROOM, vocabulary)).toMatchObject({
      prefix,
      middle,
      suffix,
    });
  });

  it("reserve ids for a middle that is not known yet", () => {
    const { prefix, suffix } = infillParts(long, 10_000, 10_300, 1000, vocabulary, 400);
    expect(prefix.length + suffix.length).toBeLessThanOrEqual(600);
    expect(prefix.length + suffix.length).toBeGreaterThan(590);
  });
});
