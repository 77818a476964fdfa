import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState, shiftIds } from "../../encoding/index.ts";
import { EndingProcessor } from "../../src/music/ending-processor.ts";

const vocabulary = PERFORMANCE_416;
const [START, ENDING, VELOCITY, ON, OFF, SHIFT] = [389, 396, 380, 60, 188, 256];

/** The allowed kinds after START and these ids, of a piece of 10 s without other rules. */
function kindsAfter(...ids: readonly (number | readonly number[])[]): string[] {
  const state = new PerformanceState(vocabulary);
  const processor = new EndingProcessor(state, { endStep: 1000, promptLength: 1 });
  for (const id of [START, ...ids.flat()]) {
    state.push(id);
    processor.push(id);
  }
  const allowed = new Uint8Array(vocabulary.size).fill(1);
  processor.mask(allowed);
  const again = new Uint8Array(vocabulary.size).fill(1);
  processor.mask(again);
  expect(again).toEqual(allowed);
  const kinds = [...allowed.keys()].filter((id) => allowed[id] === 1).map((id) => vocabulary.event(id).kind);
  return [...new Set(kinds)].filter((kind) => kind !== "PAD" && kind !== "START" && kind !== "STYLE");
}

function seconds(count: number): number[] {
  return shiftIds(vocabulary, count * 100);
}

describe("EndingProcessor", () => {
  const all = ["NOTE_ON", "NOTE_OFF", "TIME_SHIFT", "VELOCITY", "END", "TASK"];

  it("allows END after the control token ENDING only", () => {
    expect(kindsAfter(VELOCITY, ON)).not.toContain("END");
    expect(kindsAfter(VELOCITY, ON, ENDING)).toEqual(all);
  });

  it("allows one more chord for two seconds to a piece that is three seconds late", () => {
    expect(kindsAfter(VELOCITY, ON, ENDING, seconds(14))).toEqual(all);
    expect(kindsAfter(VELOCITY, ON, ENDING, seconds(15))).toEqual(["NOTE_OFF", "TIME_SHIFT", "END", "TASK"]);
  });

  it("lets the last chord sound for a second", () => {
    const state = new PerformanceState(vocabulary);
    const processor = new EndingProcessor(state, { endStep: 1000, promptLength: 1 });
    for (const id of [START, VELOCITY, ON, ENDING, ...seconds(14), 64]) {
      state.push(id);
      processor.push(id);
    }
    const allowed = new Uint8Array(vocabulary.size).fill(1);
    processor.mask(allowed);
    expect([...allowed.subarray(256, 356)].flatMap((flag, i) => (flag === 1 ? [i + 1] : []))).toEqual([100]);
  });

  it("forbids further notes after the last chord, and time shifts three seconds after it", () => {
    const chord = [VELOCITY, ON, ENDING, ...seconds(14), 64, ...seconds(1)];
    expect(kindsAfter(chord)).toEqual(["NOTE_OFF", "TIME_SHIFT", "END", "TASK"]);
    expect(kindsAfter(chord, seconds(2))).toEqual(["NOTE_OFF", "END", "TASK"]);
  });

  it("allows END only when the last note of a late piece has ended", () => {
    expect(kindsAfter(VELOCITY, ON, ENDING, seconds(13), SHIFT, OFF)).toEqual(["END"]);
    expect(kindsAfter(VELOCITY, ON, SHIFT, OFF, seconds(13))).toEqual(["END"]);
  });

  it("ends a late piece only behind the note of a velocity", () => {
    expect(kindsAfter(VELOCITY, ON, ENDING, seconds(13), OFF, VELOCITY)).toEqual(all);
  });
});
