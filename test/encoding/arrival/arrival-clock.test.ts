import { describe, expect, it } from "vitest";
import { ArrivalClock } from "../../../encoding/index.ts";

function follow(ids: readonly number[], startStep?: number): [step: number, onsets: number][] {
  const clock = new ArrivalClock(startStep);
  return ids.map((id) => {
    clock.push(id);
    return [clock.step, clock.onsets];
  });
}

describe("ArrivalClock", () => {
  it("moves with the onsets of events from the start of the window, and counts notes", () => {
    expect(follow([55_026, 10, 10_050, 11_060, 110, 10_000, 27_512], 500)).toEqual([
      [500, 0],
      [510, 0],
      [510, 0],
      [510, 1],
      [610, 1],
      [610, 1],
      [610, 1],
    ]);
  });

  it("does not move with controls, which come before their time", () => {
    expect(follow([27_813, 37_563, 38_573, 5, 10_050, 11_060])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [5, 0],
      [5, 0],
      [5, 1],
    ]);
  });

  it("restarts at a separator", () => {
    expect(follow([20, 10_050, 11_060, 55_025, 55_025, 55_025, 3], 100).map(([step]) => step)).toEqual([
      120, 120, 120, 0, 0, 0, 3,
    ]);
  });

  it("returns the meaning of an id and rejects numbers outside the vocabulary", () => {
    expect(new ArrivalClock().push(11_060)).toEqual({ kind: "NOTE", value: 60 });
    expect(() => new ArrivalClock().push(55_028)).toThrow(expect.objectContaining({ code: "unknown-id" }));
  });
});
