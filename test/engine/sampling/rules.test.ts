/** Every rule of the list: literal values, properties on random scores, and the graph form compared with the JavaScript form. */
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceGrammar, PerformanceState } from "../../../encoding/index.ts";
import { GraphBuilder } from "../../../models/index.ts";
import { OPSETS } from "../../../models/graph/decoder.ts";
import { encodeModel } from "../../../models/graph/onnx.ts";
import type { Session } from "../../../src/engine/runtime.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { type RuleInput, RULES, type SamplingRule, softmax } from "../../../src/engine/sampling/index.ts";
import { DYNAMICS_OPTION, SAMPLING_OPTIONS } from "../../../src/options.ts";
import { EXAMPLES, NO } from "./rule-examples.ts";
import { keptIds, TRUNCATION } from "./truncation.ts";

const anyScores = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: -20, max: 20, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(NO) },
  ),
  { minLength: 1, maxLength: 60 },
);

function applied(name: string, scores: readonly number[], input: Partial<RuleInput>): number[] {
  const changed = Float64Array.from(scores);
  for (const rule of RULES) {
    if (rule.name === name) rule.apply(changed, { options: {}, context: {}, pitches: undefined, ...input });
  }
  return [...changed];
}

it("every rule has an example", () => {
  expect(Object.keys(EXAMPLES)).toEqual(RULES.map(({ name }) => name));
});

it("top-nσ comes before all temperatures: the ids that it keeps do not depend on them", () => {
  const names = RULES.map(({ name }) => name);
  expect(names.indexOf("topNSigma")).toBeLessThan(names.indexOf("pitchTemperature"));
  expect(names.indexOf("pitchTemperature")).toBeLessThan(names.indexOf("temperature"));
});

it("excludes no id at the lowest temperature", () => {
  const scores = applied("temperature", [-1, -2], { options: { temperature: 5e-324 } });
  expect(scores.map((score) => score / 1e30)).toEqual([expect.closeTo(-1), expect.closeTo(-2)]);
});

it("warpers come last: at temperature 0 the rules end before them", () => {
  const kinds = RULES.map(({ isWarper }) => isWarper);
  expect(kinds).toEqual(kinds.toSorted((a, b) => Number(a) - Number(b)));
});

/** The mean index of the probabilities. */
function meanIndex(scores: readonly number[]): number {
  const probabilities = softmax(Float64Array.from(scores));
  return probabilities.reduce((sum, probability, i) => sum + probability * i, 0);
}

it("the rhythm temperature keeps the mean of the time shifts but the longest", () => {
  fc.assert(
    fc.property(anyScores, fc.double({ min: 0.4, max: 3, noNaN: true }), (scores, rhythmTemperature) => {
      fc.pre(scores.some((score) => score > NO));
      const times = { first: 0, count: scores.length + 1 };
      const changed = applied("rhythmTemperature", [...scores, 0], { options: { rhythmTemperature }, times });
      expect(Math.abs(meanIndex(changed.slice(0, -1)) - meanIndex(scores))).toBeLessThan(0.01);
    }),
    { numRuns: 1000 },
  );
});

describe.each(RULES)("$name", ({ name, isWarper }) => {
  it.each(EXAMPLES[name] ?? [])("$scores become $expected", ({ scores, expected, ...input }) => {
    const digits = name === "rhythmTemperature" ? 4 : 12; // its slope is interpolated
    expect(applied(name, scores, input)).toEqual(
      expected.map((score): unknown => (Number.isFinite(score) ? expect.closeTo(score, digits) : score)),
    );
  });

  it("changes nothing by default", () => {
    fc.assert(
      fc.property(anyScores, (scores) => {
        expect(applied(name, scores, {})).toEqual(scores);
      }),
    );
  });

  const option = SAMPLING_OPTIONS.find(({ key }) => key === name);
  it.runIf(isWarper && option)("keeps at least one id, for every value of its option", () => {
    const { minimum = 0, maximum = 1, isInteger = false } = option ?? {};
    const values = isInteger
      ? fc.integer({ min: minimum, max: 100 })
      : fc.double({ min: minimum, max: maximum, noNaN: true });
    fc.assert(
      fc.property(
        anyScores,
        values.filter((value) => value > 0),
        (scores, value) => {
          fc.pre(scores.some((score) => score > NO));
          const all = { first: 0, count: scores.length };
          const input = { options: { [name]: value }, pitches: all, times: all };
          expect(applied(name, scores, input).some((score) => score > NO)).toBe(true);
        },
      ),
    );
  });
});

/** Values of the rules that are not numeric options, for a vocabulary of a given size. */
const ANY_INPUT: Readonly<Record<string, (size: number) => fc.Arbitrary<Partial<RuleInput>>>> = {
  logitBias: (size) =>
    fc.record({
      options: fc.record({
        logitBias: fc
          .array(fc.tuple(fc.nat(size - 1), fc.constantFrom(-3, 2, NO)))
          .map((pairs) => new Map(pairs)),
      }),
      context: fc.record({
        biases: fc.constant([{ first: 0, biases: Array.from({ length: size }, (_, id) => id % 3) }]),
      }),
    }),
  allowed: (size) =>
    // Of a grammar, some ids later; other masks have no automaton.
    fc.array(fc.nat(PERFORMANCE_416.size - 1), { maxLength: 30 }).map((ids) => {
      const state = new PerformanceState(PERFORMANCE_416, ids);
      const grammar = new PerformanceGrammar(state, { longestNoteSteps: 300 });
      const allowed = new Uint8Array(PERFORMANCE_416.size);
      grammar.mask(allowed);
      const automaton = grammar.automaton();
      return size === PERFORMANCE_416.size ? { context: { allowed, automaton } } : {};
    }),
  themes: (size) => {
    // Two classes, and ids that belong to none.
    const third = Math.floor(size / 3);
    const biases = fc
      .array(fc.tuple(fc.nat(third + 2), fc.double({ min: -5, max: 9, noNaN: true })))
      .map((pairs) => new Map(pairs));
    return fc.record({
      options: fc.record({ themes: fc.double({ min: 0.1, max: 3, noNaN: true }) }),
      context: fc.record({
        classBiases: fc
          .array(biases, { maxLength: 2 })
          .map((all) => all.map((each, i) => ({ first: 1 + i * third, count: third, biases: each }))),
      }),
      times: fc.constant({ first: 0, count: size }),
    });
  },
  dynamics: (size) =>
    fc.record({
      options: fc.record({ dynamics: fc.constantFrom(...DYNAMICS_OPTION.choices) }),
      velocities: fc.constant({ first: Math.floor(size / 4), count: Math.floor(size / 2) }),
    }),
  pitchTemperature: (size) =>
    fc.record({
      options: fc.record({ pitchTemperature: fc.double({ min: 0.05, max: 10, noNaN: true }) }),
      pitches: fc.constant({ first: Math.floor(size / 4), count: Math.floor(size / 2) }),
    }),
  rhythmTemperature: (size) =>
    fc.record({
      options: fc.record({ rhythmTemperature: fc.double({ min: 0.2, max: 10, noNaN: true }) }),
      times: fc.constant({ first: Math.floor(size / 4), count: Math.floor(size / 2) }),
    }),
};

/** Random values of a rule. */
function anyInput(name: string, size: number): fc.Arbitrary<Partial<RuleInput>> {
  const option = SAMPLING_OPTIONS.find(({ key }) => key === name);
  const special = ANY_INPUT[name]?.(size);
  if (special) return special;
  if (!option) throw new TypeError(`no random values for the rule ${name}`);
  const { minimum, maximum, isInteger } = option;
  const value = isInteger
    ? fc.integer({ min: minimum, max: 2 * size })
    : fc.double({ min: Math.max(minimum, 0.01), max: maximum, noNaN: true });
  return value.map((number) => ({ options: { [name]: number } }));
}

/** A sequence of a batch. */
interface Sequence {
  readonly scores: readonly number[];
  readonly input: RuleInput;
}

const OFF: RuleInput = { options: {}, context: {}, pitches: undefined };

/** Always the same random values: float32 could round a score across the threshold of a rule, though very rarely. */
const FIXED = { seed: 7 };

/** A graph of one rule: scores in, scores out, for any number of sequences. */
async function sessionOf({ graph: form }: SamplingRule): Promise<Session> {
  const graph = new GraphBuilder("rule");
  const scores = graph.input("scores", "float32", ["sequences", "vocabulary"]);
  const nodes = form?.declare(graph);
  const result =
    nodes?.apply(
      graph,
      scores,
      (nodes.state ?? []).map(({ initial }) => initial),
    ) ?? scores;
  graph.output("changed", graph.node("Identity", [result]), "float32", ["sequences", "vocabulary"]);
  const runtime = await createNodeRuntime({ backend: "wasm", threads: 1 });
  return runtime.createSession(encodeModel({ graph: graph.build(), opsets: OPSETS }), new Map());
}

describe.each(RULES.filter(({ graph }) => graph))("the graph form of $name", (rule) => {
  const size = rule.name === "allowed" ? PERFORMANCE_416.size : 40;
  let session: Session;
  beforeAll(async () => {
    session = await sessionOf(rule);
  });

  const fitsOneRun = (batch: readonly Sequence[]): boolean =>
    rule.graph?.fitsOneRun?.(batch.map(({ input }) => input)) ?? true;

  /** The changed scores of each sequence. */
  const inGraph = async (batch: readonly Sequence[]): Promise<number[][]> => {
    const length = batch[0]!.scores.length;
    const inputs = rule.graph?.inputs(
      batch.map(({ input }) => input),
      length,
    );
    const data = Float32Array.from(batch.flatMap(({ scores }) => scores));
    const results = await session.run(
      { scores: { type: "float32", data, shape: [batch.length, length] }, ...inputs },
      ["changed"],
    );
    const changed = Array.from(results.get("changed")?.data ?? [], Number);
    return batch.map((_, i) => changed.slice(i * length, (i + 1) * length));
  };

  /** Scores without ties, of which rounding could keep one or the other; the first is never excluded. */
  const distinct = fc
    .array(fc.nat(4), { minLength: size, maxLength: size })
    .map((kinds) =>
      kinds.map((kind, id) => (kind === 0 && id > 0 ? NO : Math.fround(4 * Math.sin(id * 12.9898 * kind)))),
    );

  /** Scores of a sequence, and values of the rule, or none: it is off then. */
  const anySequence = fc.record({
    scores: distinct,
    input: fc
      .oneof({ weight: 4, arbitrary: anyInput(rule.name, size) }, { weight: 1, arbitrary: fc.constant({}) })
      .map((input) => ({ ...OFF, ...input })),
  });

  it("changes scores as the JavaScript form, of each sequence by its own values", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anySequence, { minLength: 1, maxLength: 3 }).filter(fitsOneRun),
        async (batch) => {
          const expected = batch.map(({ scores, input }) => applied(rule.name, scores, input));
          expect(await inGraph(batch)).toEqual(
            expected.map((all) =>
              all.map((score): unknown => (Number.isFinite(score) ? expect.closeTo(score, 3) : score)),
            ),
          );
        },
      ),
      FIXED,
    );
  });

  it.runIf(TRUNCATION.some((each) => each.rule === rule.name))(
    "keeps the ids that transformers keeps",
    async () => {
      for (const { rule: name, value, scores, kept } of TRUNCATION) {
        if (name !== rule.name) continue;
        const [found = []] = await inGraph([{ scores, input: { ...OFF, options: { [name]: value } } }]);
        expect(keptIds(found), `${name} ${value} of ${scores}`).toEqual(kept);
      }
    },
  );

  it("changes nothing by default", async () => {
    await fc.assert(
      fc.asyncProperty(distinct, distinct, async (a, b) => {
        const batch = [a, b].map((scores) => ({ scores, input: OFF }));
        expect(await inGraph(batch)).toEqual([a, b]);
      }),
    );
  });
});
