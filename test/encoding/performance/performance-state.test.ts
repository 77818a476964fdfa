import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  PERFORMANCE_388,
  PERFORMANCE_416,
  PerformanceState,
  SCORE_2_PERF,
  VocabularyError,
} from "../../../encoding/index.ts";

const [VELOCITY, ON, OFF, SHIFT, LONGEST, PAD, START, END, TASK, STYLE] = [
  380, 60, 188, 256, 355, 388, 389, 390, 391, 400,
];

/** Everything a state exposes. */
function contents(state: PerformanceState) {
  return {
    ...state.mark(),
    sounding: state.soundingNotes().map((note) => ({ ...note })),
    soundingCount: state.soundingCount,
    soundingByKey: Array.from(state.soundingByKey),
  };
}

describe("PerformanceState", () => {
  it("has the time, the velocity and the sounding notes after the ids", () => {
    const state = new PerformanceState(PERFORMANCE_416, [START, SHIFT, ON, LONGEST, VELOCITY, 64, 65, SHIFT]);
    expect(state.length).toBe(8);
    expect(state.step).toBe(102);
    expect(state.noteStep).toBe(101);
    expect(state.onsets).toBe(3);
    expect(state.velocityBin).toBe(25);
    expect(state.previous).toBe("SHIFT");
    expect(state.soundingCount).toBe(3);
    expect(state.soundingNotes()).toEqual([
      { pitch: 60, velocity: 100, startStep: 1, endStep: undefined, onset: 0 },
      { pitch: 64, velocity: 97, startStep: 101, endStep: undefined, onset: 1 },
      { pitch: 65, velocity: 97, startStep: 101, endStep: undefined, onset: 2 },
    ]);
    expect([state.onsetSteps[60], state.onsetSteps[64]]).toEqual([1, 101]);
    expect(state.newest?.pitch).toBe(65);
  });

  it("returns the note that an id begins or ends, the oldest of its pitch first", () => {
    const state = new PerformanceState(PERFORMANCE_416);
    const first = state.push(ON);
    expect(first).toMatchObject({ startStep: 0, endStep: undefined });
    expect(state.push(SHIFT)).toBeUndefined();
    const second = state.push(ON);
    expect(state.push(SHIFT)).toBeUndefined();
    expect(state.push(OFF)).toBe(first);
    expect(first).toMatchObject({ startStep: 0, endStep: 2 });
    expect(state.soundingByKey[60]).toBe(1);
    expect(state.push(OFF)).toBe(second);
    expect(state.push(OFF)).toBeUndefined();
    expect(state.soundingCount).toBe(0);
  });

  it("counts keys from the lowest pitch of the vocabulary", () => {
    const state = new PerformanceState(SCORE_2_PERF, [SCORE_2_PERF.id("NOTE_ON", 21)]);
    expect(state.soundingByKey).toHaveLength(88);
    expect(state.soundingByKey[0]).toBe(1);
  });

  it.each([
    ["START", START],
    ["END", END],
  ])("%s ends all notes and the velocity", (_, id) => {
    const state = new PerformanceState(PERFORMANCE_416, [VELOCITY, ON, SHIFT, 64, SHIFT]);
    const note = state.soundingNotes()[0];
    state.push(id);
    expect(note?.endStep).toBe(2);
    expect(state.soundingNotes()).toEqual([]);
    expect([state.soundingCount, state.velocityBin, state.previous]).toEqual([0, undefined, "START"]);
    expect([state.step, state.onsets]).toEqual([2, 2]);
  });

  it.each([
    ["PAD", PAD],
    ["TASK", TASK],
    ["STYLE", STYLE],
  ])("%s changes the length only", (_, id) => {
    const state = new PerformanceState(PERFORMANCE_416, [VELOCITY, ON, SHIFT]);
    const before = contents(state);
    state.push(id);
    expect(contents(state)).toEqual({ ...before, length: 4 });
  });

  it("allows another shift after a cut", () => {
    const state = new PerformanceState(PERFORMANCE_416, [SHIFT]);
    state.cut();
    expect(state.previous).toBe("LONGEST_SHIFT");
    state.push(VELOCITY);
    state.cut();
    expect(state.previous).toBe("VELOCITY");
  });

  it("undoes any ids but START and END, the last one first", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(387)), fc.array(fc.nat(387)), (kept, undone) => {
        const state = new PerformanceState(PERFORMANCE_388, kept);
        const steps = undone.map((id) => ({ before: state.mark(), note: state.push(id) }));
        for (const { before, note } of steps.toReversed()) state.undo(before, note);
        const again = new PerformanceState(PERFORMANCE_388, kept);
        expect(contents(state)).toEqual(contents(again));
        for (const { pitch } of state.soundingNotes())
          expect(state.onsetSteps[pitch]).toBe(again.onsetSteps[pitch]);
      }),
    );
  });

  it("throws for an id outside the vocabulary", () => {
    expect(() => new PerformanceState(PERFORMANCE_388).push(388)).toThrow(VocabularyError);
  });
});
