/** Against the authors' `generate` (jthickstun/anticipation af37397) on a small random network, with the likeliest id in place of sampling. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ARRIVAL_55028, type TimedEvent } from "../../../encoding/index.ts";
import {
  CachedContext,
  type ContextOptions,
  type Decoder,
  type ForwardWithAttention,
  Sampler,
} from "../../../src/engine/index.ts";
import { generateArrival, type GenerateArrivalOptions } from "../../../src/music/arrival/generate-arrival.ts";
import { absoluteIds, notesOf, readGolden, timedEvents } from "../../encoding/arrival/golden.ts";
import { loadNetwork } from "./network.ts";

interface Run {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly inputs: readonly number[];
  readonly controls: readonly number[];
  readonly drawn: readonly (readonly [number, number, number])[];
}

const { cases: RUNS } = readGolden<{ cases: Run[] }>("generate.json");

let decoder: Decoder;

beforeAll(async () => {
  decoder = await loadNetwork();
});

afterAll(() => decoder.dispose());

async function generated(options: Partial<GenerateArrivalOptions>): Promise<number[][]> {
  const sampler = new Sampler({ temperature: 0 });
  const triples: number[][] = [];
  for await (const { event } of generateArrival(decoder, { vocabulary: ARRIVAL_55028, sampler, ...options }))
    triples.push(absoluteIds([event]));
  return triples;
}

function optionsOf({ start, end, inputs: given, controls }: Run): Partial<GenerateArrivalOptions> {
  const startStep = Math.floor(start * 100); // the authors cut
  const inputs = timedEvents(given);
  const isPrompt = ({ onsetStep }: TimedEvent): boolean => onsetStep <= startStep;
  return {
    prompt: inputs.filter(isPrompt),
    controls: [...notesOf(timedEvents(controls)), ...notesOf(inputs.filter((event) => !isPrompt(event)))],
    startStep,
    endStep: Math.floor(end * 100),
    keptTriples: 339,
  };
}

/** Feeds rests with the sampled durations, as the authors do; generateArrival feeds those of the training data, 0. */
class AuthorsContext extends CachedContext {
  readonly #durations = new Map<number, number>();
  #triples = 0;
  #appended: number[] | undefined;

  override prefill(ids: readonly number[], options?: ContextOptions): Promise<ForwardWithAttention> {
    this.#triples = (ids.length - 1) / 3;
    this.#appended = undefined; // `prefill` appends too
    const { rest, durationFirst } = ARRIVAL_55028;
    const theirs = ids.map((id, i) => {
      const duration = this.#durations.get((i - 2) / 3);
      return id === durationFirst && ids[i + 1] === rest ? (duration ?? id) : id;
    });
    return super.prefill(theirs, options).finally(() => {
      this.#appended = [];
    });
  }

  override append(ids: readonly number[], options?: ContextOptions): Promise<ForwardWithAttention> {
    this.#appended?.push(...ids);
    const duration = this.#appended?.[1];
    if (duration !== undefined) this.#durations.set(this.#triples, duration);
    return super.append(ids, options);
  }
}

const run = (name: string): Run => RUNS.find((each) => each.name === name)!;
/** Without the triple that ended the run. */
const drawnNotes = ({ drawn }: Run): number[][] => drawn.slice(0, -1).map(restAsTrained);
const restAsTrained = ([onset = 0, duration = 0, note = 0]: readonly number[]): number[] =>
  note === ARRIVAL_55028.rest ? [onset, ARRIVAL_55028.durationFirst, note] : [onset, duration, note];

describe("generateArrival, with the authors' durations of rests", () => {
  it.each([
    "unconditional",
    "continuation",
    "continuation-after-silence",
    "infill",
    "long-prompt",
    "many-instruments",
  ])("generates the triples of the authors: %s", async (name) => {
    const context = new AuthorsContext(decoder);
    expect(await generated({ ...optionsOf(run(name)), context })).toEqual(drawnNotes(run(name)));
  });

  it.each(["accompaniment", "infill-with-controls"])(
    "generates the triples of the authors, without the controls that they drop: %s",
    async (name) => {
      const options = optionsOf(run(name));
      const controls = options.controls?.filter(({ onsetStep }) => onsetStep >= 5);
      const context = new AuthorsContext(decoder);
      const theirs = drawnNotes(run(name));
      expect(await generated({ ...options, controls, context })).toEqual(theirs);
      expect((await generated({ ...options, context }))[0]).not.toEqual(theirs[0]);
    },
  );
});

describe("generateArrival", () => {
  it("can begin before the first control, which the authors' generate cannot", async () => {
    const accompaniment = run("accompaniment-without-prompt");
    expect(drawnNotes(accompaniment)[0]).toEqual([302, 10_003, 17_580]);
    expect((await generated(optionsOf(accompaniment)))[0]).toEqual([59, 10_061, 15_031]);
  });

  it("goes on after a prompt of more than 100 s, where the authors' generate ends at once", async () => {
    const slow = run("slow-prompt-past-100-seconds");
    expect(drawnNotes(slow)).toEqual([]);
    const onsets = (await generated(optionsOf(slow))).map(([onset = 0]) => onset);
    expect(onsets).toHaveLength(70);
    expect(Math.min(...onsets)).toBeGreaterThanOrEqual(12_000);
    expect(Math.max(...onsets)).toBeLessThan(12_500);
  });

  it("reads half a window anew when the window is full, and only new ids in between", async () => {
    const lengths: number[] = [];
    class CountedContext extends CachedContext {
      override append(ids: readonly number[], options?: ContextOptions): Promise<ForwardWithAttention> {
        lengths.push(ids.length);
        return super.append(ids, options);
      }
    }
    const piece = run("long-prompt");
    const context = new CountedContext(decoder);
    const triples = await generated({ ...optionsOf(piece), endStep: 5000, keptTriples: 170, context });
    expect(triples.length).toBeGreaterThan(200);
    // Three ids a triple are read one by one, or two at once after a rest.
    const anew = lengths.filter((length) => length > 3);
    const windows = Math.ceil((triples.length - 169) / 170);
    // Every window begins with the same two ids: no controls, onset 0.
    expect(anew).toEqual([1 + 3 * 170, ...Array.from({ length: windows }, () => 3 * 170 - 1)]);
  });

  it("lets only the chosen instruments play", async () => {
    const triples = await generated({ endStep: 400, players: new Set([0, 32]) });
    const instruments = new Set(triples.map(([, , note = 0]) => Math.floor((note - 11_000) / 128)));
    expect([...instruments].every((instrument) => [0, 32, 129].includes(instrument))).toBe(true);
  });

  it("refuses to play without instruments, where only rests could follow", async () => {
    await expect(generated({ endStep: 400, players: new Set() })).rejects.toThrow(
      "no instruments are chosen",
    );
  });

  it("begins again in the same place with the number of ids sampled before", async () => {
    const sampler = new Sampler({ seed: 3, topP: 0.9 });
    const triples = await generated({ sampler, endStep: 300 });
    const prompt = timedEvents(triples.slice(0, 5).flat());
    const rest = await generated({ sampler, endStep: 300, prompt, randomStep: 15 });
    expect(triples.length).toBeGreaterThan(8);
    expect(rest).toEqual(triples.slice(5));
  });
});
