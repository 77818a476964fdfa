import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import type { Constraint } from "../../src/engine/generate.ts";
import { steadied } from "../../src/music/steady.ts";
import { tinyPiano } from "./tiny-piano.ts";

const RULES: Constraint = { push: () => undefined, mask: (legal) => legal.fill(1) };

/** Four notes a second, none of which comes again soon. */
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
  "after a minute of its own pitches are safer: after %i s, of which %i s were given, at %f of their temperature",
  async (seconds, givenSeconds, factor) => {
    const piano = await tinyPiano();
    const ids = music(seconds);
    const generatedFrom = music(givenSeconds).length;
    const odds = async (steady: boolean): Promise<number> => {
      const options = { candidates: 416, pitchTemperature: 0.7, steady, generatedFrom };
      const { candidates } = await piano.explain(ids, ids.length, options);
      const probability = (key: number): number =>
        candidates.find(({ id }) => id === PERFORMANCE_416.id("NOTE_ON", key))?.probability ?? NaN;
      return Math.log(probability(100) / probability(20));
    };
    const [free, steady] = [await odds(false), await odds(true)];
    expect(Math.abs(free)).toBeGreaterThan(0.1);
    expect(free / steady).toBeCloseTo(factor, 4);
    await piano.dispose();
  },
);

it("what leans on the rules' draws already goes on doing so", () => {
  const own = { biases: [{ first: 3, biases: [1] }], pitchTemperature: 0.5 };
  const constraint = steadied({ ...RULES, steering: () => own }, PERFORMANCE_416, { given: 0 });
  expect(constraint.steering?.()).toEqual(own);
  for (const id of music(70)) constraint.push(id);
  expect(constraint.steering?.()).toEqual({ ...own, pitchTemperature: 0.44 });
});

it("the pace of what was given is its own", () => {
  const slow = music(120).map((id) =>
    id === PERFORMANCE_416.id("TIME_SHIFT", 25) ? PERFORMANCE_416.id("TIME_SHIFT", 100) : id,
  );
  for (const [given, leans] of [
    [slow.length, false],
    [0, true],
  ] as const) {
    const constraint = steadied(RULES, PERFORMANCE_416, { given });
    for (const id of slow) constraint.push(id);
    expect(constraint.steering?.().biases?.length).toBe(leans ? 1 : 0);
  }
});
