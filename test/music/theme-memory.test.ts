import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceState } from "../../encoding/index.ts";
import { NEAR, RECALL, recallAt } from "../../src/music/recall.ts";
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
    expect(memory.adjustment(state)).toEqual({ classBiases: [], biases: [] });
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

  it("makes semitones in the present chord less likely while something is expected", () => {
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

  it("is copied with a state of its own", () => {
    const { memory, state, push } = after(REPEAT);
    const copy = memory.fork();
    const before = [...copy.predictions(state.step)];
    push(id("TIME_SHIFT", 50));
    push(id("NOTE_ON", 30));
    expect([...copy.predictions(state.step - 50)]).toEqual(before);
    expect(values(memory.predictions(state.step), "key")).toEqual([]);
  });

  it("keeps finding repeats of the last thousands of notes, and discards older ones", () => {
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

describe("a passage in which themes return", () => {
  /** Themes return from the 60th to the 200th note. */
  const SEED = Array.from({ length: 10_000 }, (_, i) => i).find((seed) =>
    [64, 128, 192].every((notes) => recallAt(seed, notes) === "far"),
  )!;
  /** Keys that differ from those beside them, each 20 steps long. */
  const OLD: Tune = [60, 71, 63, 66, 74, 62, 69].map((pitch) => [20, pitch]);
  /** What has no two notes in a row of the old music, ending with its first two. */
  const BEFORE: Tune = [...OLD, ...FILLER, [20, 60], [20, 71]];

  /** From so many steps after a note, the next one of OLD is due. */
  const UNTIL_DUE = 20 - RECALL.earlySteps + 1;

  const next = (tune: Tune, seed?: number): number[] => {
    const { memory, state } = after(tune, seed);
    return values(memory.predictions(state.step + UNTIL_DUE), "key");
  };

  it("begins with a match of two notes", () => {
    expect(next(BEFORE)).toEqual([]);
    expect(next(BEFORE, SEED)).toEqual([63]);
  });

  it("has stronger biases, those of chords only where it follows no place", () => {
    const bias = (seed?: number): number => {
      const { memory, state, push } = after(REPEAT, seed);
      push(id("TIME_SHIFT", 50));
      return memory.adjustment(state).classBiases![0]!.biases.get(72)!;
    };
    const { key, chord } = THEME_WEIGHTS;
    expect(bias()).toBeCloseTo(key[0] + chord[1], 12);
    expect(bias(SEED)).toBeCloseTo(RECALL.strength * key[RECALL.followedLength] + chord[1], 12);
  });

  it("follows the place where notes are skipped or added, and leaves it after three others", () => {
    expect(next([...BEFORE, [20, 63]], SEED)).toEqual([66]);
    expect(next([...BEFORE, [20, 66]], SEED)).toEqual([74]); // without 63
    expect(next([...BEFORE, [20, 74]], SEED)).toEqual([62]); // without 63 and 66
    expect(next([...BEFORE, [20, 100], [20, 101]], SEED)).toEqual([63]);
    expect(next([...BEFORE, [20, 100], [20, 63]], SEED)).toEqual([66]);
    expect(next([...BEFORE, [20, 100], [20, 101], [20, 102]], SEED)).toEqual([]);
  });

  it("predicts the key only when it is due", () => {
    const { memory, state } = after(BEFORE, SEED);
    const keys = [0, 1, UNTIL_DUE - 1, UNTIL_DUE, 20, 40].map((wait) =>
      values(memory.predictions(state.step + wait), "key"),
    );
    expect(keys).toEqual([[], [], [], [63], [63], [63]]);
  });

  it("delays no time after notes that the place does not have", () => {
    const { memory, state, push } = after(BEFORE, SEED);
    for (const each of [id("TIME_SHIFT", 20), id("NOTE_ON", 100)]) push(each);
    expect(memory.adjustment(state).biases).toEqual([]);
  });

  it("has time biases as strong as the option", () => {
    const { memory, state } = after(BEFORE, SEED, 0.5);
    expect(memory.adjustment(state).biases?.[0]?.biases[0]).toBe(-RECALL.notePenalty / 2);
  });

  it("delays notes until the next one is due, then time", () => {
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

  it("may take up near themes", () => {
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const of = (where: "near" | "far"): number => seeds.find((seed) => recallAt(seed, 0) === where)!;
    const repeat = (length: number): Tune => [
      ...OLD,
      ...FILLER.slice(0, length - OLD.length - 1),
      [20, 60],
      [20, 71],
    ];
    expect(next(repeat(NEAR.notes + 1), of("near"))).toEqual([63]);
    expect(next(repeat(NEAR.notes + 1), of("far"))).toEqual([]);
    expect(next(repeat(NEAR.notes), of("near"))).toEqual([]);
  });

  it("lasts 64 notes, and is one in three of many, by the seed; near themes return in two of five", () => {
    const counts = { near: 0, far: 0 };
    for (let seed = 0; seed < 300; seed += 1) {
      for (let passage = 0; passage < 10; passage += 1) {
        const all = Array.from({ length: 64 }, (_, i) => recallAt(seed, 64 * passage + i));
        expect(new Set(all).size).toBe(1);
        if (all[0]) counts[all[0]] += 1;
      }
    }
    const recalled = counts.near + counts.far;
    expect(Math.abs(recalled / 3000 - 0.35)).toBeLessThan(0.03);
    expect(Math.abs(counts.near / recalled - 0.4)).toBeLessThan(0.05);
  });
});
