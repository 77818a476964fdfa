import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Division,
  type MidiEvent,
  tempoChanges,
  TempoMap,
  type Track,
} from "../../../encoding/index.ts";

const QUARTER: Division = { kind: "quarter", ticksPerQuarter: 100 };

function tempoTrack(...changes: readonly (readonly [tick: number, microsecondsPerQuarter: number])[]): Track {
  const events = changes.map(([tick, value]): MidiEvent => {
    return {
      kind: "meta",
      tick,
      type: 0x51,
      data: Uint8Array.of(value >> 16, (value >> 8) & 255, value & 255),
    };
  });
  return { name: "", events, endTick: changes.at(-1)?.[0] ?? 0 };
}

describe("TempoMap", () => {
  it("is 120 quarter notes a minute until the first tempo event", () => {
    const map = new TempoMap(QUARTER, [tempoTrack([200, 1_000_000])]);
    expect(map.seconds(100)).toBeCloseTo(0.5, 12);
    expect(map.seconds(200)).toBeCloseTo(1, 12);
    expect(map.seconds(300)).toBeCloseTo(2, 12);
  });

  it("reads tempo events from all tracks; the last one of a tick applies", () => {
    const tracks = [tempoTrack([0, 1_000_000]), tempoTrack([0, 600_000], [100, 300_000], [100, 1_200_000])];
    const map = new TempoMap(QUARTER, tracks);
    expect(map.seconds(100)).toBeCloseTo(0.6, 12);
    expect(map.seconds(200)).toBeCloseTo(1.8, 12);
  });

  it("converts SMPTE ticks without a tempo", () => {
    const map = new TempoMap({ kind: "smpte", framesPerSecond: 25, ticksPerFrame: 40 }, [tempoTrack([0, 1])]);
    expect(map.seconds(1500)).toBeCloseTo(1.5, 12);
    expect(map.tick(1.5)).toBe(1500);
  });

  it("never returns negative ticks", () => {
    expect(new TempoMap(QUARTER, []).tick(-3)).toBe(0);
  });

  it("converts to seconds and back in any order; time never decreases", () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1000, max: 0xffffff }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), fc.array(fc.nat(10_000)), (changes, ticks) => {
        const map = new TempoMap(QUARTER, [tempoTrack(...changes.toSorted((a, b) => a[0] - b[0]))]);
        for (const tick of ticks) {
          expect(map.tick(map.seconds(tick))).toBe(tick);
          const { fromTick, untilTick, fromSeconds, secondsPerTick } = map.segmentAt(tick);
          expect(tick).toBeGreaterThanOrEqual(fromTick);
          expect(tick).toBeLessThan(untilTick);
          expect(fromSeconds + secondsPerTick * (tick - fromTick)).toBe(map.seconds(tick));
          expect(map.seconds(tick + 1)).toBeGreaterThan(map.seconds(tick));
        }
      }),
    );
  });
});

describe("tempoChanges", () => {
  it("sorts the tempo events of all tracks by tick, and reads missing bytes as 0", () => {
    const tempo = (tick: number, ...data: number[]): MidiEvent => {
      return { kind: "meta", tick, type: 0x51, data: Uint8Array.from(data) };
    };
    const text: MidiEvent = { kind: "meta", tick: 0, type: 1, data: Uint8Array.of(7, 7, 7, 7) };
    const tracks = [
      { name: "", events: [text, tempo(960, 0x0f, 0x42, 0x40)], endTick: 960 },
      { name: "", events: [tempo(0, 0x07, 0xa1, 0x20), tempo(480, 0x08)], endTick: 480 },
    ];
    expect(tempoChanges(tracks)).toEqual([
      { tick: 0, microsecondsPerQuarter: 500_000 },
      { tick: 480, microsecondsPerQuarter: 524_288 },
      { tick: 960, microsecondsPerQuarter: 1_000_000 },
    ]);
  });
});
