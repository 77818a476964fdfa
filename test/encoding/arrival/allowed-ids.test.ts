import { describe, expect, it } from "vitest";
import {
  allowedIds,
  ARRIVAL_55028,
  type ArrivalSlot,
  ArrivalVocabulary,
  type IdSpan,
} from "../../../encoding/index.ts";
import { absoluteEvents, notesOf, readGolden } from "./golden.ts";

type Spans = readonly (readonly [first: number, end: number])[];

interface Moment {
  readonly length: number;
  readonly currentStep: number;
  readonly ids: readonly number[];
  readonly allowed: readonly Spans[];
}

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly sequence: readonly number[];
    readonly moments: readonly Moment[];
  }[];
  readonly instruments: readonly {
    readonly what: string;
    readonly history: readonly number[];
    readonly allowed: Spans;
  }[];
}

const { cases, instruments: limits } = readGolden<Golden>("generate.json");
const REST: Spans[number] = [27_512, 27_513];

function pairs(spans: readonly IdSpan[]): number[][] {
  return spans.map(({ first, end }) => [first, end]);
}

function instrumentsOf(ids: readonly number[]): Set<number> {
  return new Set(notesOf(absoluteEvents(ids)).map(({ instrument }) => instrument));
}

/** The authors' spans without rests, which they allow in each position. */
function withoutRest(spans: Spans): Spans {
  return spans.filter(([first]) => first !== REST[0]);
}

describe("allowedIds", () => {
  it.each(cases.filter(({ name }) => !name.startsWith("slow")))(
    "allows what the authors' generate does, rests as notes only: $name",
    ({ sequence, moments }) => {
      for (const { length, ids, currentStep, allowed } of moments) {
        const onsets = absoluteEvents(sequence.slice(0, length)).slice(-339);
        const offset = onsets.reduce(
          (least, event) => Math.min(least, "onsetStep" in event ? event.onsetStep : least),
          Infinity,
        );
        const fromStep = currentStep - (ids.length > 1 ? offset : 0);
        const instruments = instrumentsOf(sequence.slice(0, length));
        const ours = (slot: ArrivalSlot): number[][] => pairs(allowedIds(slot, { fromStep, instruments }));
        const [onset = [], duration = [], note = []] = allowed;
        expect(ours("onset")).toEqual(withoutRest(onset));
        expect(ours("duration")).toEqual(withoutRest(duration));
        expect(ours("note")).toEqual(note);
      }
    },
  );

  it.each(limits.filter(({ what }) => !what.includes("REST")))(
    "limits $what as the authors do",
    ({ history, allowed }) => {
      expect(pairs(allowedIds("note", { instruments: instrumentsOf(history) }))).toEqual(allowed);
    },
  );

  it("does not count a rest as an instrument, as the authors' generate does", () => {
    const limit = limits.find(({ what }) => what.includes("REST"));
    expect(limit?.allowed).toEqual([[11_000, 12_792], REST]);
    const instruments = instrumentsOf(limit?.history ?? []);
    expect(pairs(allowedIds("note", { instruments }))).toEqual([[11_000, 27_513]]);
  });

  it("does not go back in time, and allows no onset beyond the window", () => {
    expect(pairs(allowedIds("onset", { fromStep: -300 }))).toEqual([[0, 10_000]]);
    expect(pairs(allowedIds("onset", { fromStep: 250 }))).toEqual([[250, 10_000]]);
    expect(pairs(allowedIds("onset", { fromStep: 9_999 }))).toEqual([[9_999, 10_000]]);
    expect(pairs(allowedIds("onset", { fromStep: 10_000 }))).toEqual([]);
  });

  it("returns the ids of a reduced vocabulary", () => {
    const vocabulary = new ArrivalVocabulary({
      ...ARRIVAL_55028,
      name: "duo",
      onsets: 2_000,
      durations: 300,
      instruments: [0, 128],
    });
    expect(pairs(allowedIds("onset", { vocabulary }))).toEqual([[0, 2_000]]);
    expect(pairs(allowedIds("duration", { vocabulary }))).toEqual([[2_000, 2_300]]);
    expect(pairs(allowedIds("note", { vocabulary }))).toEqual([[2_300, 2_557]]);
  });
});
