import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  type LengthLimits,
  PERFORMANCE_416,
  PerformanceGrammar,
  PerformanceState,
  VOCABULARIES,
} from "../../../encoding/index.ts";

type Automaton = ReturnType<PerformanceGrammar["automaton"]>;

/** Evaluates the tables by the formulas of `automaton-tables.ts`. */
class TableReader {
  readonly #tables: Automaton["tables"];
  readonly #limits: Float32Array;
  readonly #highestCountdown: number;
  #counters: Float32Array;

  constructor({ tables, counters, limits, highestCountdown }: Automaton) {
    this.#tables = tables;
    this.#counters = counters;
    this.#limits = limits;
    this.#highestCountdown = highestCountdown;
  }

  push(id: number): void {
    const { counters, factors, increments } = this.#tables;
    this.#counters = this.#counters.map((value, counter) => {
      const cell = id * counters + counter;
      return Math.max(0, value * (factors[cell] ?? NaN) + (increments[cell] ?? NaN));
    });
  }

  allowed(): number[] {
    const {
      counters,
      conjunctions,
      conjunctionWeights,
      conjunctionOffsets,
      blockCounts,
      baseBlockCounts,
      clocks,
      countdowns,
    } = this.#tables;
    const flags: number[] = Array.from(this.#counters, (value) => (value > 0 ? 1 : 0));
    for (let conjunction = 0; conjunction < conjunctions; conjunction += 1) {
      let sum = conjunctionOffsets[conjunction] ?? NaN;
      for (let i = 0; i < counters; i += 1)
        sum += (flags[i] ?? NaN) * (conjunctionWeights[i * conjunctions + conjunction] ?? NaN);
      flags.push(Math.max(0, sum));
    }
    const size = baseBlockCounts.length;
    const unblocked = [...baseBlockCounts.keys()].filter((id) => {
      const base = baseBlockCounts[id] ?? NaN;
      return flags.reduce((sum, flag, row) => sum + flag * (blockCounts[row * size + id] ?? NaN), base) === 0;
    });
    const low = unblocked.filter(
      (id) => (this.#counters[countdowns[id] ?? -1] ?? NaN) <= this.#highestCountdown,
    );
    const allowed = low.length > 0 ? low : unblocked;
    const urgent = allowed.find(
      (id) => (this.#counters[clocks[id] ?? -1] ?? NaN) >= (this.#limits[id] ?? NaN),
    );
    return urgent === undefined ? allowed : [urgent];
  }
}

function maskOf(grammar: PerformanceGrammar, size: number): number[] {
  const allowed = new Uint8Array(size);
  grammar.mask(allowed);
  return [...allowed.keys()].filter((id) => allowed[id] === 1);
}

it("the tables allow the same ids as the grammar, after any primer and any allowed ids", () => {
  const vocabularies = fc.constantFrom(...VOCABULARIES.values());
  const options = fc.record({
    longestNoteSteps: fc.constantFrom(Infinity, 40, 300),
    mostKeys: fc.constantFrom(Infinity, 1, 4, 20),
    mayEnd: fc.boolean(),
  });
  const primer = fc.array(fc.nat(), { maxLength: 60 });
  const choices = fc.array(fc.nat(1_000_000), { maxLength: 120 });
  fc.assert(
    fc.property(vocabularies, options, primer, choices, (vocabulary, grammarOptions, before, numbers) => {
      const { size } = vocabulary;
      const state = new PerformanceState(
        vocabulary,
        before.map((number) => number % size),
      );
      const grammar = new PerformanceGrammar(state, grammarOptions);
      const reader = new TableReader(grammar.automaton());
      for (const number of numbers) {
        const allowed = maskOf(grammar, size);
        expect(reader.allowed()).toEqual(allowed);
        const id = allowed[number % allowed.length] ?? 0;
        state.push(id);
        reader.push(id);
      }
    }),
    { numRuns: 60 },
  );
});

it("the tables allow the same ids as the grammar where each note has a limit of its own, and a shortest duration", () => {
  const keys = 128;
  const steps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: keys, maxLength: keys });
  const own = fc.tuple(fc.nat(31), fc.constantFrom(128, 1, 3));
  const primer = fc.array(fc.nat(PERFORMANCE_416.size - 1), { maxLength: 60 });
  const choices = fc.array(fc.nat(1_000_000), { maxLength: 120 });
  fc.assert(
    fc.property(
      steps,
      steps,
      own,
      primer,
      choices,
      (first, second, [shortest, mostKeys], before, numbers) => {
        const state = new PerformanceState(PERFORMANCE_416, before);
        const limits = { current: Float64Array.from(first), next: Float64Array.from(second), shortest };
        const grammar = new PerformanceGrammar(state, {
          longestNoteSteps: limits satisfies LengthLimits,
          mostKeys,
        });
        const reader = new TableReader(grammar.automaton());
        for (const number of numbers) {
          const allowed = maskOf(grammar, PERFORMANCE_416.size);
          expect(reader.allowed()).toEqual(allowed);
          const id = allowed[number % allowed.length] ?? 0;
          const note = state.push(id);
          if (note && note.endStep === undefined) limits.current[note.pitch] = limits.next[note.pitch]!;
          reader.push(id);
        }
      },
    ),
    { numRuns: 60 },
  );
});

it.each([128, 20])(
  "the tables allow the same ids as the grammar while %i keys may sound, before and after a velocity",
  (mostKeys) => {
    const state = new PerformanceState(PERFORMANCE_416);
    const grammar = new PerformanceGrammar(state, { mostKeys });
    const keys = Array.from({ length: 128 }, (_, pitch) => PERFORMANCE_416.id("NOTE_ON", pitch));
    const [velocity, shift] = [PERFORMANCE_416.id("VELOCITY", 9), PERFORMANCE_416.id("TIME_SHIFT", 3)];
    const reader = new TableReader(grammar.automaton());
    for (const id of [velocity, ...keys, shift, velocity]) {
      state.push(id);
      reader.push(id);
      expect(reader.allowed()).toEqual(maskOf(grammar, PERFORMANCE_416.size));
    }
  },
);
