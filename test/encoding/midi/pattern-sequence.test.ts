import { describe, expect, it } from "vitest";
import { readMidi, tempoChanges, writeMidi } from "../../../encoding/index.ts";
import { header, track } from "./midi-bytes.ts";

/** 60 and 240 quarter notes a minute. */
const SLOW = [0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40];
const FAST = [0, 0xff, 0x51, 3, 0x03, 0xd0, 0x90];
const WALTZ = [0, 0xff, 0x58, 4, 3, 2, 24, 8];

/** A note of 960 ticks, and the end of the track at 960 ticks. */
function longNote(pitch: number): number[] {
  return [0, 0x90, pitch, 80, 0x87, 0x40, 0x80, pitch, 64];
}

function patterns(...tracks: readonly number[][]): Uint8Array {
  return Uint8Array.from([...header(2, tracks.length, 480), ...tracks.flat()]);
}

/** Start and end in seconds, and pitch. */
function played(bytes: Uint8Array): number[][] {
  return readMidi(bytes).notes.map(({ startSeconds, endSeconds, pitch }) => [
    startSeconds,
    endSeconds,
    pitch,
  ]);
}

describe("format 2", () => {
  it("plays the patterns one after the other at the default tempo", () => {
    expect(played(patterns(track(...longNote(60)), track(...longNote(62))))).toEqual([
      [0, 1, 60],
      [1, 2, 62],
    ]);
  });

  it("keeps the times of patterns with different tempos when written as format 1", () => {
    const given = patterns(
      track(...SLOW, ...longNote(60)),
      track(...FAST, ...longNote(62)),
      track(...longNote(64)),
    );
    const expected = [
      [0, 2, 60],
      [2, 2.5, 62],
      [2.5, 3.5, 64],
    ];
    expect(played(given)).toEqual(expected);
    const written = writeMidi(readMidi(given));
    expect(written[9]).toBe(1);
    expect(played(written)).toEqual(expected);
  });

  it("puts all tempo events on the first track, and leaves other meta events in their pattern", () => {
    const { tracks } = readMidi(
      writeMidi(
        readMidi(
          patterns(
            track(...SLOW, ...longNote(60)),
            track(...WALTZ, ...longNote(62)),
            track(...FAST, ...longNote(64)),
          ),
        ),
      ),
    );
    expect(tempoChanges(tracks.slice(0, 1))).toEqual([
      { tick: 0, microsecondsPerQuarter: 1_000_000 },
      { tick: 960, microsecondsPerQuarter: 500_000 },
      { tick: 1920, microsecondsPerQuarter: 250_000 },
    ]);
    expect(tempoChanges(tracks.slice(1))).toEqual([]);
    expect(tracks[1]?.events[0]).toEqual({
      kind: "meta",
      tick: 960,
      type: 0x58,
      data: Uint8Array.of(3, 2, 24, 8),
    });
    expect(tracks.map(({ endTick }) => endTick)).toEqual([1920, 1920, 2880]);
  });

  it("begins a pattern at the default tempo until its first tempo event", () => {
    const late = [0x87, 0x40, 0xff, 0x51, 3, 0x0f, 0x42, 0x40];
    const { tracks } = readMidi(patterns(track(...SLOW, ...longNote(60)), track(...late, ...longNote(62))));
    expect(tempoChanges(tracks.slice(0, 1))).toEqual([
      { tick: 0, microsecondsPerQuarter: 1_000_000 },
      { tick: 960, microsecondsPerQuarter: 500_000 },
      { tick: 1920, microsecondsPerQuarter: 1_000_000 },
    ]);
  });

  it("reads a file without patterns", () => {
    expect(readMidi(patterns()).tracks).toEqual([]);
  });
});
