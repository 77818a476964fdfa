import { describe, expect, it } from "vitest";
import {
  anticipate,
  type ArrivalEvent,
  type ArrivalNote,
  ARRIVAL_55028,
  ArrivalError,
  ArrivalVocabulary,
  cutWindows,
  decodeArrival,
  encodeArrival,
  encodeWindow,
  lastWindow,
  padWithRests,
} from "../../../encoding/index.ts";
import { absoluteEvents, absoluteIds, goldenScore, notesOf, readGolden, timedEvents } from "./golden.ts";

interface Training {
  /** The controls of each copy of each piece. */
  readonly controls: readonly (readonly number[])[];
  readonly windows: readonly (readonly number[])[];
}

interface Golden {
  readonly files: readonly { readonly file: string; readonly events: readonly number[] }[];
  readonly training: readonly Training[];
}

interface Run {
  readonly name: string;
  readonly flag: number;
  readonly sequence: readonly number[];
  readonly moments: readonly { readonly length: number; readonly ids: readonly number[] }[];
}

const { files, training } = readGolden<Golden>("encode.json");
const RUNS = readGolden<{ cases: Run[] }>("generate.json").cases;
/** The files of the training windows; a fourth is too short for the authors' corpus. */
const PIECES = ["12", "13", "12"];
/** The authors' window has 339 triples: 7 of its 1,024 ids are unused. */
const REFERENCE_TRIPLES = 339;

function note(onsetStep: number, isControl = false): ArrivalNote {
  return { kind: "note", onsetStep, durationSteps: 10, pitch: 60, instrument: 0, isControl };
}

/** A piece with these controls, as in training data. */
function trainingPiece(ids: readonly number[], controls: readonly number[]): ArrivalEvent[] {
  const given = notesOf(absoluteEvents(controls));
  const chosen = new Set(given.map((one) => absoluteIds([{ ...one, isControl: false }]).join()));
  const notes = timedEvents(ids);
  const events = notes.filter((one) => !chosen.has(absoluteIds([one]).join()));
  const padded = padWithRests(events, notes.at(-1)?.onsetStep);
  return [{ kind: "separator" }, ...anticipate(padded, given).events];
}

/** The authors' sampler keeps the sampled duration of a rest; here a rest has the duration of its training data. */
function withoutRestDurations(ids: readonly number[]): number[] {
  return ids.map((id, index) => (ids[index + 1] === ARRIVAL_55028.rest ? 10_000 : id));
}

describe("cutWindows", () => {
  it.each(training)(
    "cuts a corpus into the authors' windows, and keeps the short one behind them",
    ({ controls, windows }) => {
      const copies = controls.length / PIECES.length;
      const events = controls.flatMap((ids, index) => {
        const name = PIECES[Math.floor(index / copies)] ?? "";
        return trainingPiece(files.find(({ file }) => file.startsWith(name))?.events ?? [], ids);
      });
      const ours = cutWindows(events).map(({ ids }) => Array.from(ids.subarray(1)));
      expect(ours.slice(0, -1)).toEqual(windows.map((ids) => ids.slice(1)));
      expect(ours.at(-1)?.length).toBeLessThan(1023);
    },
  );

  it("also cuts by time, where the authors' windows exceed 100 s and are dropped", () => {
    const windows = encodeArrival(goldenScore("14-slow-longer-than-100-seconds.mid"));
    expect(windows.map(({ ids, startStep }) => [ids.length, startStep])).toEqual([
      [376, 0],
      [160, 10_040],
    ]);
    for (const { ids } of windows)
      for (let at = 1; at < ids.length; at += 3) expect(ids[at]).toBeLessThan(10_000);
  });

  it("includes an onset of 99.99 s and cuts before one of 100 s", () => {
    expect(cutWindows([note(5), note(10_004)]).map(({ ids }) => ids.length)).toEqual([7]);
    expect(cutWindows([note(5), note(10_005)]).map(({ ids, startStep }) => [ids.length, startStep])).toEqual([
      [4, 5],
      [4, 10_005],
    ]);
  });

  it("counts controls in the span of a window", () => {
    const windows = cutWindows([note(200), note(10_210, true), note(9_800), note(10_200)]);
    expect(windows.map(({ ids, startStep }) => [Array.from(ids.subarray(0, 2)), startStep])).toEqual([
      [[55_027, 0], 200],
      [[55_027, 27_513 + 410], 9_800],
    ]);
  });

  it("keeps the onsets of a piece after a separator", () => {
    const events: ArrivalEvent[] = [note(300), note(310), { kind: "separator" }, note(7), note(10_006)];
    expect(cutWindows(events).map(({ ids, startStep }) => [[...ids], startStep])).toEqual([
      [[55_026, 0, 10_010, 11_060, 10, 10_010, 11_060, 55_025, 55_025, 55_025, 7, 10_010, 11_060], 300],
      [[55_026, 0, 10_010, 11_060], 10_006],
    ]);
  });

  it("uses the window length of the vocabulary or the option", () => {
    const notes = Array.from({ length: 10 }, (_, index) => note(index));
    const vocabulary = new ArrivalVocabulary({ ...ARRIVAL_55028, name: "short", windowTriples: 4 });
    expect(cutWindows(notes, { vocabulary }).map(({ ids }) => ids.length)).toEqual([13, 13, 7]);
    expect(cutWindows(notes, { triples: 5 }).map(({ ids }) => ids.length)).toEqual([16, 16]);
    expect(cutWindows([])).toEqual([]);
  });
});

describe("lastWindow", () => {
  const short = RUNS.filter(({ name }) => !name.startsWith("slow"));

  it.each(short)("gives the ids that the authors' model read: $name", ({ flag, sequence, moments }) => {
    for (const { length, ids } of moments) {
      const events = absoluteEvents(sequence.slice(0, length));
      const isAnticipating = flag === ARRIVAL_55028.anticipate;
      const window = lastWindow(events, undefined, { triples: REFERENCE_TRIPLES, isAnticipating });
      expect([...window.ids]).toEqual(withoutRestDurations(ids));
    }
  });

  it("gives a rest length 0, where the authors' sampler keeps the sampled one", () => {
    const run = RUNS.find(({ name }) => name === "many-instruments");
    const ids = run?.moments.at(-1)?.ids ?? [];
    const rest = ids.indexOf(27_512);
    expect(ids.slice(rest - 2, rest + 1)).toEqual([509, 10_020, 27_512]);
    expect([...lastWindow(decodeArrival(ids)).ids].slice(rest - 2, rest + 1)).toEqual([509, 10_000, 27_512]);
  });

  it("stays within 100 s, where onsets in the authors' window become durations", () => {
    const slow = RUNS.find(({ name }) => name === "slow-prompt-past-100-seconds");
    const [moment] = slow?.moments ?? [];
    const onsets = (ids: ArrayLike<number>): number[] =>
      Array.from(ids).filter((_, index) => index % 3 === 1);
    expect(Math.max(...onsets(moment?.ids ?? []))).toBe(12_000);
    const events = absoluteEvents(slow?.sequence.slice(0, moment?.length) ?? []);
    const window = lastWindow(events, 12_000);
    expect(window.startStep).toBe(2_020);
    expect(Math.max(...onsets(window.ids))).toBe(12_000 - 2_020);
    expect(12_000 - window.startStep).toBeLessThan(10_000);
  });

  it("begins after a separator", () => {
    const events: ArrivalEvent[] = [note(1), { kind: "separator" }, note(50), note(60)];
    expect([...lastWindow(events).ids]).toEqual([55_026, 0, 10_010, 11_060, 10, 10_010, 11_060]);
  });

  it("is the first id only without events", () => {
    expect(lastWindow([])).toEqual({ ids: Uint16Array.of(55_026), startStep: 0 });
  });
});

describe("encodeWindow", () => {
  it.each([
    [[note(0), note(10_000)], "window-too-long"],
    [[note(-1)], "bad-time"],
    [[note(0.5)], "bad-time"],
    [[{ ...note(0), durationSteps: -1 }], "bad-time"],
    [[{ ...note(0), instrument: 129 }], "unknown-event"],
    [[{ ...note(0), pitch: 128 }], "unknown-event"],
  ] as const)("rejects what has no ids: %j", (events, code) => {
    expect(() => encodeWindow(events)).toThrow(expect.objectContaining({ name: "ArrivalError", code }));
  });

  it("states the length of windows in the error", () => {
    expect(() => encodeWindow([note(0), note(10_000)])).toThrow(
      new ArrivalError("an onset 100 s after the start of the window has no id: windows last 100 s", {
        code: "window-too-long",
        hint: "cut the sequence with cutWindows or lastWindow",
      }),
    );
  });
});

describe("encodeArrival", () => {
  it("keeps controls without a later event, which the authors' code drops", () => {
    const score = goldenScore("08-pedal-and-ignored-messages.mid");
    const [window] = encodeArrival(score, { isControl: () => true });
    expect(notesOf(decodeArrival(window?.ids ?? [])).length).toBe(3);
  });

  it("makes some instruments controls, and decodes to the same notes", () => {
    const score = goldenScore("12-band-of-six.mid");
    const windows = encodeArrival(score, { isControl: ({ instrument }) => instrument !== 128 });
    const events = windows.flatMap(({ ids, startStep }) => decodeArrival(ids, startStep));
    const notes = notesOf(events);
    expect(windows.map(({ ids }) => ids[0])).toEqual(windows.map(() => 55_027));
    expect(notes.length).toBe(439);
    expect(notes.every(({ instrument, isControl }) => isControl === (instrument !== 128))).toBe(true);
    // Controls are 5 s ahead: the first drum follows the other notes of that time.
    expect(events.findIndex((event) => event.kind === "note" && !event.isControl)).toBe(32);
  });
});
