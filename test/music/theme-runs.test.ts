/** Runs of several ids with the theme memory: the ids are those of single steps. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { PERFORMANCE_416, PerformanceState } from "../../encoding/index.ts";
import {
  CachedContext,
  type Decoder,
  generateIds,
  type LogitsProcessor,
  SequenceBatch,
  type SequenceContext,
} from "../../src/engine/index.ts";
import { musicProcessors } from "../../src/music/build-prompt.ts";
import { ContinuedPerformance } from "../../src/music/continued-performance.ts";
import { musicSampler } from "../../src/music/sampler.ts";
import { ThemeMemory } from "../../src/music/theme-memory.ts";
import { load, RELATIVE } from "../engine/in-graph-decoder.ts";

const id = PERFORMANCE_416.id.bind(PERFORMANCE_416);

/** Notes without repeats of four in a row, some of them two at once. */
function notes(count: number, from: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const pitch = 50 + ((from + i * i + 3 * i) % 37);
    const keys = i % 3 === 0 ? [pitch, pitch - 24] : [pitch];
    return [
      id("VELOCITY", 10 + (i % 7)),
      ...keys.map((key) => id("NOTE_ON", key)),
      id("TIME_SHIFT", 10 + 5 * (i % 4)),
      ...keys.map((key) => id("NOTE_OFF", key)),
      id("TIME_SHIFT", 3),
    ];
  }).flat();
}

/** A theme, long other music, and the theme's first notes: its next notes are then much likelier. */
const PROMPT = [id("START"), ...notes(36, 0), ...notes(60, 11).slice(7), ...notes(6, 0)];
const OPTIONS = { temperature: 0.8, themes: 3, rhythmTemperature: 0.75 };

function processors(prompt: readonly number[], seed: number): readonly LogitsProcessor[] {
  const performance = new ContinuedPerformance(PERFORMANCE_416, prompt.length, false);
  return musicProcessors(performance, {
    driftControl: true,
    themes: OPTIONS.themes,
    promptLength: prompt.length,
    seed,
  });
}

/** The same, which change with any id: each run is one id long. */
function stepwise(all: readonly LogitsProcessor[]): readonly LogitsProcessor[] {
  return all.map((processor) => {
    if (!processor.changingIds) return processor;
    const { changingIds: _, ...others } = processor;
    return others;
  });
}

interface Run {
  readonly seed: number;
  readonly count?: number;
  readonly prompt?: readonly number[];
  readonly context?: SequenceContext;
  readonly randomStep?: number;
  readonly isStepwise?: boolean;
}

async function generated(decoder: Decoder, run: Run): Promise<number[]> {
  const { seed, count = 150, prompt = PROMPT, isStepwise = false, ...request } = run;
  const sampler = musicSampler({ ...OPTIONS, seed }, PERFORMANCE_416);
  const all = processors(prompt, seed);
  const ids: number[] = [];
  const reading = { prompt, sampler, processors: isStepwise ? stepwise(all) : all, ...request };
  for await (const each of generateIds(decoder, { ...reading, reuseBeyondWindow: true })) {
    if (ids.push(each.id) === count) break;
  }
  return ids;
}

/** The lengths of the runs that sample in the graph. */
function watched(decoder: Decoder): number[] {
  const lengths: number[] = [];
  const { sampleInGraph } = decoder;
  decoder.sampleInGraph = async (...given) => {
    const runs = await sampleInGraph.apply(decoder, given);
    lengths.push(runs[0]?.ids.length ?? 0);
    return runs;
  };
  return lengths;
}

const SEEDS = [1, 2, 3];

describe.each([
  ["a window of 24", RELATIVE],
  ["a window of 128", { ...RELATIVE, window: 128 }],
])("with a theme memory, %s", (_, config) => {
  let decoder: Decoder;
  let lengths: readonly number[] = [];
  const singly = new Map<number, readonly number[]>();
  beforeAll(async () => {
    decoder = await load("wasm", config);
    for (const seed of SEEDS) singly.set(seed, await generated(decoder, { seed, isStepwise: true }));
    lengths = watched(decoder);
  });
  afterAll(() => decoder.dispose());

  it.each(SEEDS)("runs of several ids give the ids of single steps: seed %i", async (seed) => {
    const before = lengths.length;
    expect(await generated(decoder, { seed })).toEqual(singly.get(seed));
    const own = lengths.slice(before);
    expect(own.length).toBeGreaterThan(20);
    expect(Math.max(...own)).toBeGreaterThan(3);
  });

  it("the memory often makes predictions", () => {
    for (const ids of singly.values()) {
      const [state, memory] = [new PerformanceState(PERFORMANCE_416), new ThemeMemory()];
      let predicting = 0;
      for (const each of [...PROMPT, ...ids]) {
        state.push(each);
        memory.push(state);
        if (state.length > PROMPT.length && memory.adjustment(state).classBiases?.length) predicting += 1;
      }
      expect(predicting).toBeGreaterThan(5);
    }
  });

  it("also where rows are evicted in blocks, and after the caller stopped within a run", async () => {
    const passages = [false, true].map(async (isStepwise) => {
      const context = new CachedContext(decoder, true);
      const first = await generated(decoder, { seed: 5, context, count: 61, isStepwise });
      const prompt = [...PROMPT, ...first];
      return [...first, ...(await generated(decoder, { seed: 6, context, prompt, count: 80, isStepwise }))];
    });
    const [inRuns, bySteps] = await Promise.all(passages);
    expect(inRuns).toEqual(bySteps);
  });

  it("in a batch too", async () => {
    const [inRuns, bySteps] = [false, true].map((isStepwise) => {
      const { sequences } = new SequenceBatch(decoder, SEEDS.length);
      return Promise.all(
        sequences.map((context, i) =>
          generated(decoder, { seed: SEEDS[i]!, context, isStepwise }).finally(() => context.leave()),
        ),
      );
    });
    expect(await inRuns).toEqual(await bySteps);
  });
});

describe("ThemeMemory", () => {
  /** Few pitches and times, so that much recurs. */
  const anyIds = fc.array(
    fc.oneof(
      fc.integer({ min: 60, max: 63 }).map((pitch) => id("NOTE_ON", pitch)),
      fc.constantFrom(1, 4, 9, 30).map((steps) => id("TIME_SHIFT", steps)),
      fc.integer({ min: 3, max: 5 }).map((bin) => id("VELOCITY", bin)),
      fc.integer({ min: 60, max: 63 }).map((pitch) => id("NOTE_OFF", pitch)),
    ),
    { maxLength: 400 },
  );

  /** The biases that have an effect. */
  function effect(memory: ThemeMemory, state: PerformanceState): unknown {
    const { classBiases = [], biases } = memory.adjustment(state);
    const within = classBiases.flatMap(({ first, count, biases: values }) =>
      [...values].filter(([i]) => i >= 0 && i < count).map(([i, bias]) => [first + i, bias]),
    );
    return [within, biases];
  }

  it("changes its predictions only where a run has ended", () => {
    let longest = 0;
    const check = (ids: readonly number[], seed?: number): void => {
      const [state, memory] = [new PerformanceState(PERFORMANCE_416), new ThemeMemory(seed)];
      let [ends, before, sum, length] = [memory.changingIds(PERFORMANCE_416), effect(memory, state), 0, 0];
      for (const each of ids) {
        state.push(each);
        memory.push(state);
        length += 1;
        for (const { first, count, share } of ends) if (each >= first && each < first + count) sum += share;
        if (sum < 1) {
          expect(effect(memory, state)).toEqual(before);
          longest = Math.max(longest, length);
          continue;
        }
        [ends, before, sum, length] = [memory.changingIds(PERFORMANCE_416), effect(memory, state), 0, 0];
      }
    };
    fc.assert(fc.property(anyIds, fc.option(fc.nat(9), { nil: undefined }), check), { numRuns: 1000 });
    for (const seed of [undefined, ...SEEDS]) check([...PROMPT, ...PROMPT.slice(1)], seed);
    expect(longest).toBeGreaterThan(5);
  });
});
