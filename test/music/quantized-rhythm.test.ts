import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, shiftIds } from "../../encoding/index.ts";
import { rhythmTemperatureAfter } from "../../src/music/quantized-rhythm.ts";

/** Notes with these steps between them; 0 adds a key to the chord. */
function music(gaps: readonly number[]): number[] {
  return [
    PERFORMANCE_416.id("NOTE_ON", 60),
    ...gaps.flatMap((gap, index) => [
      ...shiftIds(PERFORMANCE_416, gap),
      PERFORMANCE_416.id("NOTE_ON", 40 + (index % 30)),
    ]),
  ];
}

const repeated = (count: number, ...gaps: readonly number[]): number[] =>
  Array.from({ length: count }, () => gaps).flat();

const temperature = (gaps: readonly number[], before = 0.75): number =>
  rhythmTemperatureAfter(PERFORMANCE_416, music(gaps), before);

describe("the rhythm temperature after music", () => {
  const isQuantized = (gaps: readonly number[]): boolean => temperature(gaps) < 0.75;

  it("is lower for gaps that are equal or clearly different, rounding aside", () => {
    expect(isQuantized(repeated(20, 25))).toBe(true);
    expect(isQuantized(repeated(10, 25, 25, 50, 50))).toBe(true);
    expect(isQuantized(repeated(10, 33, 34, 33))).toBe(true);
  });

  it("stays for gaps that are almost equal", () => {
    expect(isQuantized(repeated(10, 25, 28))).toBe(false);
    expect(isQuantized(repeated(5, 40, 40, 40, 44, 40, 40))).toBe(false);
  });

  it("takes notes within 0.03 s as a chord", () => {
    expect(isQuantized(repeated(20, 0, 1, 2, 22))).toBe(true);
    expect(isQuantized(repeated(20, 0, 4, 6, 15))).toBe(false);
  });

  it("stays where too few gaps tell", () => {
    expect(isQuantized(repeated(10, 25))).toBe(false);
    expect(isQuantized(repeated(11, 25))).toBe(true);
    expect(isQuantized(repeated(20, 25, 60))).toBe(false);
    expect(rhythmTemperatureAfter(PERFORMANCE_416, [], 0.75)).toBe(0.75);
  });

  it("counts the last 20 s", () => {
    expect(isQuantized([...repeated(40, 25, 28), ...repeated(81, 25)])).toBe(true);
    expect(isQuantized([...repeated(81, 25), ...repeated(40, 25, 28)])).toBe(false);
  });

  it("is a power, but stays where it is 1 or more", () => {
    const quantized = repeated(20, 25);
    expect(temperature(quantized)).toBeCloseTo(0.365, 3);
    expect(temperature(quantized, 0.5)).toBeCloseTo(0.0884, 4);
    expect(temperature(quantized, 0.05)).toBe(0.05);
    expect(temperature(quantized, 1)).toBe(1);
    expect(temperature(quantized, 1.5)).toBe(1.5);
  });
});
