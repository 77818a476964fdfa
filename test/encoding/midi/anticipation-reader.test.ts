import { describe, expect, it } from "vitest";
import {
  assembleScore,
  encodeScore,
  type MidiEvent,
  PERFORMANCE_388,
  type Score,
} from "../../../encoding/index.ts";

type Message = readonly [status: number, tick: number, data1: number, data2: number];

function tempo(tick: number, microseconds: number): MidiEvent {
  const data = Uint8Array.of(microseconds >> 16, (microseconds >> 8) & 0xff, microseconds & 0xff);
  return { kind: "meta", tick, type: 0x51, data };
}

function message([status, tick, data1, data2]: Message): MidiEvent {
  return { kind: "channel", tick, status, data1, data2 };
}

/** One tick is 1 ms until a tempo event. */
function read(tracks: readonly (readonly (Message | MidiEvent)[])[], independentTracks = false): Score {
  return assembleScore(
    { kind: "quarter", ticksPerQuarter: 500 },
    tracks.map((items) => {
      const events = items.map((item) => ("kind" in item ? item : message(item)));
      return { name: "", events, endTick: events.at(-1)?.tick ?? 0 };
    }),
    [],
    { compatibility: "anticipation", independentTracks },
  );
}

function brief({ notes }: Score): unknown[] {
  return notes.map(({ startTick, endTick, pitch, program }) => [startTick, endTick, pitch, program]);
}

describe('compatibility "anticipation"', () => {
  it("ends the oldest note of a key, at a note-off of any track", () => {
    const score = read([
      [
        [0x90, 0, 60, 80],
        [0x90, 100, 60, 80],
        [0x90, 300, 60, 0],
      ],
      [[0x80, 200, 60, 0]],
    ]);
    expect(brief(score)).toEqual([
      [0, 200, 60, 0],
      [100, 300, 60, 0],
    ]);
    expect(score.notes.map(({ noteOffIndex }) => noteOffIndex)).toEqual([-1, 2]);
  });

  it("reads events of one tick in the order of the tracks", () => {
    const score = read([
      [
        [0x90, 0, 60, 80],
        [0x80, 500, 60, 0],
      ],
      [[0xc0, 0, 40, 0]],
      [
        [0x90, 0, 62, 80],
        [0x80, 9, 62, 0],
      ],
    ]);
    expect(brief(score)).toEqual([
      [0, 500, 60, 0],
      [0, 9, 62, 40],
    ]);
  });

  it("sets a note without a note-off to 0.25 s, with a warning", () => {
    const score = read([
      [
        [0x90, 100, 60, 80],
        [0x80, 100, 61, 0],
      ],
    ]);
    expect(score.notes[0]).toMatchObject({
      startSeconds: 0.1,
      endSeconds: 0.35,
      endTick: 350,
      noteOffIndex: -1,
    });
    expect(score.warnings).toContain("track 0: 1 note without a note-off set to 0.25 s");
  });

  it("keeps the program at the start of a note", () => {
    const score = read([
      [
        [0xc0, 0, 11, 0],
        [0x90, 0, 60, 80],
        [0xc0, 50, 73, 0],
        [0x80, 100, 60, 0],
      ],
    ]);
    expect(brief(score)).toEqual([[0, 100, 60, 11]]);
  });

  it("ignores pedals and the end of all notes", () => {
    const score = read([
      [
        [0xb0, 0, 64, 127],
        [0x90, 0, 60, 80],
        [0xb0, 50, 123, 0],
        [0x80, 100, 60, 0],
        [0xb0, 900, 64, 0],
      ],
    ]);
    expect(score.notes[0]).toMatchObject({ endTick: 100, endSeconds: 0.1, soundEndSeconds: 0.1 });
  });

  it("reads channel 10 only as drums, which the performance encoding omits", () => {
    const rhythmPart: MidiEvent = {
      kind: "sysex",
      tick: 0,
      status: 0xf0,
      data: Uint8Array.of(0x41, 0x10, 0x42, 0x12, 0x40, 0x1a, 0x15, 0x01, 0x10, 0xf7),
    };
    const notes: Message[] = [
      [0x99, 0, 36, 80],
      [0x9a, 0, 60, 80],
      [0x89, 500, 36, 0],
      [0x8a, 500, 60, 0],
    ];
    const score = read([[rhythmPart, ...notes]]);
    expect(score.notes.map(({ channel, isPercussion }) => [channel, isPercussion])).toEqual([
      [9, true],
      [10, false],
    ]);
    expect([...encodeScore(score, PERFORMANCE_388).ids]).toEqual([375, 60, 305, 188]);
  });

  it("sums the times of all events, since rounding of half steps depends on it", () => {
    const events = Array.from({ length: 10 }, (_, index): Message => [0xb0, 100 * (index + 1), 1, 0]);
    const score = read([[...events, [0x90, 1000, 60, 80], [0x80, 1100, 60, 0]]]);
    // Ten times 0.1 in doubles.
    expect(score.notes[0]?.startSeconds).toBe(0.9999999999999999);
  });

  it("follows the tempo events of every track", () => {
    const score = read([
      [
        [0x90, 500, 60, 80],
        [0x80, 1000, 60, 0],
      ],
      [tempo(500, 1_000_000)],
    ]);
    expect(score.notes[0]).toMatchObject({ startSeconds: 0.5, endSeconds: 1.5 });
  });

  it("keeps the channels of a format 2 file's tracks apart, which the authors' code cannot read", () => {
    const score = read(
      [
        [
          [0xc0, 0, 5, 0],
          [0x90, 0, 60, 80],
        ],
        [
          [0x90, 100, 62, 80],
          [0x80, 200, 60, 0],
        ],
      ],
      true,
    );
    expect(brief(score)).toEqual([
      [0, 250, 60, 5],
      [100, 350, 62, 0],
    ]);
  });

  it("reads SMPTE time, which the authors' code cannot", () => {
    const events = [message([0x90, 500, 60, 80]), tempo(600, 1_000_000), message([0x80, 1000, 60, 0])];
    const division = { kind: "smpte", framesPerSecond: 25, ticksPerFrame: 40 } as const;
    const score = assembleScore(division, [{ name: "", events, endTick: 1000 }], [], {
      compatibility: "anticipation",
    });
    expect(score.notes[0]).toMatchObject({ startSeconds: 0.5, endSeconds: 1 });
  });
});
