import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decodePerformance,
  PERFORMANCE_416,
  PerformanceGrammar,
  PerformanceState,
  scoreFromNotes,
} from "../../encoding/index.ts";
import { generateIds } from "../../src/engine/generate.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { ControlTokenProcessor, type ControlTokenOptions } from "../../src/music/control-token-processor.ts";
import { EndingProcessor, GRACE_SECONDS } from "../../src/music/ending-processor.ts";
import { type MusicEvent, type MusicModel, OptionError, TaskError } from "../../src/index.ts";
import { tinyPiano, twoVoices } from "./tiny-piano.ts";

const vocabulary = PERFORMANCE_416;
const [START, END, ENDING, POP, BUSY] = [389, 390, 396, 400, 411];
let piano: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano();
});

afterAll(() => piano.dispose());

/** Generated ids after START, control tokens included, up to END or `most` ids. */
async function write(options: Omit<ControlTokenOptions, "promptLength">, seed: number, most: number) {
  const state = new PerformanceState(vocabulary);
  const { endStep } = options;
  const grammar = new PerformanceGrammar(state, { mayEnd: endStep !== undefined });
  const rules = {
    push: (id: number) => state.push(id),
    mask: (allowed: Uint8Array) => grammar.mask(allowed),
  };
  const processors = [
    rules,
    ...(endStep === undefined ? [] : [new EndingProcessor(state, { endStep, promptLength: 1 })]),
    new ControlTokenProcessor(state, { ...options, promptLength: 1 }),
  ];
  const ids: number[] = [];
  const run = { prompt: [START], sampler: new Sampler({ seed }), processors };
  for await (const { id } of generateIds(piano.decoder, run)) {
    if (ids.push(id) === most || id === END) break;
  }
  return ids;
}

function secondsOf(ids: readonly number[]): number {
  return ids.filter((id) => id >= 256 && id < 356).reduce((steps, id) => steps + id - 255, 0) / 100;
}

describe("control tokens", () => {
  it("state the conditions at the start and every 256 ids, after a note event", async () => {
    const ids = await write({ conditions: { style: "pop", density: "busy" } }, 1, 1500);
    const places = ids.flatMap((id, place) => (id === POP ? [place] : []));
    expect(places[0]).toBe(0);
    expect(places.length).toBeGreaterThan(4);
    for (const [i, place] of places.entries()) {
      expect(ids[place + 1]).toBe(BUSY);
      if (i === 0) continue;
      expect(ids[place - 1]).toBeLessThan(256);
      expect(place - (places[i - 1] ?? 0)).toBeGreaterThanOrEqual(256);
      expect(place - (places[i - 1] ?? 0)).toBeLessThan(266);
    }
    // Between them the grammar applies.
    const music = ids.filter((id) => id < 388);
    const state = new PerformanceState(vocabulary, [START]);
    const grammar = new PerformanceGrammar(state);
    const allowed = new Uint8Array(vocabulary.size);
    for (const id of music) {
      grammar.mask(allowed);
      expect(allowed[id]).toBe(1);
      state.push(id);
    }
  });

  it("announce the ending ten seconds before it; the piece ends after that, and not too late", async () => {
    const ends: number[] = [];
    for (let seed = 0; seed < 12; seed += 1) {
      const ids = await write({ conditions: {}, endStep: 1500 }, seed, 100_000);
      const place = ids.indexOf(ENDING);
      expect(ids.filter((id) => id === ENDING)).toHaveLength(1);
      expect(secondsOf(ids.slice(0, place))).toBeGreaterThanOrEqual(5);
      const lastNote = ids.slice(0, place - 1).findLastIndex((id) => id < 256);
      expect(secondsOf(ids.slice(0, lastNote + 1))).toBeLessThan(5);
      expect(ids.at(-1)).toBe(END);
      const notes = decodePerformance(ids.slice(0, -1), vocabulary);
      // The last chord of a late ending keeps sounding.
      const late = notes.filter(({ startSeconds }) => startSeconds >= 15 + GRACE_SECONDS);
      expect(new Set(late.map(({ startStep }) => startStep)).size).toBeLessThanOrEqual(1);
      for (const { startSeconds, endSeconds } of late)
        expect(endSeconds - startSeconds).toBeGreaterThanOrEqual(1);
      expect(secondsOf(ids)).toBeLessThanOrEqual(15 + GRACE_SECONDS + 7);
      ends.push(secondsOf(ids));
      // Every note-on has its note-off.
      const noteOns = ids.filter((id) => id < 128).length;
      expect(ids.filter((id) => id >= 128 && id < 256)).toHaveLength(noteOns);
    }
    expect(new Set(ends).size).toBeGreaterThan(1);
  });

  it("announce the ending of a short piece at its start", async () => {
    const ids = await write({ conditions: { style: "pop" }, endStep: 800 }, 1, 5);
    expect(ids.slice(0, 2)).toEqual([POP, ENDING]);
  });
});

it("the forced token depends on the ids alone: asking twice gives the same", () => {
  const state = new PerformanceState(vocabulary);
  const options = { conditions: { style: "pop", density: "busy" }, endStep: 800, promptLength: 1 } as const;
  const processor = new ControlTokenProcessor(state, options);
  const push = (id: number): void => {
    state.push(id);
    processor.push(id);
  };
  push(START);
  for (const id of [POP, BUSY, ENDING]) {
    expect(processor.forced()).toBe(id);
    expect(processor.forced()).toBe(id);
    push(id);
  }
  expect(processor.forced()).toBeUndefined();
});

describe("generation with control tokens", () => {
  it("omits them from the music, which may be longer or shorter than `seconds`", async () => {
    const events: MusicEvent[] = [];
    const options = { seconds: 6, ending: true, style: "roll", density: "sparse", seed: 3 } as const;
    const { score, seconds } = await piano.generate({ ...options, onEvent: (event) => events.push(event) });
    expect(new Set(events.map(({ kind }) => kind)).has("TASK")).toBe(false);
    expect(new Set(events.map(({ kind }) => kind)).has("STYLE")).toBe(false);
    expect(seconds).toBeCloseTo(Math.max(...score.notes.map(({ endSeconds }) => endSeconds)), 9);
    expect(seconds).not.toBe(6);
  });

  it("changes the music", async () => {
    const notes = async (options: object) =>
      (await piano.generate({ seconds: 4, seed: 3, ...options })).score.notes.map(({ pitch }) => pitch);
    const plain = await notes({});
    expect(await notes({ style: "pop" })).not.toEqual(plain);
    expect(await notes({ density: "busy" })).not.toEqual(await notes({ density: "sparse" }));
  });

  it("continues a primer, which stays unchanged", async () => {
    const primer = scoreFromNotes(twoVoices(5));
    const { score } = await piano.generate({ primer, seconds: 12, ending: true, style: "pop", seed: 1 });
    expect(score.notes.filter(({ track }) => track === 0)).toEqual(primer.notes);
    expect(score.notes.length).toBeGreaterThan(primer.notes.length);
  });

  it("rejects what the model was not trained for, and an ending without seconds", async () => {
    const other = await tinyPiano(["style"]);
    await expect(other.generate({ seconds: 5, ending: true })).rejects.toThrow(
      "was not trained to end pieces",
    );
    await expect(other.generate({ seconds: 5, style: "pop", seed: 1 })).resolves.toBeDefined();
    await other.dispose();
    const none = await tinyPiano([]);
    await expect(none.generate({ seconds: 5, density: "busy" })).rejects.toThrow(TaskError);
    await none.dispose();
    await expect(piano.continue(undefined, { ending: true }).next()).rejects.toThrow(OptionError);
  });
});
