import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState } from "../../encoding/index.ts";
import { MIN_RECENT_LAG, RECALL, recallAt } from "../../src/music/recall.ts";
import { type ThemePrediction, ThemeMemory } from "../../src/music/theme-memory.ts";
import { THEME_WEIGHTS } from "../../src/music/theme-weights.ts";

const { id } = { id: PERFORMANCE_416.id.bind(PERFORMANCE_416) };

/** Notes of a tune: each key with the steps before it. */
type Tune = readonly (readonly [steps: number, pitch: number, velocityBin?: number])[];

/** The memory and state after a tune. */
function after(
  tune: Tune,
  seed?: number,
  strength = 1,
): { memory: ThemeMemory; state: PerformanceState; push: (id: number) => void } {
  const state = new PerformanceState(PERFORMANCE_416);
  const memory = new ThemeMemory(seed, strength);
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

/** Other music, longer than the smallest lag of a repeat. */
const FILLER: Tune = Array.from({ length: 110 }, (_, i) => [30, 20 + ((i * i + 3 * i) % 23)]);

/** Five notes, other music, and the first four of the five again. */
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
  it("predicts the note after the earlier occurrence, with its velocity and time", () => {
    const { memory, state } = after(REPEAT);
    const predictions = [...memory.predictions(state.step)];
    expect(values(predictions, "pitch")).toEqual([72]);
    expect(values(predictions, "velocity")).toEqual([9]);
    expect(values(predictions, "adjacentVelocity")).toEqual([8, 10]);
    expect(values(predictions, "shift")).toEqual([50]);
    expect(values(predictions, "adjacentShift")).toEqual([49, 51]);
    expect(predictions.find(({ feature }) => feature === "pitch")?.bin).toBe(0);
  });

  it("subtracts the time since the last note", () => {
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
    expect(memory.adjustment(state)).toEqual({ classBiases: [], biases: [] });
  });

  it("predicts nothing after recent repeats", () => {
    const { memory, state } = after([...REPEAT.slice(0, 60), ...REPEAT.slice(-4)]);
    expect(values(memory.predictions(state.step), "pitch")).toEqual([]);
  });

  it("predicts the chord after the same upper voice over another accompaniment", () => {
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

  it("makes semitones in the current chord less likely while a repeat is predicted", () => {
    const { memory, state, push } = after(REPEAT);
    const pitches = memory
      .adjustment(state)
      .classBiases!.find(({ first }) => first === id("NOTE_ON", 0))!.biases;
    expect(state.newest?.pitch).toBe(65);
    for (const pitch of [4, 16, 64, 66, 78, 126]) expect(pitches.get(pitch)).toBe(-2);
    for (const pitch of [5, 63, 65, 67]) expect(pitches.has(pitch)).toBe(false);
    push(id("TIME_SHIFT", 8)); // the chord has ended
    expect([...memory.adjustment(state).classBiases![0]!.biases.values()].every((bias) => bias > 0)).toBe(
      true,
    );
  });

  it("has independent copies", () => {
    const { memory, state, push } = after(REPEAT);
    const copy = memory.fork();
    const before = [...copy.predictions(state.step)];
    push(id("TIME_SHIFT", 50));
    push(id("NOTE_ON", 30));
    expect([...copy.predictions(state.step - 50)]).toEqual(before);
    expect(values(memory.predictions(state.step), "pitch")).toEqual([]);
  });

  it("finds repeats of the last 4,096 notes, and discards old notes", () => {
    const filler: Tune = Array.from({ length: 12_000 }, (_, i) => [10, 20 + ((i * i) % 23)]);
    const theme: Tune = [
      [10, 90],
      [10, 93],
      [10, 91],
      [10, 95],
      [10, 99],
    ];
    const recent = after([...filler, ...theme, ...filler.slice(0, 500), ...theme.slice(0, 4)]);
    expect(values(recent.memory.predictions(recent.state.step), "pitch")).toEqual([99]);
    const old = after([...theme, ...filler, ...theme.slice(0, 4)]);
    expect(values(old.memory.predictions(old.state.step), "pitch")).toEqual([]);
  });

  it("adds a separate passage", () => {
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
    expect(values(memory.predictions(state.step), "pitch")).toEqual([80]);
  });
});

describe("a recall passage", () => {
  /** A seed with recall passages from the 64th to the 255th note. */
  const SEED = Array.from({ length: 10_000 }, (_, i) => i).find((seed) =>
    [64, 128, 192].every((notes) => recallAt(seed, notes) === "distant"),
  )!;
  /** Different pitches, at intervals of 20 steps. */
  const OLD: Tune = [60, 71, 63, 66, 74, 62, 69].map((pitch) => [20, pitch]);
  /** The old music, other music without two notes in a row of it, and its first two notes. */
  const BEFORE: Tune = [...OLD, ...FILLER, [20, 60], [20, 71]];

  /** From this many steps after a note of OLD, the pitch of the next one is predicted. */
  const EARLIEST = 20 - RECALL.earlySteps + 1;

  const next = (tune: Tune, seed?: number): number[] => {
    const { memory, state } = after(tune, seed);
    return values(memory.predictions(state.step + EARLIEST), "pitch");
  };

  it("starts from a match of two notes", () => {
    expect(next(BEFORE)).toEqual([]);
    expect(next(BEFORE, SEED)).toEqual([63]);
  });

  it("has stronger biases, for chords only where no occurrence is tracked", () => {
    const bias = (seed?: number): number => {
      const { memory, state, push } = after(REPEAT, seed);
      push(id("TIME_SHIFT", 50));
      return memory.adjustment(state).classBiases![0]!.biases.get(72)!;
    };
    const { pitch, chord } = THEME_WEIGHTS;
    expect(bias()).toBeCloseTo(pitch[0] + chord[1], 12);
    expect(bias(SEED)).toBeCloseTo(RECALL.strength * pitch[RECALL.trackedBin] + chord[1], 12);
  });

  it("tracks an occurrence past skipped or inserted notes, until the third inserted note", () => {
    expect(next([...BEFORE, [20, 63]], SEED)).toEqual([66]);
    expect(next([...BEFORE, [20, 66]], SEED)).toEqual([74]); // without 63
    expect(next([...BEFORE, [20, 74]], SEED)).toEqual([62]); // without 63 and 66
    expect(next([...BEFORE, [20, 100], [20, 101]], SEED)).toEqual([63]);
    expect(next([...BEFORE, [20, 100], [20, 63]], SEED)).toEqual([66]);
    expect(next([...BEFORE, [20, 100], [20, 101], [20, 102]], SEED)).toEqual([]);
  });

  it("predicts the pitch only from 20 ms before the onset on", () => {
    const { memory, state } = after(BEFORE, SEED);
    const pitches = [0, 1, EARLIEST - 1, EARLIEST, 20, 40].map((steps) =>
      values(memory.predictions(state.step + steps), "pitch"),
    );
    expect(pitches).toEqual([[], [], [], [63], [63], [63]]);
  });

  it("has no time biases after inserted notes", () => {
    const { memory, state, push } = after(BEFORE, SEED);
    for (const each of [id("TIME_SHIFT", 20), id("NOTE_ON", 100)]) push(each);
    expect(memory.adjustment(state).biases).toEqual([]);
  });

  it("multiplies the time biases by the strength", () => {
    const { memory, state } = after(BEFORE, SEED, 0.5);
    expect(memory.adjustment(state).biases?.[0]?.biases[0]).toBe(-RECALL.notePenalty / 2);
  });

  it("penalizes notes before the predicted onset, then time shifts at it", () => {
    const { memory, state, push } = after(BEFORE, SEED);
    const biased = (): number[][] =>
      (memory.adjustment(state).biases ?? []).map(({ first, biases }) => [first, biases.length, biases[0]!]);
    const notes = [
      [id("VELOCITY", 1), 32, -RECALL.notePenalty],
      [id("NOTE_ON", 0), 128, -RECALL.notePenalty],
    ];
    expect(biased()).toEqual(notes);
    push(id("TIME_SHIFT", 17));
    expect(biased()).toEqual(notes);
    push(id("TIME_SHIFT", 1));
    expect(biased()).toEqual([]);
    push(id("TIME_SHIFT", 2));
    expect(biased()).toEqual([[id("TIME_SHIFT", 1), 100, -RECALL.shiftPenalty]]);
    push(id("TIME_SHIFT", 3));
    expect(biased()).toEqual([]);
  });

  it("allows recent repeats in some passages", () => {
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const of = (kind: "recent" | "distant"): number => seeds.find((seed) => recallAt(seed, 0) === kind)!;
    const repeat = (length: number): Tune => [
      ...OLD,
      ...FILLER.slice(0, length - OLD.length - 1),
      [20, 60],
      [20, 71],
    ];
    expect(next(repeat(MIN_RECENT_LAG.notes + 1), of("recent"))).toEqual([63]);
    expect(next(repeat(MIN_RECENT_LAG.notes + 1), of("distant"))).toEqual([]);
    expect(next(repeat(MIN_RECENT_LAG.notes), of("recent"))).toEqual([]);
  });

  it("lasts 64 notes; 42 % of the passages are recall passages, 40 % of these allow recent repeats", () => {
    const counts = { recent: 0, distant: 0 };
    for (let seed = 0; seed < 300; seed += 1) {
      for (let passage = 0; passage < 10; passage += 1) {
        const all = Array.from({ length: 64 }, (_, i) => recallAt(seed, 64 * passage + i));
        expect(new Set(all).size).toBe(1);
        if (all[0]) counts[all[0]] += 1;
      }
    }
    const recalled = counts.recent + counts.distant;
    expect(Math.abs(recalled / 3000 - 0.42)).toBeLessThan(0.03);
    expect(Math.abs(counts.recent / recalled - 0.4)).toBeLessThan(0.05);
  });
});
