import { describe, expect, it } from "vitest";
import { arrivalNotes, ArrivalVocabulary, ARRIVAL_55028, readMidi } from "../../../encoding/index.ts";
import { midiFile } from "./midi-file.ts";
import { absoluteIds, goldenBytes, goldenScore, readGolden } from "./golden.ts";

interface Encoded {
  readonly file: string;
  readonly events: readonly number[];
}

const FILES = readGolden<{ files: Encoded[] }>("encode.json").files;
/** The note with a program change before its end, which the authors' code loses. */
const CHANGED = "04-program-change-in-the-middle.mid";

describe("arrivalNotes", () => {
  it.each(FILES.filter(({ file }) => file !== CHANGED))(
    "encodes $file as the authors do",
    ({ file, events }) => {
      expect(absoluteIds(arrivalNotes(goldenScore(file)))).toEqual(events);
    },
  );

  it("keeps the end of a note whose channel changes its program, which the authors' code loses", () => {
    const theirs = FILES.find(({ file }) => file === CHANGED)?.events ?? [];
    const ours = absoluteIds(arrivalNotes(goldenScore(CHANGED)));
    expect(theirs.slice(6, 9)).toEqual([100, 10_025, 12_472]);
    expect(ours.slice(6, 9)).toEqual([100, 10_050, 12_472]);
    expect([...ours.slice(0, 6), ...ours.slice(9)]).toEqual([...theirs.slice(0, 6), ...theirs.slice(9)]);
  });

  it("returns no notes for a file without any, where the authors' code throws", () => {
    expect(arrivalNotes(readMidi(midiFile([]), { compatibility: "anticipation" }))).toEqual([]);
  });

  it("rounds halves of a step to even", () => {
    const notes = arrivalNotes(
      readMidi(
        midiFile([
          [0x90, 5, 60, 80],
          [0x80, 20, 60, 0],
          [0x90, 25, 61, 80],
          [0x80, 40, 61, 0],
        ]),
      ),
    );
    expect(notes.map(({ onsetStep, durationSteps }) => [onsetStep, durationSteps])).toEqual([
      [0, 2],
      [2, 2],
    ]);
  });

  it("limits durations to the longest of the vocabulary", () => {
    const score = readMidi(
      midiFile([
        [0x90, 0, 60, 80],
        [0x80, 12_000, 60, 0],
      ]),
    );
    const short = new ArrivalVocabulary({ ...ARRIVAL_55028, name: "short", durations: 100 });
    expect(arrivalNotes(score)[0]?.durationSteps).toBe(999);
    expect(arrivalNotes(score, { vocabulary: short })[0]?.durationSteps).toBe(99);
  });

  it("extends durations by the pedal on request", () => {
    const score = readMidi(
      midiFile([
        [0xb0, 0, 64, 127],
        [0x90, 0, 60, 80],
        [0x80, 500, 60, 0],
        [0xb0, 2000, 64, 0],
      ]),
    );
    expect(arrivalNotes(score)[0]?.durationSteps).toBe(50);
    expect(arrivalNotes(score, { foldPedal: true })[0]?.durationSteps).toBe(200);
  });

  it("sets the instrument to the program, to 128 for drums, and keeps velocities", () => {
    const score = readMidi(
      midiFile([
        [0xc0, 0, 33, 0],
        [0x90, 0, 40, 70],
        [0x99, 0, 36, 90],
        [0x80, 100, 40, 0],
        [0x89, 100, 36, 0],
      ]),
    );
    expect(arrivalNotes(score).map(({ instrument, velocity }) => [instrument, velocity])).toEqual([
      [33, 70],
      [128, 90],
    ]);
  });

  it("encodes files parsed by default too, with other ids for notes without a note-off and halves of a step", () => {
    const differing = FILES.filter(({ file, events }) => {
      const ours = absoluteIds(arrivalNotes(readMidi(goldenBytes(file))));
      return JSON.stringify(ours) !== JSON.stringify(events);
    });
    expect(differing.map(({ file }) => file.slice(0, 2))).toEqual(["04", "06", "08", "09", "10"]);
  });
});
