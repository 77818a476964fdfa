import { describe, expect, test } from "vitest";
import { ARRIVAL_55028 } from "../../../encoding/index.ts";
import { KIND_COUNT, PartHistory, SLOTS } from "../../../src/music/arrival/part-history.ts";

const { controlOffset, durationFirst, noteFirst, onsets, rest, separator } = ARRIVAL_55028;
const NOTE = [100, durationFirst + 50, noteFirst + 60] as const;

function after(...ids: readonly number[]): PartHistory {
  const history = new PartHistory(ARRIVAL_55028);
  for (const id of ids) history.push(id);
  return history;
}

describe("PartHistory", () => {
  test("has the symbol of each id of a triple, and the id of each symbol", () => {
    const history = after(...NOTE);
    expect([history.slot, history.symbolOf(130), history.idOf(30)]).toEqual([SLOTS.onset, 30, 130]);
    history.push(130);
    const duration = durationFirst + 20;
    expect([history.slot, history.symbolOf(duration), history.idOf(20)]).toEqual([
      SLOTS.duration,
      20,
      duration,
    ]);
    history.push(duration);
    const note = noteFirst + 65;
    expect([history.slot, history.symbolOf(note), history.idOf(note)]).toEqual([SLOTS.note, note, note]);
    history.push(rest);
    expect(history.slot).toBe(SLOTS.onset);
  });

  test("has no id for symbols that no event has", () => {
    const history = after(...NOTE);
    expect(history.idOf(-1)).toBeUndefined();
    expect(history.idOf(onsets - 100)).toBeUndefined();
    expect(history.idOf(onsets - 101)).toBe(onsets - 1);
    history.push(130);
    expect([history.idOf(-1), history.idOf(1000)]).toEqual([undefined, undefined]);
    history.push(durationFirst);
    expect([history.idOf(noteFirst - 1), history.idOf(rest), history.idOf(rest + 1)]).toEqual([
      undefined,
      rest,
      undefined,
    ]);
  });

  test("counts onsets from the last event, not from controls and separators", () => {
    const control = NOTE.map((id) => id + controlOffset + 40);
    const history = after(...NOTE, ...control, separator, separator, separator);
    expect([history.symbolOf(130), history.idOf(30)]).toEqual([30, 130]);
  });

  test("has as many contexts as there are kinds, each with a hash of its own", () => {
    const history = after(...NOTE);
    const contexts = [0, 1, 2].flatMap((i) => {
      const found = history.contexts();
      history.push([130, durationFirst + 20, noteFirst + 65][i]!);
      return found;
    });
    expect(contexts).toHaveLength(KIND_COUNT);
    expect(new Set(contexts.map(({ kind }) => kind)).size).toBe(KIND_COUNT);
    expect(new Set(contexts.map(({ hash }) => hash)).size).toBe(KIND_COUNT);
  });

  test("has the same contexts where a phrase comes back later", () => {
    const phrase = (from: number): number[] =>
      [0, 50, 100, 150, 200].flatMap((wait) => [from + wait, durationFirst + 50, noteFirst + 60]);
    const history = after(...phrase(100));
    const first = history.contexts();
    for (const id of phrase(350)) history.push(id);
    expect(history.contexts()).toEqual(first);
  });

  test("leaves the original as it is when a fork goes on", () => {
    const history = after(...NOTE);
    const before = history.contexts();
    const fork = history.fork();
    for (const id of [130, durationFirst + 20, noteFirst + 65]) fork.push(id);
    expect(history.contexts()).toEqual(before);
    expect(fork.contexts()).not.toEqual(before);
    expect(history.symbolOf(130)).toBe(30);
  });
});
