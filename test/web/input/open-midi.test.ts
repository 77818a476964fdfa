import { expect, it } from "vitest";
import { decodePerformance, PERFORMANCE_416, scoreFromNotes, writeMidi } from "../../../encoding/index.ts";
import {
  FileError,
  pieceOfTracks,
  primerOfTracks,
  readMidiFile,
  tracksOf,
} from "../../../web/input/open-midi.ts";

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
