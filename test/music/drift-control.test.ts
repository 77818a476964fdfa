import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import type { LogitsProcessor } from "../../src/engine/generate.ts";
import { withDriftControl } from "../../src/music/drift-control.ts";
import { tinyPiano } from "./tiny-piano.ts";

const RULES: LogitsProcessor = { push: () => undefined, mask: (allowed) => allowed.fill(1) };

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

it.each([
  [50, 0, 1],
  [70, 0, 0.88],
  [70, 15, 1],
  [90, 15, 0.88],
])(
  "lowers the pitch temperature after a minute of generated music: after %i s, of which %i s are the prompt, by a factor of %f",
  async (seconds, promptSeconds, factor) => {
    const piano = await tinyPiano();
    const ids = music(seconds);
    const generatedFrom = music(promptSeconds).length;
    const odds = async (driftControl: boolean): Promise<number> => {
      const options = { candidates: 416, pitchTemperature: 0.7, driftControl, generatedFrom };
      const { candidates } = await piano.explain(ids, ids.length, options);
      const probability = (key: number): number =>
        candidates.find(({ id }) => id === PERFORMANCE_416.id("NOTE_ON", key))?.probability ?? NaN;
      return Math.log(probability(100) / probability(20));
    };
    const [free, controlled] = [await odds(false), await odds(true)];
    expect(Math.abs(free)).toBeGreaterThan(0.1);
    expect(free / controlled).toBeCloseTo(factor, 4);
    await piano.dispose();
  },
);

it("keeps the adjustments of the wrapped processor", () => {
  const own = { biases: [{ first: 3, biases: [1] }], pitchTemperature: 0.5 };
  const processor = withDriftControl({ ...RULES, adjustment: () => own }, PERFORMANCE_416, {
    promptLength: 0,
  });
  expect(processor.adjustment?.()).toEqual(own);
  for (const id of music(70)) processor.push(id);
  expect(processor.adjustment?.()).toEqual({ ...own, pitchTemperature: 0.44 });
});

it("does not count the density of the prompt", () => {
  const slow = music(120).map((id) =>
    id === PERFORMANCE_416.id("TIME_SHIFT", 25) ? PERFORMANCE_416.id("TIME_SHIFT", 100) : id,
  );
  for (const [promptLength, isAdjusted] of [
    [slow.length, false],
    [0, true],
  ] as const) {
    const processor = withDriftControl(RULES, PERFORMANCE_416, { promptLength });
    for (const id of slow) processor.push(id);
    expect(processor.adjustment?.().biases?.length).toBe(isAdjusted ? 1 : 0);
  }
});
