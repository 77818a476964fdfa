import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  encodePerformance,
  PERFORMANCE_388,
  PERFORMANCE_416,
  PerformanceGrammar,
  PerformanceState,
  VOCABULARIES,
  Vocabulary,
} from "../../../encoding/index.ts";
import { notesApart } from "./any-notes.ts";

function allowedIds(grammar: PerformanceGrammar, vocabulary: Vocabulary): number[] {
  const allowed = new Uint8Array(vocabulary.size).fill(7);
  grammar.mask(allowed);
  expect(allowed.every((value) => value === 0 || value === 1)).toBe(true);
  return Array.from(allowed.keys()).filter((id) => allowed[id] === 1);
}

function after(ids: readonly number[], vocabulary = PERFORMANCE_416): string[] {
  const grammar = new PerformanceGrammar(new PerformanceState(vocabulary, ids));
  const kinds = allowedIds(grammar, vocabulary).map((id) => vocabulary.event(id).kind);
  return [...new Set(kinds)];
}

const [ON, OFF, SHIFT, LONGEST, VELOCITY, START, END] = [60, 188, 256, 355, 380, 389, 390];

describe("the allowed kinds after", () => {
  it.each([
    ["nothing", [], ["TIME_SHIFT", "VELOCITY"]],
    ["the start", [START], ["TIME_SHIFT", "VELOCITY"]],
    ["a velocity", [VELOCITY], ["NOTE_ON"]],
    ["a note-on", [VELOCITY, ON], ["NOTE_ON", "TIME_SHIFT", "VELOCITY"]],
    ["a shift while a note sounds", [VELOCITY, ON, SHIFT], ["NOTE_ON", "NOTE_OFF", "VELOCITY"]],
    ["the longest shift", [VELOCITY, ON, LONGEST], ["NOTE_ON", "NOTE_OFF", "TIME_SHIFT", "VELOCITY"]],
    ["the last note-off", [VELOCITY, ON, SHIFT, OFF], ["NOTE_ON", "TIME_SHIFT", "VELOCITY", "END"]],
    [
      "a control token, those of the event before it",
      [VELOCITY, ON, SHIFT, 391, 400, 388],
      ["NOTE_ON", "NOTE_OFF", "VELOCITY"],
    ],
    [
      "the end of a piece, and the start of another",
      [VELOCITY, ON, SHIFT, OFF, END, START],
      ["TIME_SHIFT", "VELOCITY"],
    ],
  ])("%s", (_, ids, kinds) => {
    expect(after(ids)).toEqual(kinds);
  });

  it("a note exclude the current velocity, note-ons of sounding keys and note-offs of silent keys", () => {
    const state = new PerformanceState(PERFORMANCE_416, [VELOCITY, ON, SHIFT]);
    const allowed = allowedIds(new PerformanceGrammar(state), PERFORMANCE_416);
    expect(allowed).not.toContain(VELOCITY);
    expect(allowed).not.toContain(ON);
    expect(allowed.filter((id) => id >= 128 && id < 256)).toEqual([OFF]);
  });

  it("two note-ons of one key in a primer include two note-offs", () => {
    expect(after([VELOCITY, ON, SHIFT, ON, SHIFT, OFF])).toContain("NOTE_OFF");
    expect(after([VELOCITY, ON, SHIFT, ON, SHIFT, OFF, OFF])).not.toContain("NOTE_OFF");
  });

  it("the START of another piece are those of a first piece: no key sounds", () => {
    const state = new PerformanceState(PERFORMANCE_416, [VELOCITY, ON, SHIFT, START, VELOCITY]);
    expect(allowedIds(new PerformanceGrammar(state), PERFORMANCE_416)).toEqual(
      Array.from({ length: 128 }, (_, pitch) => pitch),
    );
  });

  it("a note follow the same rules in a vocabulary that begins with velocities", () => {
    const vocabulary = new Vocabulary({
      name: "loudness-first",
      ranges: [
        { kind: "VELOCITY", first: 0, count: 2, minimum: 1 },
        { kind: "NOTE_ON", first: 2, count: 2, minimum: 60 },
        { kind: "NOTE_OFF", first: 4, count: 2, minimum: 60 },
        { kind: "TIME_SHIFT", first: 6, count: 3, minimum: 1 },
      ],
      velocityBins: { offset: 1, width: 64, firstBin: 1 },
    });
    const state = new PerformanceState(vocabulary);
    const grammar = new PerformanceGrammar(state);
    const counted = (): number => grammar.automaton().counters.filter((counter) => counter === 1).length;
    expect(counted()).toBe(1); // the previous kind START
    for (const id of [0, 2]) state.push(id);
    // The other velocity, the other key, any shift; no note-off in the step of the note-on.
    expect(allowedIds(grammar, vocabulary)).toEqual([1, 3, 6, 7, 8]);
    // The previous kind, the velocity and the sounding key; no time has passed.
    expect(counted()).toBe(3);
  });

  it("note-ons of all keys are not empty", () => {
    const all = Array.from({ length: 128 }, (_, pitch) => pitch);
    expect(after([VELOCITY, ...all])).toEqual(["TIME_SHIFT"]);
    expect(after([VELOCITY, ...all, SHIFT])).toEqual(["NOTE_OFF"]);
    expect(after([VELOCITY, ...all, SHIFT, VELOCITY])).toEqual(["NOTE_OFF"]);
  });
});

describe("any sequence of allowed ids", () => {
  it("decodes without loss, and its notes encode to the same number of events", () => {
    const vocabularies = fc.constantFrom(...VOCABULARIES.values());
    const choices = fc.array(fc.nat(1_000_000), { maxLength: 400 });
    fc.assert(
      fc.property(vocabularies, choices, (vocabulary, numbers) => {
        const state = new PerformanceState(vocabulary);
        const grammar = new PerformanceGrammar(state);
        const ids: number[] = [];
        const choose = (candidates: readonly number[], number: number): void => {
          const id = candidates[number % candidates.length];
          if (id === undefined) throw new Error("the mask is empty");
          state.push(id);
          ids.push(id);
        };
        for (const number of numbers) {
          const allowed = allowedIds(grammar, vocabulary);
          choose(
            allowed.filter((id) => vocabulary.event(id).kind !== "END"),
            number,
          );
        }
        // Ends the sounding notes, so that every note-on has a note-off.
        while (state.soundingCount > 0) {
          const allowed = allowedIds(grammar, vocabulary);
          const offs = allowed.filter((id) => vocabulary.event(id).kind === "NOTE_OFF");
          choose(offs.length > 0 ? offs : allowed, 0);
        }
        const count = (of: Iterable<number>, kind: string): number =>
          [...of].filter((id) => vocabulary.event(id).kind === kind).length;
        const notes = decodePerformance(ids, vocabulary);
        expect(notes).toHaveLength(count(ids, "NOTE_ON"));
        const again = encodePerformance(notes, vocabulary);
        expect(count(again, "NOTE_ON")).toBe(notes.length);
        expect(count(again, "NOTE_OFF")).toBe(notes.length);
        expect(encodePerformance(decodePerformance(again, vocabulary), vocabulary)).toEqual(again);
      }),
    );
  });
});

describe("every id of an encoding", () => {
  it("is allowed if no key has overlapping notes", () => {
    fc.assert(
      fc.property(notesApart, (apart) => {
        const state = new PerformanceState(PERFORMANCE_388);
        const grammar = new PerformanceGrammar(state);
        for (const id of encodePerformance(apart, PERFORMANCE_388)) {
          expect(allowedIds(grammar, PERFORMANCE_388)).toContain(id);
          state.push(id);
        }
      }),
    );
  });
});

it("ends notes at their longest duration before any other event", () => {
  const state = new PerformanceState(PERFORMANCE_388);
  const grammar = new PerformanceGrammar(state, { longestNoteSteps: 150 });
  const id = (kind: "NOTE_ON" | "NOTE_OFF" | "TIME_SHIFT" | "VELOCITY", value: number): number =>
    PERFORMANCE_388.id(kind, value);
  const allowed = new Uint8Array(PERFORMANCE_388.size);
  const mask = (): number[] => {
    grammar.mask(allowed);
    return [...allowed.entries()].filter(([, flag]) => flag === 1).map(([allowedId]) => allowedId);
  };
  for (const next of [id("VELOCITY", 20), id("NOTE_ON", 60), id("TIME_SHIFT", 60), id("NOTE_ON", 64)])
    state.push(next);
  state.push(id("TIME_SHIFT", 89));
  expect(mask().length).toBeGreaterThan(100);
  for (const next of [id("NOTE_ON", 67), id("TIME_SHIFT", 1)]) state.push(next);
  expect(mask()).toEqual([id("NOTE_OFF", 60)]);
  state.push(id("NOTE_OFF", 60));
  expect(mask().length).toBeGreaterThan(100);
  state.push(id("TIME_SHIFT", 100));
  expect(mask()).toEqual([id("NOTE_OFF", 64)]);
});

it("ends the lowest note of the piano at its longest duration", () => {
  const state = new PerformanceState(PERFORMANCE_388, [VELOCITY, 0, LONGEST]);
  const grammar = new PerformanceGrammar(state, { longestNoteSteps: 100 });
  expect(allowedIds(grammar, PERFORMANCE_388)).toEqual([128]);
});

it("allows no note-on and no velocity while the most keys sound, whatever the primer", () => {
  const id = (kind: "NOTE_ON" | "NOTE_OFF" | "TIME_SHIFT" | "VELOCITY", value: number): number =>
    PERFORMANCE_388.id(kind, value);
  const state = new PerformanceState(PERFORMANCE_388, [VELOCITY, id("NOTE_ON", 60), id("NOTE_ON", 64)]);
  const grammar = new PerformanceGrammar(state, { mostKeys: 3 });
  const kinds = (): string[] => [
    ...new Set(allowedIds(grammar, PERFORMANCE_388).map((each) => PERFORMANCE_388.event(each).kind)),
  ];
  expect(kinds()).toEqual(["NOTE_ON", "TIME_SHIFT", "VELOCITY"]);
  state.push(id("NOTE_ON", 67));
  expect(kinds(), "full").toEqual(["TIME_SHIFT"]);
  state.push(id("TIME_SHIFT", 5));
  expect(allowedIds(grammar, PERFORMANCE_388)).toEqual([60, 64, 67].map((pitch) => id("NOTE_OFF", pitch)));
  state.push(id("NOTE_ON", 72));
  state.push(id("TIME_SHIFT", 5));
  state.push(id("NOTE_OFF", 60));
  expect(kinds(), "a primer may have more").toEqual(["NOTE_OFF", "TIME_SHIFT"]);
  state.push(id("NOTE_OFF", 64));
  expect(kinds()).toEqual(["NOTE_ON", "NOTE_OFF", "TIME_SHIFT", "VELOCITY"]);
});

it("ends no note before its shortest duration, unless nothing else is allowed", () => {
  const of = (...event: Parameters<typeof PERFORMANCE_416.id>): number => PERFORMANCE_416.id(...event);
  const [none, all] = [new Float64Array(128).fill(Infinity), new Float64Array(128).fill(Infinity)];
  const mayRelease = (steps: number, mostKeys: number): boolean => {
    const state = new PerformanceState(PERFORMANCE_416, [
      of("VELOCITY", 9),
      of("NOTE_ON", 60),
      of("TIME_SHIFT", steps),
    ]);
    const limits = { current: none, next: all, shortest: 7 };
    const allowed = new Uint8Array(PERFORMANCE_416.size);
    new PerformanceGrammar(state, { longestNoteSteps: limits, mostKeys, mayEnd: false }).mask(allowed);
    return allowed[of("NOTE_OFF", 60)] === 1;
  };
  expect([1, 6, 7, 50].map((steps) => mayRelease(steps, 4))).toEqual([false, false, true, true]);
  // With one key at most, neither a velocity nor a note nor time can follow a time shift.
  expect([1, 6, 7].map((steps) => mayRelease(steps, 1))).toEqual([true, true, true]);
});
