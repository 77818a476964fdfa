import { describe, expect, test } from "vitest";
import { ARRIVAL_55028 } from "../../../encoding/index.ts";
import { ArrivalDrafter } from "../../../src/music/arrival/arrival-drafter.ts";

const { autoregress, durationFirst, noteFirst, onsets, separator } = ARRIVAL_55028;

/** A triple at an onset. */
const triple = (onset: number, duration: number, pitch: number): readonly number[] => [
  onset,
  durationFirst + duration,
  noteFirst + pitch,
];
/** A figure of four notes, `times` times, 200 steps apart. */
const figure = (times: number, from = 0): readonly number[] =>
  Array.from({ length: times }, (_, i) => from + 200 * i).flatMap((start) => [
    ...triple(start, 40, 60),
    ...triple(start + 50, 40, 64),
    ...triple(start + 50, 90, 67),
    ...triple(start + 110, 20, 72),
  ]);

function draftOf(ids: readonly number[], most = 8, minProbability?: number): readonly number[] {
  const drafter = new ArrivalDrafter(ARRIVAL_55028, minProbability);
  drafter.start(ids);
  return drafter.draft(() => most).ids;
}

describe("ArrivalDrafter", () => {
  test("continues a figure at its new time", () => {
    const ids = [autoregress, ...figure(12)];
    expect(draftOf(ids)).toEqual(figure(1, 2400).slice(0, 8));
    // In the middle of a triple too.
    expect(draftOf(ids.slice(0, -2), 5)).toEqual([...figure(12).slice(-2), ...figure(1, 2400).slice(0, 3)]);
  });

  test("drafts at most as many ids as pay, and none that is less likely than one more id costs", () => {
    const ids = [autoregress, ...figure(12)];
    expect(draftOf(ids, 2)).toEqual(figure(1, 2400).slice(0, 2));
    expect(draftOf(ids, 0)).toEqual([]);
    expect(draftOf([autoregress])).toEqual([]);
    expect(draftOf(ids, 8, 1.1)).toEqual([]);
  });

  test("ends before the last onset of a window", () => {
    const start = onsets - 50 - 200 * 12;
    const ids = [autoregress, ...figure(12, start)];
    // The next figure begins 50 steps before the end; its second onset does not fit.
    expect(draftOf(ids)).toEqual(figure(1, onsets - 50).slice(0, 3));
  });

  test("keeps what it has learned when a window hops", () => {
    const drafter = new ArrivalDrafter(ARRIVAL_55028);
    drafter.start([autoregress]);
    for (const id of figure(12)) drafter.push(id);
    drafter.start([autoregress, ...figure(2)]);
    expect(drafter.draft(() => 8).ids).toEqual(figure(1, 400).slice(0, 8));
  });

  test("takes ids of no onset as they are: separators, and controls", () => {
    const drafter = new ArrivalDrafter(ARRIVAL_55028);
    const control = figure(1).map((id) => id + ARRIVAL_55028.controlOffset);
    drafter.start([autoregress, separator, separator, separator, ...figure(8), ...control]);
    for (const id of drafter.draft(() => 8).ids) {
      expect(id).toBeGreaterThanOrEqual(0);
      expect(id).toBeLessThan(ARRIVAL_55028.size);
    }
  });

  test("predicts whose note is due: the part whose last note ends", () => {
    // Two parts: one of notes of 50 steps, one of 80 steps. Their onsets coincide every 400 steps only.
    const parts = [
      ...Array.from({ length: 32 }, (_, i) => ({ onset: 50 * i, duration: 50, pitch: 60 })),
      ...Array.from({ length: 20 }, (_, i) => ({ onset: 80 * i, duration: 80, pitch: 128 + 40 })),
    ].toSorted((a, b) => a.onset - b.onset || a.pitch - b.pitch);
    const ids = parts.flatMap(({ onset, duration, pitch }) => triple(onset, duration, pitch));
    const given = 45;
    const draft = draftOf([autoregress, ...ids.slice(0, 3 * given)]);
    expect(draft.length).toBeGreaterThan(5);
    expect(draft).toEqual(ids.slice(3 * given, 3 * given + draft.length));
  });

  test("names the ids of its slots, and of the one behind the last", () => {
    const drafter = new ArrivalDrafter(ARRIVAL_55028);
    const range = (given: readonly number[], most: number) => {
      drafter.start(given);
      return drafter.draft(() => most).range;
    };
    const ids = [autoregress, ...figure(12)];
    const { rest } = ARRIVAL_55028;
    expect(range(ids, 0)).toEqual({ first: 0, count: onsets });
    expect(range(ids, 1)).toEqual({ first: 0, count: noteFirst });
    expect(range(ids, 2)).toEqual({ first: 0, count: rest + 1 });
    expect(range(ids.slice(0, -2), 1)).toEqual({ first: durationFirst, count: rest + 1 - durationFirst });
    expect(range(ids.slice(0, -1), 1)).toEqual({ first: 0, count: rest + 1 });
  });

  test("gives a kind for each level of the mean chance of the ids", () => {
    const kinds = new Set<number>();
    const drafter = new ArrivalDrafter(ARRIVAL_55028);
    drafter.start([autoregress]);
    for (const id of figure(20)) {
      drafter.push(id);
      kinds.add(drafter.draft((kind) => (kind < 10 ? 1 : 0)).kind);
    }
    expect([...kinds].toSorted()).toEqual(
      Array.from({ length: 10 }, (_, kind) => kind).filter((kind) => kinds.has(kind)),
    );
    expect(kinds.size).toBeGreaterThan(2);
  });
});
