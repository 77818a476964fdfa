import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queryObjects } from "node:v8";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PERFORMANCE_416, scoreFromNotes } from "../../encoding/index.ts";
import type { DynamicsName, MusicEvent, MusicModel } from "../../src/index.ts";
import { loadMusicModel } from "../../src/platform/node/index.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-music-"));
let piano: MusicModel;

beforeAll(async () => {
  piano = await loadMusicModel(writeTinyCheckpoint(folder), { threads: 1 });
});

afterAll(() => piano.dispose());

async function ids(events: AsyncIterable<MusicEvent>, count: number): Promise<number[]> {
  const all: number[] = [];
  for await (const event of events) if (all.push(event.id) === count) break;
  return all;
}

describe("continuing from ids", () => {
  it("continues as if the music had not been interrupted", async () => {
    const whole = await ids(piano.continue(undefined, { seed: 7 }), 25);
    const start = whole.slice(0, 10);
    const rest = await ids(piano.continue(start, { seed: 7, generatedFrom: 0 }), 15);
    expect([...start, ...rest]).toEqual(whole);
    expect(await ids(piano.continue(start, { seed: 7 }), 15)).not.toEqual(rest);
  });

  it("gives the same result as the score that the ids encode", async () => {
    const score = scoreFromNotes([{ pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 0.4 }]);
    const same = [PERFORMANCE_416.id("VELOCITY", 23), 60, PERFORMANCE_416.id("TIME_SHIFT", 40), 128 + 60];
    expect(await ids(piano.continue(same, { seed: 3 }), 12)).toEqual(
      await ids(piano.continue(score, { seed: 3 }), 12),
    );
  });

  it("gives the same result after other calls and after a prefill", async () => {
    const start = await ids(piano.continue(undefined, { seed: 7 }), 12);
    const expected = await ids(piano.continue(start, { seed: 1 }), 10);
    await piano.prefill(start.slice(0, 8));
    await piano.explain(start, 5);
    expect(await ids(piano.continue(start, { seed: 1, reuseBeyondWindow: true }), 10)).toEqual(expected);
  });
});

describe("pitchTemperature", () => {
  it("moves probability among note-ons only", async () => {
    const start = [PERFORMANCE_416.id("VELOCITY", 23), 60, PERFORMANCE_416.id("TIME_SHIFT", 40)];
    const [even, cool] = await Promise.all(
      [1, 0.4].map(async (pitchTemperature) => {
        const { candidates } = await piano.explain(start, 3, { pitchTemperature, candidates: 416 });
        return new Map(candidates.map(({ id, probability }) => [id, probability]));
      }),
    );
    const notes = [...(even ?? [])].filter(([id]) => id < 128);
    const sum = notes.reduce((total, [, p]) => total + p, 0);
    const powers = notes.map(([id, p]) => [id, p ** 2.5] as const);
    const sumOfPowers = powers.reduce((total, [, p]) => total + p, 0);
    expect(notes.length).toBeGreaterThan(100);
    for (const [id, p] of powers) expect(cool?.get(id)).toBeCloseTo((p / sumOfPowers) * sum, 6);
    for (const [id, p] of even ?? []) if (id >= 128) expect(cool?.get(id)).toBeCloseTo(p, 6);
  });

  it("applies to generation", async () => {
    const [even, cool] = await Promise.all(
      [1, 0.05].map((pitchTemperature) => ids(piano.continue(undefined, { seed: 7, pitchTemperature }), 200)),
    );
    expect(cool).not.toEqual(even);
  });
});

describe("dynamics", () => {
  it("sets the loudness of generated notes, and moves probability among velocities only", async () => {
    const loudness = async (dynamics?: DynamicsName): Promise<number> => {
      const { score } = await piano.generate({ seconds: 8, seed: 7, dynamics });
      return score.notes.reduce((sum, { velocity }) => sum + velocity, 0) / score.notes.length;
    };
    const [soft, medium, loud] = [await loudness("pp"), await loudness("mf"), await loudness("ff")];
    expect([soft < 45, medium > 60 && medium < 84, loud > 92]).toEqual([true, true, true]);

    const start = [PERFORMANCE_416.id("VELOCITY", 23), 60, PERFORMANCE_416.id("TIME_SHIFT", 40)];
    const probabilities = async (dynamics?: DynamicsName): Promise<Map<number, number>> => {
      const { candidates } = await piano.explain(start, 3, { dynamics, candidates: 416 });
      return new Map(candidates.map(({ id, probability }) => [id, probability]));
    };
    const [any, pp] = [await probabilities(), await probabilities("pp")];
    const isVelocity = (id: number): boolean => id >= 356 && id < 388;
    const sum = (of: Map<number, number>): number =>
      [...of].reduce((total, [id, p]) => total + (isVelocity(id) ? p : 0), 0);
    expect(sum(pp)).toBeCloseTo(sum(any), 6);
    for (const [id, p] of any) if (!isVelocity(id)) expect(pp.get(id)).toBeCloseTo(p, 6);
  });

  it("is one of the marks", async () => {
    const wrong: string = "pf";
    await expect(piano.generate({ seconds: 1, dynamics: wrong as DynamicsName })).rejects.toThrow(
      'dynamics must be pp or p or mp or mf or f or ff, got "pf"',
    );
  });
});

describe("endless generation", () => {
  it("attends to the attention sink", async () => {
    const all = await ids(piano.continue(undefined, { seed: 7 }), 44);
    const { attention } = await piano.explain(all, 44, { attention: { layers: [0], heads: [0] } });
    // Of 45 prompt ids, START included, the window of 32 has the first 8 and the rest after the eviction of seven pairs.
    const [layer] = attention;
    expect(layer?.from).toBe(8 + 14 - 1);
    expect(layer?.weights).toHaveLength(45 - 22);
    const shown = layer?.weights.reduce((sum, weight) => sum + weight, 0) ?? NaN;
    expect(shown).toBeGreaterThan(0.3);
    expect(shown).toBeLessThan(0.99);
  });

  it("stores nothing of the generated music", async () => {
    const objects: number[] = [];
    let count = 0;
    for await (const _ of piano.continue(undefined, { seed: 7 })) {
      count += 1;
      if (count % 700 === 0) objects.push(queryObjects(Object, { format: "count" }));
      if (count === 2100) break;
    }
    // Stored notes, one per three events, would be some 230 more objects.
    expect((objects[2] ?? Infinity) - (objects[1] ?? 0)).toBeLessThan(70);
  });
});

describe("explain", () => {
  it("returns the candidates of the sample and the probability of the sampled id", async () => {
    const options = { seed: 7, topP: 0.9, temperature: 0.8 };
    const events: MusicEvent[] = [];
    for await (const event of piano.continue(undefined, { ...options, candidates: 5 })) {
      if (events.push(event) === 20) break;
    }
    const all = events.map(({ id }) => id);
    for (const index of [0, 7, 19]) {
      const { candidates, probability } = await piano.explain(all, index, { ...options, candidates: 5 });
      const drawn = events[index];
      expect(candidates.map(({ id }) => id)).toEqual(drawn?.candidates?.map(({ id }) => id));
      expect(probability).toBeCloseTo(Math.exp(drawn?.logProbability ?? 0), 4);
    }
  });

  it("returns attention by id; START is at -1", async () => {
    const all = await ids(piano.continue(undefined, { seed: 7 }), 20);
    const { attention, candidates } = await piano.explain(all, 20, {
      attention: { layers: [1], heads: [1] },
    });
    expect(candidates).toHaveLength(12);
    expect(attention).toHaveLength(1);
    expect(attention[0]).toMatchObject({ layer: 1, heads: [1], from: -1 });
    expect(attention[0]?.weights).toHaveLength(21);
  });

  it("rejects an index outside the music and a missing layer", async () => {
    await expect(piano.explain([60], 2)).rejects.toThrow("index must be a whole number from 0 to 1, got 2");
    await expect(piano.explain([60], 1, { attention: { layers: [2] } })).rejects.toThrow("no layer 2");
  });
});

describe("explain with layers", () => {
  it("returns the model's own probabilities from the embedding up, also of ids that the grammar excludes", async () => {
    const start = [PERFORMANCE_416.id("VELOCITY", 23), 60];
    const { layers = [], candidates } = await piano.explain(start, 1, {
      layers: true,
      topK: 1,
      driftControl: false,
    });
    expect(layers.map(({ layer }) => layer)).toEqual([null, 0, 1]);
    expect(candidates.map(({ probability }) => probability)).toEqual([1]);
    const prompt = [PERFORMANCE_416.id("START"), ...start.slice(0, 1)];
    const logits = await piano.decoder.forward(prompt, piano.decoder.createCache());
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const best = [...logits.keys()].toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0)).slice(0, 3);
    const share = (id = -1) => expect.closeTo(Math.exp(logits[id] ?? NaN) / sum, 6);
    const last = layers.at(-1);
    expect(last?.candidates).toEqual(best.map((id) => ({ id, probability: share(id) })));
    expect(last?.probability).toEqual(share(60));
  });
});
