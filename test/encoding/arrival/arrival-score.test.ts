import { describe, expect, it } from "vitest";
import {
  arrivalNotes,
  type ArrivalNote,
  arrivalScore,
  readMidi,
  type Score,
  writeMidi,
} from "../../../encoding/index.ts";
import { absoluteEvents, absoluteIds, goldenScore, notesOf, readGolden } from "./golden.ts";

type Row = readonly [tick: number, kind: string, channel: number, ...rest: number[]];

interface Decoded {
  readonly what: string;
  readonly tokens: readonly number[];
  readonly tracks: readonly (readonly Row[])[];
  readonly readBack: readonly number[];
}

const CASES = readGolden<{ cases: Decoded[] }>("decode.json").cases;
/** Cases where drums begin before another instrument and so shift its channel in the authors' files. */
const DRUMS_BEFORE: ReadonlySet<string> = new Set([
  "8 instruments, drums, 2 instruments",
  "drums, then 9 instruments",
  "03-drums-on-channel-10.mid",
  "12-band-of-six.mid",
]);

const KINDS: Readonly<Record<number, string>> = { 0x80: "off", 0x90: "on", 0xc0: "program" };

function rowsOf(score: Score): Row[][] {
  return score.tracks.map(({ events }) =>
    events.flatMap((event): Row[] => {
      if (event.kind !== "channel") return [];
      const { tick, status, data1, data2 } = event;
      const kind = KINDS[status & 0xf0] ?? "";
      return [[tick, kind, status & 0x0f, data1, ...(kind === "program" ? [] : [data2])]];
    }),
  );
}

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => row.join(" ")).toSorted();
}

function channelsOf(score: Score): number[] {
  return rowsOf(score).map(([first]) => first?.[2] ?? -1);
}

function eachFor(instruments: readonly number[]): ArrivalNote[] {
  return instruments.map((instrument, index) => note({ onsetStep: 10 * index, instrument }));
}

function note(part: Partial<ArrivalNote>): ArrivalNote {
  return {
    kind: "note",
    onsetStep: 0,
    durationSteps: 5,
    pitch: 60,
    instrument: 0,
    isControl: false,
    ...part,
  };
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe("arrivalScore", () => {
  it.each(CASES)("writes the messages that the authors write: $what", ({ what, tokens, tracks }) => {
    const score = arrivalScore(absoluteEvents(tokens));
    const channels = channelsOf(score);
    const theirs = tracks.map((rows) => rows[0]?.[2]);
    expect(score.division).toEqual({ kind: "quarter", ticksPerQuarter: 50 });
    expect(JSON.stringify(channels) !== JSON.stringify(theirs)).toBe(DRUMS_BEFORE.has(what));
    const onOurChannels = tracks.map((rows, index) =>
      rows.map(([tick, kind, , ...rest]): Row => [tick, kind, channels[index] ?? -1, ...rest]),
    );
    expect(rowsOf(score).map(sorted)).toEqual(onOurChannels.map(sorted));
  });

  it.each(CASES)("reads back as the authors' file does: $what", ({ tokens, readBack }) => {
    const bytes = writeMidi(arrivalScore(absoluteEvents(tokens)));
    const again = arrivalNotes(readMidi(bytes, { compatibility: "anticipation" }));
    expect(absoluteIds(again)).toEqual(readBack);
    expect(absoluteIds(arrivalNotes(readMidi(bytes)))).toEqual(readBack);
  });

  it("writes the note-off of a repeated key before its note-on, where the authors write it after", () => {
    const [ours] = rowsOf(
      arrivalScore([note({ durationSteps: 50 }), note({ onsetStep: 50, durationSteps: 50 })]),
    );
    expect(ours).toEqual([
      [0, "program", 0, 0],
      [0, "on", 0, 60, 72],
      [50, "off", 0, 60, 64],
      [50, "on", 0, 60, 72],
      [100, "off", 0, 60, 64],
    ]);
    const theirs = CASES.find(({ what }) => what === "a note repeated without a gap")?.tracks[0];
    expect(theirs?.slice(2, 4)).toEqual([
      [60, "on", 0, 60, 72],
      [60, "off", 0, 60, 64],
    ]);
  });

  it("writes the note-off of a note of length 0 after its note-on", () => {
    const [ours] = rowsOf(
      arrivalScore([note({ durationSteps: 10 }), note({ onsetStep: 10, durationSteps: 0 })]),
    );
    expect(ours?.slice(1).map(([tick, kind]) => [tick, kind])).toEqual([
      [0, "on"],
      [10, "off"],
      [10, "on"],
      [10, "off"],
    ]);
  });

  it("reserves channel 10 for drums and uses the others in order", () => {
    expect(channelsOf(arrivalScore(eachFor(upTo(11))))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11]);
    expect(channelsOf(arrivalScore(eachFor([128, 1, 2])))).toEqual([9, 0, 1]);
    expect(CASES.find(({ what }) => what === "drums, then 9 instruments")?.tracks[1]?.[0]).toEqual([
      0,
      "program",
      1,
      1,
    ]);
  });

  it("writes 15 instruments besides drums, where the authors' code throws", () => {
    const score = arrivalScore(eachFor([128, ...upTo(15)]));
    expect(channelsOf(score)).toEqual([9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]);
  });

  it("rejects a file of 19 instruments, with a hint", () => {
    const notes = arrivalNotes(goldenScore("11-nineteen-instruments.mid"));
    expect(new Set(notes.map(({ instrument }) => instrument)).size).toBe(19);
    expect(() => arrivalScore(notes)).toThrow(
      expect.objectContaining({
        name: "ArrivalError",
        code: "too-many-instruments",
        message: "there are 18 instruments besides drums, and a MIDI file has channels for 15",
        hint: "omit some instruments, or assign several parts to one instrument",
      }),
    );
  });

  it("names tracks after General MIDI", () => {
    const names = arrivalScore(eachFor([0, 33, 128, 127])).tracks.map(({ name }) => name);
    expect(names).toEqual(["Acoustic Grand Piano", "Electric Bass (finger)", "Drums", "Gunshot"]);
    const again = readMidi(writeMidi(arrivalScore(eachFor([40])))).tracks.map(({ name }) => name);
    expect(again).toEqual(["Violin"]);
  });

  it("keeps known velocities and sets others to 72", () => {
    const { notes } = arrivalScore([note({ velocity: 100 }), note({ onsetStep: 10 })]);
    expect(notes.map(({ velocity }) => velocity)).toEqual([100, 72]);
  });

  it("keeps times beyond 275 s, which the authors' code reads as controls", () => {
    const { notes } = arrivalScore([note({ onsetStep: 27_513 }), note({ onsetStep: 100_000 })]);
    expect(notes.map(({ startSeconds }) => startSeconds)).toEqual([275.13, 1000]);
  });

  it("omits rests and has no tracks without notes, where the authors' code throws", () => {
    expect(arrivalScore([{ kind: "rest", onsetStep: 100 }]).tracks).toEqual([]);
    expect(arrivalScore([]).notes).toEqual([]);
  });

  it("begins a piece after a separator at the end of the last note before it", () => {
    const events = [note({ durationSteps: 80 }), note({ onsetStep: 20 })];
    const both = [
      ...events,
      { kind: "rest", onsetStep: 200 } as const,
      { kind: "separator" } as const,
      ...events,
    ];
    expect(arrivalScore(both).notes.map(({ startTick }) => startTick)).toEqual([0, 20, 80, 100]);
  });

  it("plays controls as notes", () => {
    expect(notesOf(absoluteEvents([27_613, 37_523, 38_573]))[0]?.isControl).toBe(true);
    expect(arrivalScore(absoluteEvents([27_613, 37_523, 38_573])).notes[0]).toMatchObject({
      startTick: 100,
      endTick: 110,
      pitch: 60,
    });
  });
});
