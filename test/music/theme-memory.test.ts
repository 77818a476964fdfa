import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState } from "../../encoding/index.ts";
import { type ThemePrediction, ThemeMemory } from "../../src/music/theme-memory.ts";

const { id } = { id: PERFORMANCE_416.id.bind(PERFORMANCE_416) };

/** Notes of a tune: each key with the steps before it. */
type Tune = readonly (readonly [steps: number, pitch: number, velocityBin?: number])[];

/** The memory and state after a tune. */
function after(tune: Tune): { memory: ThemeMemory; state: PerformanceState; push: (id: number) => void } {
  const state = new PerformanceState(PERFORMANCE_416);
  const memory = new ThemeMemory();
  const push = (each: number): void => {
    state.push(each);
    memory.push(state);
  };
  push(id("START"));
  for (const [steps, pitch, velocityBin] of tune) {
    for (let left = steps; left > 0; left -= 100) push(id("TIME_SHIFT", Math.min(left, 100)));
    if (velocityBin !== undefined) push(id("VELOCITY", velocityBin));
    push(id("NOTE_ON", pitch));
  }
  return { memory, state, push };
}

function values(predictions: Iterable<ThemePrediction>, feature: string): number[] {
  return [...predictions].flatMap((each) => (each.feature === feature ? [each.value] : []));
}

/** Other music, as long as a repeat has to be ago. */
const FILLER: Tune = Array.from({ length: 110 }, (_, i) => [30, 20 + ((i * i + 3 * i) % 23)]);

/** Four notes, a fifth that followed, others, and the four again. */
const REPEAT: Tune = [
  [0, 60, 20],
  [30, 62],
  [40, 64],
  [20, 65],
  [50, 72, 9],
  ...FILLER,
  [30, 41, 20],
  [30, 60],
  [30, 62],
  [40, 64],
  [20, 65],
];

describe("ThemeMemory", () => {
  it("predicts the note that followed the same notes before, with its velocity and time", () => {
    const { memory, state } = after(REPEAT);
    const predictions = [...memory.predictions(state.step)];
    expect(values(predictions, "key")).toEqual([72]);
    expect(values(predictions, "velocity")).toEqual([9]);
    expect(values(predictions, "velocityBeside")).toEqual([8, 10]);
    expect(values(predictions, "shift")).toEqual([50]);
    expect(values(predictions, "shiftBeside")).toEqual([49, 51]);
    expect(predictions.find(({ feature }) => feature === "key")?.length).toBe(0);
  });

  it("counts the time that has passed since the last note", () => {
    const { memory, state, push } = after(REPEAT);
    push(id("TIME_SHIFT", 20));
    expect(values(memory.predictions(state.step), "shift")).toEqual([30]);
  });

  it("predicts nothing after music that does not repeat itself", () => {
    const { memory, state } = after([
      [0, 60],
      [30, 62],
      [30, 64],
      [30, 60],
      [30, 62],
      [30, 65],
    ]);
    expect([...memory.predictions(state.step)]).toEqual([]);
    expect(memory.adjustment(state)).toEqual({ classBiases: [] });
  });

  it("leaves near repeats to the model", () => {
    const { memory, state } = after([...REPEAT.slice(0, 60), ...REPEAT.slice(-4)]);
    expect(values(memory.predictions(state.step), "key")).toEqual([]);
  });

  it("predicts the chord that followed the same upper voice over another accompaniment", () => {
    const { memory, state, push } = after([
      [0, 48],
      [0, 72],
      [30, 50],
      [2, 74],
      [30, 76],
      [30, 55],
      [0, 77],
      ...FILLER,
      [30, 40],
      [30, 43],
      [0, 72],
      [30, 41],
      [0, 74],
      [30, 76],
    ]);
    push(id("TIME_SHIFT", 30));
    expect(values(memory.predictions(state.step), "chord")).toEqual([55, 77]);
    push(id("NOTE_ON", 77));
    expect(values(memory.predictions(state.step), "chord")).toEqual([55]);
  });

  it("gives biases within the classes, added up where predictions agree", () => {
    const { memory, state, push } = after(REPEAT);
    push(id("TIME_SHIFT", 50));
    const [noteOns, ...others] = memory.adjustment(state).classBiases ?? [];
    expect(noteOns).toMatchObject({ first: 0, count: 128 });
    const both = noteOns!.biases.get(72)!;
    expect([...noteOns!.biases.keys()]).toEqual([72]);
    const { memory: notesOnly, state: sameState } = after(REPEAT);
    const alone = notesOnly.adjustment(sameState).classBiases![0]!.biases.get(72)!;
    expect(both).toBeGreaterThan(alone);
    expect(others.map(({ first }) => first)).toEqual([id("TIME_SHIFT", 1), id("VELOCITY", 1)]);
  });

  it("is copied with a state of its own", () => {
    const { memory, state, push } = after(REPEAT);
    const copy = memory.fork();
    const before = [...copy.predictions(state.step)];
    push(id("TIME_SHIFT", 50));
    push(id("NOTE_ON", 30));
    expect([...copy.predictions(state.step - 50)]).toEqual(before);
    expect(values(memory.predictions(state.step), "key")).toEqual([]);
  });

  it("keeps finding repeats of the last thousands of notes, and forgets older ones", () => {
    const filler: Tune = Array.from({ length: 12_000 }, (_, i) => [10, 20 + ((i * i) % 23)]);
    const theme: Tune = [
      [10, 90],
      [10, 93],
      [10, 91],
      [10, 95],
      [10, 99],
    ];
    const recent = after([...filler, ...theme, ...filler.slice(0, 500), ...theme.slice(0, 4)]);
    expect(values(recent.memory.predictions(recent.state.step), "key")).toEqual([99]);
    const old = after([...theme, ...filler, ...theme.slice(0, 4)]);
    expect(values(old.memory.predictions(old.state.step), "key")).toEqual([]);
  });

  it("reads a passage by itself", () => {
    const { memory, state } = after([
      [0, 60],
      [30, 62],
      [40, 64],
      [20, 65],
    ]);
    memory.read(
      [
        [60, 0],
        [62, 30],
        [64, 40],
        [65, 20],
        [80, 10],
      ].flatMap(([pitch, steps]) => [...(steps! > 0 ? [id("TIME_SHIFT", steps)] : []), id("NOTE_ON", pitch)]),
      PERFORMANCE_416,
    );
    for (const pitch of [...FILLER.map(([, each]) => each), 60, 62, 64, 65]) {
      state.push(id("NOTE_ON", pitch));
      memory.push(state);
    }
    expect(values(memory.predictions(state.step), "key")).toEqual([80]);
  });
});
