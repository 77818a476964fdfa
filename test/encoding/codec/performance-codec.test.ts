import { describe, expect, it } from "vitest";
import { type MusicCodec, musicCodec, readMidi, scoreFromNotes } from "../../../encoding/index.ts";
import { midiFile } from "../arrival/midi-file.ts";

const SCORE = scoreFromNotes([
  { pitch: 60, velocity: 80, startSeconds: 1, endSeconds: 1.5 },
  { pitch: 20, velocity: 80, startSeconds: 1.5, endSeconds: 2 },
]);

function codec(name: string): MusicCodec {
  const found = musicCodec(name);
  if (!found) throw new Error(name);
  return found;
}

describe("the performance codec", () => {
  it("encodes a piece as one window from step 0", () => {
    const { windows, notes, leftOut } = codec("performance-388").encode(SCORE);
    expect(windows.map(({ startStep, ids }) => [startStep, [...ids]])).toEqual([
      [0, [355, 375, 60, 305, 188, 20, 305, 148]],
    ]);
    expect(notes).toBe(2);
    expect(leftOut).toEqual({ percussion: 0, pitches: 0, instruments: 0, seconds: 0 });
  });

  it("counts what it leaves out: silence, pitches that the vocabulary lacks, percussion", () => {
    const { windows, notes, leftOut } = codec("score2perf").encode(SCORE, { trimLeadingSilence: true });
    expect([...(windows[0]?.ids ?? [])]).toEqual([297, 41, 227, 129]);
    expect(notes).toBe(1);
    expect(leftOut).toEqual({ percussion: 0, pitches: 1, instruments: 0, seconds: 1 });
    const drums = readMidi(
      midiFile([
        [0x99, 0, 36, 80],
        [0x89, 100, 36, 0],
      ]),
    );
    expect(codec("performance-388").encode(drums).leftOut.percussion).toBe(1);
  });

  it("decodes ids, and writes a line for each", () => {
    const { windows } = codec("performance-388").encode(SCORE);
    const { notes } = codec("performance-388").decode(windows);
    expect(notes.map(({ pitch, startSeconds, endSeconds }) => [pitch, startSeconds, endSeconds])).toEqual([
      [60, 1, 1.5],
      [20, 1.5, 2],
    ]);
    expect(codec("performance-388").eventLines(windows).slice(0, 3)).toEqual([
      "TIME_SHIFT 1.00 s",
      "VELOCITY 20 77–80",
      "NOTE_ON 60 C4",
    ]);
  });
});
