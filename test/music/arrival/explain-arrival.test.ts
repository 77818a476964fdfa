import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ARRIVAL_55028, encodeArrival, encodeWindow, type TimedEvent } from "../../../encoding/index.ts";
import { type Decoder, type GeneratedId, Sampler } from "../../../src/engine/index.ts";
import { BandModel } from "../../../src/music/index.ts";
import { generateArrival } from "../../../src/music/arrival/generate-arrival.ts";
import { goldenScore } from "../../encoding/arrival/golden.ts";
import { loadNetwork } from "./network.ts";

let decoder: Decoder;
let band: BandModel;
/** A new piece: its ids, and the samples they were. */
let ids: number[] = [];
const samples: GeneratedId[] = [];

const SAMPLING = { seed: 3, topP: 0.9, instruments: new Set([0, 32, 128]) };

beforeAll(async () => {
  decoder = await loadNetwork();
  band = new BandModel(decoder);
  const events: TimedEvent[] = [];
  const sampler = new Sampler(SAMPLING);
  const options = { vocabulary: ARRIVAL_55028, sampler, players: SAMPLING.instruments, endStep: 120 };
  for await (const { event, samples: own } of generateArrival(decoder, { ...options, candidates: 4 })) {
    samples.push(...own);
    events.push(event);
  }
  ids = [...encodeWindow(events).ids];
});

afterAll(() => decoder.dispose());

describe("BandModel.explain", () => {
  it("has the candidates of the generation, in words, and the probability of the id", async () => {
    expect(samples.length).toBeGreaterThanOrEqual(6);
    // From the second event on, onsets count from the first one.
    const from = 4;
    for (let index = from; index < from + 3; index += 1) {
      const { candidates, probability } = await band.explain(ids, index, { ...SAMPLING, candidates: 4 });
      const generated = samples[index - 1]?.candidates ?? [];
      expect(candidates.map(({ id }) => id)).toEqual(generated.map(({ id }) => id));
      for (const [i, candidate] of candidates.entries())
        expect(candidate.probability).toBeCloseTo(generated[i]?.probability ?? 0, 4);
      expect(probability).toBeGreaterThan(0);
    }
  });

  it("says ids in words, by their place in the triple", async () => {
    const [window] = encodeArrival(goldenScore("02-three-programs-format1.mid"));
    const given = [...window!.ids];
    const words = [];
    for (const index of [4, 5, 6, given.length])
      words.push(await band.explain(given, index, { candidates: 1 }));
    expect(words.map((each) => each.words)).toEqual([
      "at the same time",
      "for 0.60 s",
      "C5 on Violin",
      undefined,
    ]);
    const shapes = words.map(({ candidates }) => candidates[0]?.words);
    expect(shapes[0]).toMatch(/^(\d+\.\d\d s later|at the same time)$/);
    expect(shapes[1]).toMatch(/^for \d\.\d\d s$/);
    expect(shapes[2]).toMatch(/^[A-G]#?-?\d on .+$/);
    expect(shapes[3]).toMatch(/^(\d+\.\d\d s later|at the same time)$/);
  });

  it("has attention over the ids before", async () => {
    const { attention } = await band.explain(ids, 7, { attention: { layers: [1], heads: [0, 1] } });
    expect(attention.map(({ layer, heads, from }) => ({ layer, heads, from }))).toEqual([
      { layer: 1, heads: [0, 1], from: 0 },
    ]);
    const weights = attention[0]?.weights ?? new Float32Array();
    expect(weights).toHaveLength(2 * 7);
    expect(weights.subarray(0, 7).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
  });

  it("has the layers over the whole vocabulary, in words", async () => {
    const { layers = [], candidates } = await band.explain(ids, 7, { layers: true });
    expect(layers.map(({ layer }) => layer)).toEqual([null, ...layers.slice(1).keys()]);
    expect(layers.length).toBeGreaterThan(2);
    for (const each of layers) {
      expect(each.candidates).toHaveLength(3);
      for (const { id, words } of each.candidates) expect(words).not.toBe(String(id));
    }
    // Those that the place does not allow are among them, so a candidate has at least its share of the whole.
    const last = layers.at(-1)?.candidates ?? [];
    const shared = last.filter(({ id }) => candidates.some((each) => each.id === id));
    for (const { id, probability } of shared) {
      const masked = candidates.find((each) => each.id === id)?.probability ?? 0;
      expect(masked).toBeGreaterThanOrEqual(probability * 0.9999);
    }
  });

  it.each([[0], [-1], [1.5], [1026]])("refuses index %s", async (index) => {
    await expect(band.explain(ids, index)).rejects.toMatchObject({
      name: "OptionError",
      code: "out-of-range",
    });
  });

  it("refuses ids that are no window", async () => {
    await expect(band.explain([1, 2, 3, 4, 5], 4)).rejects.toMatchObject({ name: "ArrivalError" });
  });
});

describe("BandNote.samples", () => {
  it("are in words, with waits from the note before", async () => {
    const notes = [];
    for await (const note of band.continue(undefined, { seconds: 2, candidates: 2, ...SAMPLING }))
      notes.push(note);
    expect(notes.length).toBeGreaterThan(1);
    let previous = 0;
    for (const { samples: own, seconds } of notes) {
      const wait = seconds - previous;
      previous = seconds;
      expect(own[0].words).toBe(wait < 0.005 ? "at the same time" : `${wait.toFixed(2)} s later`);
      expect(own[2].words).toMatch(/ on (Acoustic Grand Piano|Acoustic Bass|Drums)$/);
      const chosen = own.map(({ id, candidates }) => candidates?.find((each) => each.id === id)?.words);
      for (const [i, words] of chosen.entries()) if (words !== undefined) expect(words).toBe(own[i]?.words);
    }
  });
});
