import { expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState } from "../../encoding/index.ts";
import { ADJUSTMENT_PERIOD, driftControl } from "../../src/music/drift-control.ts";

/** Four notes per second without a repetition loop. */
function music(seconds: number): number[] {
  const ids = [PERFORMANCE_416.id("VELOCITY", 20)];
  for (let note = 0; note < 4 * seconds; note += 1) {
    const key = 30 + ((note * 7) % 50);
    ids.push(PERFORMANCE_416.id("NOTE_ON", key));
    ids.push(PERFORMANCE_416.id("TIME_SHIFT", 25), PERFORMANCE_416.id("NOTE_OFF", key));
  }
  return ids;
}

it("changes the adjustment at multiples of the period only, and tells how long it stays", () => {
  expect(ADJUSTMENT_PERIOD).toBe(16);
  const state = new PerformanceState(PERFORMANCE_416);
  const processor = driftControl(state, { promptLength: 0 });
  expect(processor.adjustment?.()).toEqual({});
  const [noteOn, noteOff] = [PERFORMANCE_416.id("NOTE_ON", 60), PERFORMANCE_416.id("NOTE_OFF", 60)];
  const lengths: unknown[] = [];
  const biases: unknown[] = [];
  for (let length = 0; length < 48; length += 1) {
    lengths.push(processor.adjustmentLength?.());
    biases.push(processor.adjustment?.().biases?.[0]?.biases[60]);
    const id = length % 2 === 0 ? noteOn : noteOff;
    state.push(id);
    processor.push(id);
  }
  const countdown = Array.from({ length: 16 }, (_, i) => 16 - i);
  expect(lengths).toEqual([...countdown, ...countdown, ...countdown]);
  // After 32 ids there are 16 notes of one key, four more than go without a penalty.
  expect(biases).toEqual(Array.from({ length: 48 }, (_, i) => (i < 32 ? undefined : -4)));
});

it("does not count the density of the prompt", () => {
  const slow = music(120).map((id) =>
    id === PERFORMANCE_416.id("TIME_SHIFT", 25) ? PERFORMANCE_416.id("TIME_SHIFT", 100) : id,
  );
  for (const [promptLength, isAdjusted] of [
    [slow.length, false],
    [0, true],
  ] as const) {
    const state = new PerformanceState(PERFORMANCE_416);
    const processor = driftControl(state, { promptLength });
    for (const id of slow) {
      state.push(id);
      processor.push(id);
    }
    expect(processor.adjustment?.().biases?.length).toBe(isAdjusted ? 1 : 0);
  }
});
