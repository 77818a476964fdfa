import { describe, expect, it } from "vitest";
import { Pedal } from "../../../encoding/midi/pedal.ts";

function presses(...moves: readonly (readonly [seconds: number, isDown: boolean])[]): number[][] | undefined {
  const pedal = new Pedal();
  for (const [seconds, isDown] of moves) pedal.push(seconds, isDown);
  const found = pedal.spans();
  return (
    found && Array.from(found.starts.slice(1, -1), (down, press) => [down, found.ends[press + 1] ?? NaN])
  );
}

describe("a pedal", () => {
  it("is down from pedal-down to the next pedal-up, or to infinity", () => {
    expect(presses([1, true], [2, true], [3, false], [4, false], [5, true])).toEqual([
      [1, 3],
      [5, Infinity],
    ]);
  });

  it("with pedal-up events only is never down", () => {
    expect(presses([1, false], [2, false])).toBeUndefined();
  });

  it("with pedal-down and pedal-up at one time is up, in either order", () => {
    expect(presses([1, true], [1, false])).toBeUndefined();
    expect(presses([1, false], [1, true])).toBeUndefined();
    expect(presses([0, true], [1, true], [1, false])).toEqual([[0, 1]]);
    expect(presses([0, true], [1, false], [1, true])).toEqual([[0, 1]]);
  });

  it("returns later events on the next call", () => {
    const pedal = new Pedal();
    pedal.push(1, true);
    expect(pedal.spans()?.ends[1]).toBe(Infinity);
    pedal.push(2, false);
    expect(pedal.spans()?.ends[1]).toBe(2);
    expect(pedal.lastSeconds).toBe(2);
  });
});
