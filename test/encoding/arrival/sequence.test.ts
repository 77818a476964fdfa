import { describe, expect, it } from "vitest";
import {
  anticipate,
  type ArrivalNote,
  ARRIVAL_55028,
  ArrivalVocabulary,
  padWithRests,
  type TimedEvent,
} from "../../../encoding/index.ts";
import { absoluteEvents, absoluteIds, notesOf, readGolden, timedEvents } from "./golden.ts";

interface Split {
  readonly controls: readonly number[];
  readonly interleaved: readonly number[];
  readonly left: readonly number[];
}

interface Encoded {
  readonly file: string;
  readonly events: readonly number[];
  readonly padded: readonly number[];
  readonly more: readonly number[];
  readonly splits: readonly Split[];
}

const FILES = readGolden<{ files: Encoded[] }>("encode.json").files;

function note(onsetStep: number, pitch = 60): ArrivalNote {
  return { kind: "note", onsetStep, durationSteps: 10, pitch, instrument: 0, isControl: false };
}

function onsets(events: readonly TimedEvent[]): (number | string)[] {
  return events.map((event) => {
    if (event.kind === "rest") return `rest ${event.onsetStep}`;
    return event.isControl ? `control ${event.onsetStep}` : event.onsetStep;
  });
}

describe("padWithRests", () => {
  it.each(FILES)("pads $file as the authors do", ({ events, padded, more }) => {
    const given = timedEvents(events);
    const lastStep = given.at(-1)?.onsetStep ?? 0;
    expect(absoluteIds(padWithRests(given))).toEqual(padded);
    expect(absoluteIds(padWithRests(given, lastStep + 300))).toEqual([...padded, ...more]);
  });

  it("inserts no rest into a wait of 100 steps and one into a wait of 101", () => {
    expect(onsets(padWithRests([note(100), note(200)]))).toEqual([100, 200]);
    expect(onsets(padWithRests([note(101)]))).toEqual(["rest 100", 101]);
    expect(onsets(padWithRests([], 100))).toEqual([]);
    expect(onsets(padWithRests([], 301))).toEqual(["rest 100", "rest 200", "rest 300"]);
  });

  it("reads the longest wait from the vocabulary", () => {
    const vocabulary = new ArrivalVocabulary({ ...ARRIVAL_55028, name: "quick", restSteps: 10 });
    expect(onsets(padWithRests([note(25)], 0, vocabulary))).toEqual(["rest 10", "rest 20", 25]);
  });
});

describe("anticipate", () => {
  it.each(FILES)("interleaves controls with $file as the authors do", ({ events, splits }) => {
    for (const { controls, interleaved, left } of splits) {
      const given = notesOf(absoluteEvents(controls));
      const chosen = new Set(given.map((one) => absoluteIds([{ ...one, isControl: false }]).join()));
      const rest = timedEvents(events).filter((one) => !chosen.has(absoluteIds([one]).join()));
      const lastStep = timedEvents(events).at(-1)?.onsetStep ?? 0;
      const result = anticipate(padWithRests(rest, lastStep), given);
      expect(absoluteIds(result.events)).toEqual(interleaved);
      expect(absoluteIds(result.left)).toEqual(left);
    }
  });

  it("places a control up to 500 steps after the event before it", () => {
    expect(onsets(anticipate([note(100)], [note(500)]).events)).toEqual(["control 500", 100]);
    expect(onsets(anticipate([note(100)], [note(501)]).events)).toEqual([100]);
    expect(onsets(anticipate([note(100)], [note(501)]).left)).toEqual(["control 501"]);
    expect(onsets(anticipate([note(100), note(101)], [note(600)]).events)).toEqual([100, "control 600", 101]);
  });

  it("keeps controls in the first five steps, which the authors' generate drops", () => {
    expect(onsets(anticipate([note(10)], [note(0), note(4)]).events)).toEqual(["control 0", "control 4", 10]);
  });

  it("places controls in order of time, stably", () => {
    const { events } = anticipate([note(0)], [note(30), note(20, 64), note(20, 62)]);
    expect(events.map((event) => (event.kind === "note" ? event.pitch : undefined))).toEqual([
      64, 62, 60, 60,
    ]);
  });

  it("begins with a rest where the first event and control are later, so that notes may begin before the first control", () => {
    expect(onsets(anticipate([], [note(302)], { startStep: 0 }).events)).toEqual(["control 302", "rest 0"]);
    expect(onsets(anticipate([note(5)], [], { startStep: 0 }).events)).toEqual(["rest 0", 5]);
    expect(onsets(anticipate([note(5)], [note(0)], { startStep: 0 }).events)).toEqual(["control 0", 5]);
    expect(onsets(anticipate([], [note(302)]).events)).toEqual([]);
  });
});
