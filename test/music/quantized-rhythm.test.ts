import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, shiftIds } from "../../encoding/index.ts";
import { rhythmTemperatureAfter } from "../../src/music/quantized-rhythm.ts";

/** Notes at these inter-onset intervals, in steps of 10 ms; 0 adds a note to the chord. */
function music(intervals: readonly number[]): number[] {
  return [
    PERFORMANCE_416.id("NOTE_ON", 60),
    ...intervals.flatMap((interval, index) => [
      ...shiftIds(PERFORMANCE_416, interval),
      PERFORMANCE_416.id("NOTE_ON", 40 + (index % 30)),
    ]),
  ];
}

const repeated = (count: number, ...intervals: readonly number[]): number[] =>
  Array.from({ length: count }, () => intervals).flat();

const temperature = (intervals: readonly number[], before = 0.75): number =>
  rhythmTemperatureAfter(PERFORMANCE_416, music(intervals), before);

describe("the rhythm temperature after music", () => {
  const isQuantized = (intervals: readonly number[]): boolean => temperature(intervals) < 0.75;

  it("is lower for intervals that are equal up to rounding or clearly different", () => {
    expect(isQuantized(repeated(20, 25))).toBe(true);
    expect(isQuantized(repeated(10, 25, 25, 50, 50))).toBe(true);
    expect(isQuantized(repeated(10, 33, 34, 33))).toBe(true);
  });

  it("stays the same for intervals that are almost equal", () => {
    expect(isQuantized(repeated(10, 25, 28))).toBe(false);
    expect(isQuantized(repeated(5, 40, 40, 40, 44, 40, 40))).toBe(false);
  });

  it("groups notes within 30 ms into a chord", () => {
    expect(isQuantized(repeated(20, 0, 1, 2, 22))).toBe(true);
    expect(isQuantized(repeated(20, 0, 4, 6, 15))).toBe(false);
  });

  it("stays the same below ten equal or almost equal intervals", () => {
    expect(isQuantized(repeated(10, 25))).toBe(false);
    expect(isQuantized(repeated(11, 25))).toBe(true);
    expect(isQuantized(repeated(20, 25, 60))).toBe(false);
    expect(rhythmTemperatureAfter(PERFORMANCE_416, [], 0.75)).toBe(0.75);
  });

  it("examines the last 20 s", () => {
    expect(isQuantized([...repeated(40, 25, 28), ...repeated(81, 25)])).toBe(true);
    expect(isQuantized([...repeated(81, 25), ...repeated(40, 25, 28)])).toBe(false);
  });

  it("is a power, but stays the same from 1 on", () => {
    const quantized = repeated(20, 25);
    expect(temperature(quantized)).toBeCloseTo(0.365, 3);
    expect(temperature(quantized, 0.5)).toBeCloseTo(0.0884, 4);
    expect(temperature(quantized, 0.05)).toBe(0.05);
    expect(temperature(quantized, 1)).toBe(1);
    expect(temperature(quantized, 1.5)).toBe(1.5);
  });
});
