import { describe, expect, it } from "vitest";
import { TransportClock } from "../../../web/sound/transport-clock.ts";
import { FakeTransport } from "./fake-transport.ts";

interface SetUp {
  readonly transport: FakeTransport;
  readonly clock: TransportClock;
  readonly times: { now: number };
}

function setUp(): SetUp {
  const times = { now: 5 };
  const transport = new FakeTransport();
  return { transport, clock: new TransportClock(transport, () => times.now), times };
}

describe("TransportClock", () => {
  it("counts seconds of the piece, faster at a higher speed", () => {
    const { transport, clock, times } = setUp();
    clock.jump(2, 5);
    clock.start(5);
    times.now = 8;
    expect(clock.seconds).toBe(5);
    expect(transport.bpm.value).toBe(60);
    clock.speed = 2;
    expect(transport.bpm.value).toBe(120);
    expect(clock.speed).toBe(2);
  });

  it("is at the target of a jump at once, although the transport is there only later", () => {
    const { clock, times } = setUp();
    clock.start(5);
    times.now = 6;
    clock.jump(40, 6.1);
    expect(clock.seconds).toBe(40);
    times.now = 6.1;
    expect(clock.seconds).toBe(40);
    times.now = 7.1;
    expect(clock.seconds).toBe(41);
  });

  it("asks the transport once for each time", () => {
    const { transport, clock, times } = setUp();
    clock.start(5);
    times.now = 6;
    expect([clock.seconds, clock.seconds, clock.seconds]).toEqual([1, 1, 1]);
    expect(transport.readings).toBe(1);
  });

  it("loops between ticks, which are 50 ms apart, for at least one tick", () => {
    const { transport, clock } = setUp();
    const span = { fromSeconds: 0.98, toSeconds: 2.04 };
    clock.loop = span;
    expect(clock.loop).toEqual({ fromSeconds: 1, toSeconds: 2.05 });
    expect(transport.loopPoints).toEqual([["20i", "41i"]]);
    expect(transport.loop).toBe(true);
    clock.loop = span;
    expect(transport.loopPoints, "the same span changes nothing").toHaveLength(1);
    clock.loop = { fromSeconds: 1, toSeconds: 1.01 };
    expect(clock.loop).toEqual({ fromSeconds: 1, toSeconds: 1.05 });
    clock.loop = undefined;
    expect([clock.loop, transport.loop]).toEqual([undefined, false]);
  });
});
