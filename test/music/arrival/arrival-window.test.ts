import { describe, expect, it } from "vitest";
import { ARRIVAL_55028, type TimedEvent } from "../../../encoding/index.ts";
import { ArrivalSequenceWindow } from "../../../src/music/arrival/arrival-window.ts";

const options = { vocabulary: ARRIVAL_55028, isAnticipating: false, positions: 1024 };

const note = (onsetStep: number): TimedEvent => ({
  kind: "note",
  onsetStep,
  durationSteps: 10,
  instrument: 0,
  pitch: 60,
  isControl: false,
});

function windowOf(onsets: readonly number[], more: object = {}): ArrivalSequenceWindow {
  const window = new ArrivalSequenceWindow({ ...options, ...more });
  for (const onset of onsets) window.push(note(onset));
  return window;
}

const onsetsOf = (ids: readonly number[]): number[] => ids.filter((_, i) => i % 3 === 1);

describe("ArrivalSequenceWindow", () => {
  it("begins with the id that says whether there are controls", () => {
    expect(windowOf([]).ids(0)).toEqual([55_026]);
    expect(windowOf([], { isAnticipating: true }).ids(0)).toEqual([55_027]);
  });

  it("counts time from its earliest onset", () => {
    const window = windowOf([700, 750]);
    expect(window.ids(750)).toEqual([55_026, 0, 10_010, 11_060, 50, 10_010, 11_060]);
    expect(window.startStep).toBe(700);
  });

  it("keeps half of a full window", () => {
    const window = windowOf(Array.from({ length: 339 }, (_, i) => i));
    expect(onsetsOf(window.ids(338))).toHaveLength(339);
    window.push(note(339));
    expect(onsetsOf(window.ids(339))).toHaveLength(170);
    expect(window.startStep).toBe(170);
    window.push(note(340));
    expect(onsetsOf(window.ids(340))).toHaveLength(171);
  });

  it("fits the positions of the network, with a triple to be sampled", () => {
    const window = windowOf(
      Array.from({ length: 60 }, (_, i) => i),
      { positions: 64 },
    );
    expect(window.ids(59).length + 3).toBeLessThanOrEqual(64);
  });

  it("drops what is too long ago for an onset id, with room for a wait and the controls ahead", () => {
    const window = windowOf([0, 4_700, 4_701, 9_399]);
    expect(onsetsOf(window.ids(9_399))).toEqual([0, 4_700, 4_701, 9_399]);
    window.push(note(9_400));
    // Half of the time remains.
    expect(onsetsOf(window.ids(9_400))).toEqual([0, 4_698, 4_699]);
    expect(window.startStep).toBe(4_701);
  });

  it.each([
    ["full by count", 7, 170],
    ["full by time: a rest each second, a note each three", 100, 47],
  ])("goes on without limit, %s", (_, wait, fewest) => {
    const window = windowOf([]);
    const { rest } = ARRIVAL_55028;
    let renewals = 0;
    let startStep = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const onsetStep = i * wait;
      window.push(i % 3 === 0 ? note(onsetStep) : { kind: "rest", onsetStep });
      const ids = window.ids(onsetStep);
      const onsets = onsetsOf(ids);
      // Room for the triple to be sampled, for the longest wait and for controls 5 s ahead.
      expect(ids.length).toBeLessThanOrEqual(1024 - 3);
      expect(onsets.at(-1)).toBe(onsetStep - window.startStep);
      expect(onsets.at(-1)).toBeLessThan(10_000 - 100 - 500);
      expect(ids.at(-1) === rest).toBe(i % 3 !== 0);
      if (window.startStep === startStep) continue;
      renewals += 1;
      startStep = window.startStep;
    }
    expect(renewals).toBeGreaterThan(100);
    expect(renewals).toBeLessThanOrEqual(20_000 / fewest);
  });
});
