import { describe, expect, it } from "vitest";
import { SpeedMeter } from "../../../web/music/speed-meter.ts";

describe("SpeedMeter", () => {
  it("measures seconds of music per second without the first event, which includes the prefill", () => {
    const meter = new SpeedMeter(64);
    meter.count(5000, 0);
    for (let event = 0; event <= 20; event += 1) meter.count(6000 + 10 * event, 0.03 * event);
    expect(meter.timesRealTime).toBeCloseTo(3);
  });

  it("returns undefined before there are enough events", () => {
    const meter = new SpeedMeter(64);
    for (let event = 0; event <= 10; event += 1) meter.count(10 * event, event);
    expect(meter.timesRealTime).toBeUndefined();
  });

  it("does not count buffered events after a pause", () => {
    const meter = new SpeedMeter(3);
    for (let event = 0; event <= 20; event += 1) meter.count(10 * event, 0.01 * event);
    meter.rest();
    for (let event = 0; event < 3; event += 1) meter.count(100_000, 10);
    expect(meter.timesRealTime).toBeCloseTo(1);
  });

  it("follows a change of the speed within seconds, and not at once", () => {
    const meter = new SpeedMeter(0);
    let [milliseconds, seconds] = [0, 0];
    const run = (events: number, speed: number): number => {
      for (let event = 0; event < events; event += 1)
        meter.count((milliseconds += 100), (seconds += 0.1 * speed));
      return meter.timesRealTime ?? 0;
    };
    expect(run(100, 6)).toBeCloseTo(6);
    expect(run(1, 0)).toBeGreaterThan(5.5);
    expect(run(200, 2)).toBeCloseTo(2, 1);
  });
});
