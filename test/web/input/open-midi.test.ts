import { expect, it } from "vitest";
import { decodePerformance, PERFORMANCE_416, scoreFromNotes, writeMidi } from "../../../encoding/index.ts";
import {
  FileError,
  leftOutWords,
  pieceOfTracks,
  plainFileError,
  primerOfTracks,
  readMidiFile,
  tracksOf,
} from "../../../web/input/open-midi.ts";
import { problemOf } from "../../../web/words.ts";

const bytes = writeMidi(scoreFromNotes([{ pitch: 60, velocity: 90, startSeconds: 2, endSeconds: 3 }]));

it("encodes the notes of selected tracks, from the first note on", async () => {
  const { score, bytes: read } = await readMidiFile(new Blob([bytes]));
  expect(read).toEqual(bytes);
  const [track] = tracksOf(score);
  expect(track).toMatchObject({ notes: 1 });
  const primer = primerOfTracks(score, [track?.index ?? -1]);
  const notes = decodePerformance(pieceOfTracks(score, [track?.index ?? -1], primer).ids, PERFORMANCE_416);
  expect(notes).toMatchObject([{ pitch: 60, startSeconds: 0, endSeconds: 1 }]);
});

it("refuses files that are too large, have no notes, or are not MIDI", async () => {
  await expect(readMidiFile(new Blob([new Uint8Array(17e6)]))).rejects.toThrow("17.0 MB, more than 16");
  await expect(readMidiFile(new Blob([writeMidi(scoreFromNotes([]))]))).rejects.toBeInstanceOf(FileError);
  await expect(readMidiFile(new Blob(["<img src=x onerror=alert(1)>"]))).rejects.toThrow("MThd");
});

it("names the instruments of tracks, and what the piano cannot play", () => {
  const score = scoreFromNotes([
    { pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 1 },
    { pitch: 62, velocity: 90, startSeconds: 1, endSeconds: 2 },
  ]);
  const [first, second] = score.notes;
  if (!first || !second) throw new Error("two notes");
  expect(tracksOf(score)).toEqual([
    { index: 0, name: "Piano", notes: 2, instruments: ["Acoustic Grand Piano"] },
  ]);
  expect(leftOutWords(score)).toBe("");
  const strings = { ...score, notes: [first, { ...second, program: 48 }] };
  expect(tracksOf(strings)[0]?.instruments).toEqual(["Acoustic Grand Piano", "String Ensemble 1"]);
  expect(leftOutWords(strings)).toBe("other instruments will be played on the piano");
  expect(leftOutWords({ ...score, notes: [first, { ...second, isPercussion: true, program: 8 }] })).toBe(
    "percussion is ignored",
  );
});

it("says in plain words what is wrong with a file, and the bytes in the details", async () => {
  const problem = async (part: Uint8Array<ArrayBuffer>): Promise<unknown> => {
    const error: unknown = await readMidiFile(new Blob([part])).catch((thrown: unknown) => thrown);
    return problemOf(plainFileError(error));
  };
  expect(await problem(new TextEncoder().encode("some text of no music"))).toEqual({
    message: "This is not a MIDI file.",
    hint: "Open a file whose name ends in .mid.",
    details: expect.stringContaining("MThd"),
  });
  expect(await problem(bytes.slice(0, -8))).toEqual({
    message: "This MIDI file is damaged.",
    hint: "Open what is undamaged, or export the file again.",
    details: expect.stringMatching(/at byte \d+/),
  });
  expect(await problem(new Uint8Array(17e6)), "which is plain already").toMatchObject({
    message: "The file has 17.0 MB, more than 16.",
  });
});
