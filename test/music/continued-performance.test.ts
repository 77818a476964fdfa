import { describe, expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import { ContinuedPerformance } from "../../src/music/continued-performance.ts";

const [START, VELOCITY, C, D, C_OFF, SHIFT] = [389, 380, 60, 62, 188, 256];
const PROMPT = [START, VELOCITY, C, SHIFT, C_OFF];

function pushed(ids: readonly number[], keepsNotes: boolean): ContinuedPerformance {
  const performance = new ContinuedPerformance(PERFORMANCE_416, PROMPT.length, keepsNotes);
  for (const id of ids) performance.push(id);
  return performance;
}

describe("ContinuedPerformance", () => {
  it("has the state of all ids and that of the end of the prompt", () => {
    const { state, start } = pushed([...PROMPT, SHIFT, D, SHIFT], false);
    expect([state.length, state.step, state.onsets]).toEqual([8, 3, 2]);
    expect(start).toMatchObject({ length: 5, step: 1, onsets: 1, previous: "NOTE_OFF" });
  });

  it("stores the notes on request only", () => {
    const ids = [...PROMPT, D, SHIFT];
    expect(pushed(ids, false).notes).toEqual([]);
    expect(pushed(ids, true).notes).toMatchObject([
      { pitch: 60, startStep: 0, endStep: 1, onset: 0 },
      { pitch: 62, startStep: 1, endStep: undefined, onset: 1 },
    ]);
  });
});
