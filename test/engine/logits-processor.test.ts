import { describe, expect, it } from "vitest";
import { type LogitsProcessor, ProcessorState } from "../../src/engine/logits-processor.ts";

const MODEL = { window: 3, vocabularySize: 4 };
const AUTOMATON = {
  tables: {
    counters: 1,
    conjunctions: 1,
    factors: new Float32Array(4),
    increments: new Float32Array(4),
    conjunctionWeights: new Float32Array(1),
    conjunctionOffsets: new Float32Array(1),
    blockCounts: new Float32Array(8),
    baseBlockCounts: new Float32Array(4),
    clocks: new Int32Array(4),
    countdowns: new Int32Array(4),
  },
  counters: new Float32Array(1),
  limits: new Float32Array(4),
  highestCountdown: 1,
};

function processor(parts: Partial<LogitsProcessor>): LogitsProcessor {
  return { push: () => undefined, ...parts };
}

/** Excludes an id. */
function without(id: number): LogitsProcessor {
  return processor({ mask: (allowed) => void allowed.fill(0, id, id + 1) });
}

describe("the state of the logits processors", () => {
  it("gives every id to all of them in their order, the prompt first", () => {
    const seen: string[] = [];
    const [a, b] = ["a", "b"].map((name) => processor({ push: (id) => void seen.push(`${name}${id}`) }));
    const state = new ProcessorState([a!, b!], [2], MODEL);
    state.push(0);
    expect(seen).toEqual(["a2", "b2", "a0", "b0"]);
  });

  it("masks in their order: each receives what those before allow", () => {
    const given: number[][] = [];
    const last = processor({ mask: (allowed) => void given.push([...allowed]) });
    const state = new ProcessorState([without(1), without(3), last], [0], MODEL);
    expect([...(state.context().allowed ?? [])]).toEqual([1, 0, 1, 0]);
    state.context();
    expect(given).toEqual([
      [1, 0, 1, 0],
      [1, 0, 1, 0],
    ]);
    expect(new ProcessorState([], [0], MODEL).context().allowed).toBeUndefined();
  });

  it("lets a forced token take the place of the masks", () => {
    let forced: number | undefined = 1;
    const state = new ProcessorState([without(1), processor({ forced: () => forced })], [0], MODEL);
    expect(state.context()).toMatchObject({ forced: 1 });
    expect(state.context().allowed).toBeUndefined();
    forced = undefined;
    expect(state.context().forced).toBeUndefined();
    expect([...(state.context().allowed ?? [])]).toEqual([1, 0, 1, 1]);
  });

  it("adds the biases", () => {
    const [one, two] = [
      { first: 0, biases: [1] },
      { first: 2, biases: [-1, 3] },
    ];
    const adjusting = [
      processor({ adjustment: () => ({ biases: [one] }) }),
      processor({ adjustment: () => ({ biases: [two] }) }),
      processor({ adjustment: () => ({}) }),
    ];
    expect(new ProcessorState(adjusting, [0], MODEL).context()).toMatchObject({
      biases: [one, two],
    });
  });

  it("keeps the ids of one window for the repetition penalty", () => {
    const state = new ProcessorState([], [3, 3, 1, 2], MODEL);
    expect([...(state.context().recent ?? [])]).toEqual([3, 1, 2]);
    state.push(0);
    expect([...(state.context().recent ?? [])]).toEqual([1, 2, 0]);
  });
});

const automaton = processor({ mask: () => undefined, automaton: () => AUTOMATON });
const adjustment = (length?: number): LogitsProcessor =>
  processor({
    adjustment: () => ({}),
    ...(length === undefined ? {} : { adjustmentLength: () => length }),
  });

it.each<[string, LogitsProcessor[], number]>([
  ["no processor", [], Infinity],
  ["an automaton", [automaton], Infinity],
  ["an automaton that is valid for 9 ids", [processor({ ...automaton, adjustmentLength: () => 9 })], 9],
  ["a mask without an automaton", [without(1)], 1],
  ["a second mask", [automaton, without(1)], 1],
  ["tokens that may be forced", [automaton, processor({ forced: () => undefined })], 1],
  ["an adjustment that may change with every id", [automaton, adjustment()], 1],
  [
    "an adjustment that changes after some ids only",
    [automaton, processor({ adjustment: () => ({}), changingIds: () => [] })],
    Infinity,
  ],
  ["adjustments that stay for 16 and 5 ids", [adjustment(16), automaton, adjustment(5)], 5],
])("the length of a run in the graph with %s", (_, processors, length) => {
  expect(new ProcessorState(processors, [0], MODEL).idsUntilChange).toBe(length);
});
