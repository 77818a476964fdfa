/** MIDI to ids to MIDI, with random notes. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anticipate,
  arrivalNotes,
  arrivalScore,
  cutWindows,
  decodeArrival,
  encodeArrival,
  padWithRests,
  readMidi,
  type Score,
  type ScoreNote,
  writeMidi,
} from "../../../encoding/index.ts";
import { type Message, midiFile } from "./midi-file.ts";

/** Half a step, plus rounding errors of doubles. */
const TOLERANCE_SECONDS = 0.005 + 1e-9;
const STEP_SECONDS = 0.01;
const LONGEST_SECONDS = 9.99;

function keyOf({ isPercussion, program, pitch }: ScoreNote): number {
  return (isPercussion ? 128 : program) * 128 + pitch;
}

/** Sorts by key, then by onset, then by length. */
function inKeyOrder({ notes }: Score): ScoreNote[] {
  return notes.toSorted(
    (a, b) => keyOf(a) - keyOf(b) || a.startSeconds - b.startSeconds || lengthOf(a) - lengthOf(b),
  );
}

/** Limits the length of a note to 9.99 s. */
function lengthOf({ startSeconds, endSeconds }: ScoreNote): number {
  return Math.min(LONGEST_SECONDS, endSeconds - startSeconds);
}

/** Keys with a note that ends before an earlier one or within a step of it: these ends may be exchanged. */
function exchangeableKeys(notes: readonly ScoreNote[]): ReadonlySet<number> {
  const ends = new Map<number, number>();
  const exchangeable = new Set<number>();
  for (const note of notes) {
    const end = ends.get(keyOf(note)) ?? -Infinity;
    if (note.startSeconds + lengthOf(note) <= end + STEP_SECONDS) exchangeable.add(keyOf(note));
    ends.set(keyOf(note), Math.max(end, note.startSeconds + lengthOf(note)));
  }
  return exchangeable;
}

function roundTrip(score: Score): Score {
  const windows = encodeArrival(score, { isControl: ({ pitch }) => pitch % 3 === 0 });
  const events = windows.flatMap(({ ids, startStep }) => decodeArrival(ids, startStep));
  return readMidi(writeMidi(arrivalScore(events)));
}

/** The notes that change by more than half a step. */
function lostNotes(score: Score, again: Score): unknown[] {
  const [before, after] = [inKeyOrder(score), inKeyOrder(again)];
  const exchangeable = exchangeableKeys(before);
  const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= TOLERANCE_SECONDS;
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => {
    const [note, other] = [before[index], after[index]];
    const isKept =
      note &&
      other &&
      keyOf(note) === keyOf(other) &&
      isNear(note.startSeconds, other.startSeconds) &&
      (exchangeable.has(keyOf(note)) || isNear(lengthOf(note), lengthOf(other)));
    return isKept ? undefined : [note, other];
  }).filter((pair) => pair !== undefined);
}

/** Notes of four instruments and drums over 200 s, with programs at the start, a track for each channel. */
const anyMidi = fc
  .array(
    fc.record({
      channel: fc.constantFrom(0, 1, 2, 9, 15),
      pitch: fc.integer({ min: 58, max: 63 }),
      start: fc.nat({ max: 200_000 }),
      length: fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 15_000 })),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((notes) =>
    midiFile(
      ...[0, 1, 2, 9, 15].map((channel): Message[] => [
        [0xc0 | channel, 0, channel * 7, 0],
        ...notes
          .filter((note) => note.channel === channel)
          .flatMap(({ pitch, start, length }): Message[] => [
            [0x90 | channel, start, pitch, 80],
            [0x80 | channel, start + length, pitch, 0],
          ])
          .toSorted((a, b) => a[1] - b[1]),
      ]),
    ),
  );

describe("MIDI to ids to MIDI", () => {
  it("keeps onset, duration and instrument of random notes within 5 ms", () => {
    fc.assert(
      fc.property(anyMidi, (bytes) => {
        const score = readMidi(bytes);
        expect(lostNotes(score, roundTrip(score))).toEqual([]);
      }),
    );
  });

  it("keeps them with the authors' parsing too", () => {
    fc.assert(
      fc.property(anyMidi, (bytes) => {
        const score = readMidi(bytes, { compatibility: "anticipation" });
        expect(lostNotes(score, roundTrip(score))).toEqual([]);
      }),
    );
  });

  it("places every control, and no onset beyond its window", () => {
    fc.assert(
      fc.property(anyMidi, (bytes) => {
        const notes = arrivalNotes(readMidi(bytes));
        const [events, controls] = [
          notes.filter(({ pitch }) => pitch > 60),
          notes.filter(({ pitch }) => pitch <= 60),
        ];
        const { events: sequence, left } = anticipate(
          padWithRests(events, notes.at(-1)?.onsetStep),
          controls,
        );
        // Without rests or events there is no event that controls could precede.
        expect(left.length).toBe(sequence.length === 0 ? controls.length : 0);
        expect(Math.max(0, ...cutWindows(sequence).map(({ ids }) => ids.length))).toBeLessThanOrEqual(1024);
      }),
    );
  });
});
