import { describe, expect, it } from "vitest";
import { SpeedMeter } from "../../../web/music/speed-meter.ts";

describe("SpeedMeter", () => {
  it("measures ids per second without the first id, which includes the prefill", () => {
    const meter = new SpeedMeter(64);
    meter.count(5000);
    for (let id = 0; id <= 20; id += 1) meter.count(6000 + 10 * id);
    expect(meter.idsPerSecond).toBeCloseTo(100);
  });

  it("returns undefined before there are enough ids", () => {
    const meter = new SpeedMeter(64);
    for (let id = 0; id <= 10; id += 1) meter.count(10 * id);
    expect(meter.idsPerSecond).toBeUndefined();
  });

  it("does not count buffered ids after a pause", () => {
    const meter = new SpeedMeter(3);
    for (let id = 0; id <= 20; id += 1) meter.count(10 * id);
    meter.rest();
    for (let id = 0; id < 3; id += 1) meter.count(100_000);
    expect(meter.idsPerSecond).toBeCloseTo(100);
    for (let id = 0; id <= 20; id += 1) meter.count(100_020 + 20 * id);
    expect(meter.idsPerSecond).toBeCloseTo(50);
  });
});
