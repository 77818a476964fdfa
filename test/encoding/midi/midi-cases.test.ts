/** Files in the forms that other programs write, each with its expected notes. */
import { describe, expect, it } from "vitest";
import { readMidi, writeMidi } from "../../../encoding/index.ts";
import { chunk, header, track } from "./midi-bytes.ts";

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

function meta(delta: number[], type: number, data: readonly number[]): number[] {
  return [...delta, 0xff, type, data.length, ...data];
}

/** A scale of eight eighth notes: 240 ticks each, at 480 ticks per quarter note. */
function scale(base = 60): number[] {
  const pitches = [0, 2, 4, 5, 7, 9, 11, 12].map((step) => base + step);
  return pitches.flatMap((pitch) => [0, 0x90, pitch, 80, 0x81, 0x70, 0x80, pitch, 64]);
}

/** Start, end and pitch of each note of the scale, for a note length in seconds. */
function playedScale(seconds: number, base = 60): number[][] {
  return [0, 2, 4, 5, 7, 9, 11, 12].map((step, index) => [
    index * seconds,
    (index + 1) * seconds,
    base + step,
  ]);
}

const NOTE_ON = [0, 0x90, 60, 80];
const AFTER_480 = [0x83, 0x60];
const TWO_RUNNING = [0, 62, 80, ...AFTER_480, 62, 0];
const TWO_NOTES = [
  [0, 0.5, 60],
  [0.5, 1, 62],
];
const LONG_SCALE = scale();
const TOO_LONG = chunk("MTrk", [...LONG_SCALE, 0, 0xff, 0x2f, 0], LONG_SCALE.length + 4 + 5);

const CASES: readonly (readonly [string, number[], number[][]])[] = [
  [
    "running status after a meta event",
    [
      ...header(0, 1, 480),
      ...track(...NOTE_ON, ...AFTER_480, 60, 0, ...meta([0], 1, ascii("x")), ...TWO_RUNNING),
    ],
    TWO_NOTES,
  ],
  [
    "running status after a system-exclusive message",
    [
      ...header(0, 1, 480),
      ...track(...NOTE_ON, ...AFTER_480, 60, 0, 0, 0xf0, 5, 0x7e, 0x7f, 9, 1, 0xf7, ...TWO_RUNNING),
    ],
    TWO_NOTES,
  ],
  [
    "a vendor's chunk before the tracks",
    [...header(0, 1, 480), ...chunk("CaKe", ascii("abcde")), ...track(...scale())],
    playedScale(0.25),
  ],
  [
    "Soft Karaoke",
    [
      ...header(1, 3, 480),
      ...track(...meta([0], 3, ascii("Soft Karaoke")), ...meta([0], 1, ascii("@KMIDI KARAOKE FILE"))),
      ...track(
        ...meta([0], 3, ascii("Words")),
        ...meta([0], 1, ascii("\\Do")),
        ...meta([0x81, 0x70], 1, ascii(" re")),
      ),
      ...track(...scale()),
    ],
    playedScale(0.25),
  ],
  [
    "the tempo on the last track",
    [
      ...header(1, 2, 480),
      ...track(...scale()),
      ...track(...meta([0], 3, ascii("tempo at end")), ...meta([0], 0x51, [0x0f, 0x42, 0x40])),
    ],
    playedScale(0.5),
  ],
  [
    "SMPTE drop-frame time of 100 ticks a frame",
    [...header(0, 1, 0xe364), ...track(0, 0x90, 60, 80, 0x97, 0x38, 0x80, 60, 64)],
    [[0, 1.001, 60]],
  ],
];

function played(bytes: Uint8Array, recover: boolean): number[][] {
  const { notes } = readMidi(bytes, { recover });
  return notes.map(({ startSeconds, endSeconds, pitch }) => [startSeconds, endSeconds, pitch]);
}

function closeTo(expected: readonly number[][]): unknown[][] {
  return expected.map(([start = 0, end = 0, pitch]) => [
    expect.closeTo(start, 9),
    expect.closeTo(end, 9),
    pitch,
  ]);
}

describe("a file with", () => {
  it.each(CASES)("%s plays its notes, with recovery or without, and when written again", (_, file, notes) => {
    const bytes = Uint8Array.from(file);
    expect(played(bytes, false)).toEqual(closeTo(notes));
    expect(played(bytes, true)).toEqual(closeTo(notes));
    expect(played(writeMidi(readMidi(bytes)), false)).toEqual(closeTo(notes));
  });

  it("a first track that claims 5 bytes too many plays both tracks with recovery", () => {
    const bytes = Uint8Array.from([...header(1, 2, 480), ...TOO_LONG, ...track(...scale(48))]);
    const byTrack = [0, 1].map((index) =>
      readMidi(bytes, { recover: true })
        .notes.filter((note) => note.track === index)
        .map(({ startSeconds, endSeconds, pitch }) => [startSeconds, endSeconds, pitch]),
    );
    expect(byTrack).toEqual([playedScale(0.25), playedScale(0.25, 48)]);
    expect(readMidi(bytes, { recover: true }).warnings).toEqual([
      'chunk "MTrk" claims 81 bytes at byte 14: assumed to have 76',
    ]);
  });
});
