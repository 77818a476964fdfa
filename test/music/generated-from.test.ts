import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeScore, PERFORMANCE_416, scoreFromNotes } from "../../encoding/index.ts";
import type { ContinueOptions, MusicModel } from "../../src/index.ts";
import { PerformanceModel } from "../../src/music/performance-model.ts";
import { tinyPiano, twoVoices } from "./tiny-piano.ts";

let piano: MusicModel;
const primer: readonly number[] = [...encodeScore(scoreFromNotes(twoVoices(4)), PERFORMANCE_416).ids];

beforeAll(async () => {
  piano = await tinyPiano(["ending", "style"], 1024);
});

afterAll(() => piano.dispose());

async function idsOf(ids: readonly number[], options: ContinueOptions, most: number): Promise<number[]> {
  const all: number[] = [];
  for await (const { id } of piano.continue(ids, { seed: 5, ...options })) if (all.push(id) === most) break;
  return all;
}

function secondsOf(ids: readonly number[]): number {
  const steps = (id: number): number => (id >= 256 && id < 356 ? id - 255 : 0);
  return ids.reduce((sum, id) => sum + steps(id), 0) / 100;
}

describe("a generation that is cut and continued gives the ids of an uninterrupted one", () => {
  it.each<[string, ContinueOptions]>([
    ["without options", {}],
    ["with a style", { style: "pop" }],
    ["with a style and a density", { style: "classical", density: "busy" }],
  ])("%s", async (_, options) => {
    for (const start of [[], primer]) {
      const whole = await idsOf(start, options, 300);
      expect(whole).toHaveLength(300);
      for (const cut of [1, 2, 100, 255, 258, 290]) {
        const soFar = [...start, ...whole.slice(0, cut)];
        const rest = await idsOf(soFar, { ...options, generatedFrom: start.length }, 300 - cut);
        expect(rest, `cut after ${cut}`).toEqual(whole.slice(cut));
      }
    }
  });

  it("after a quantized rhythm, also as a performance that ends", async () => {
    const quantized = Array.from({ length: 30 }, (_, i) => [
      PERFORMANCE_416.id("NOTE_ON", 50 + (i % 12)),
      PERFORMANCE_416.id("TIME_SHIFT", 25),
      PERFORMANCE_416.id("NOTE_OFF", 50 + (i % 12)),
    ]).flat();
    const whole = await idsOf(quantized, {}, 300);
    const soFar = [...quantized, ...whole.slice(0, 200)];
    const options = { generatedFrom: quantized.length };
    expect(await idsOf(soFar, options, 100)).toEqual(whole.slice(200));
    const ids: number[] = [];
    const onEvent = ({ id }: { readonly id: number }): unknown => ids.push(id);
    await new PerformanceModel(piano.decoder).generate(soFar, { ...options, seed: 5, seconds: 10, onEvent });
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.slice(0, -1)).toEqual(whole.slice(200, 200 + ids.length - 1));
  });

  it("with an ending and the remaining seconds", async () => {
    const whole = await idsOf(primer, { ending: true, seconds: 8 }, 5000);
    expect(whole.length).toBeGreaterThan(50);
    for (const cut of [1, Math.floor(whole.length / 2), whole.length - 3]) {
      const begun = whole.slice(0, cut);
      const seconds = 8 - secondsOf(begun);
      if (seconds <= 0) continue;
      const rest = await idsOf(
        [...primer, ...begun],
        { ending: true, seconds, generatedFrom: primer.length },
        5000,
      );
      expect(rest, `cut after ${cut}`).toEqual(whole.slice(cut));
    }
  });
});

it("randomStep counts the random numbers, generatedFrom says which ids are generated", async () => {
  // So few that no note is old enough to say when others will end.
  const first = await idsOf([], {}, 12);
  const [gone, elsewhere] = [
    await idsOf(first, { generatedFrom: 0 }, 10),
    await idsOf(first, { generatedFrom: 0, randomStep: 1000 }, 10),
  ];
  expect(await idsOf(first, { randomStep: 12 }, 10)).toEqual(gone);
  expect(elsewhere).not.toEqual(gone);
});

it.each([-1, 1.5, primer.length + 1])("generatedFrom %d is out of range", async (generatedFrom) => {
  await expect(idsOf(primer, { generatedFrom }, 1)).rejects.toMatchObject({
    name: "OptionError",
    code: "out-of-range",
    message: `generatedFrom must be a whole number from 0 to ${primer.length}, got ${generatedFrom}`,
  });
});

it("excludes the ids before generatedFrom from the density of a duet", async () => {
  // 25 notes a second for 64 s, then a few notes that a user played: they are too short to determine a density.
  const of = (...event: Parameters<typeof PERFORMANCE_416.id>): number => PERFORMANCE_416.id(...event);
  const rush = [of("VELOCITY", 20), of("TIME_SHIFT", 100), of("TIME_SHIFT", 100)];
  for (let i = 0; i < 1596; i += 1) {
    const key = 30 + ((i * 7) % 50);
    rush.push(of("NOTE_ON", key), of("TIME_SHIFT", 4), of("NOTE_OFF", key));
  }
  const visitor = [60, 64, 67].flatMap((key) => [
    of("NOTE_ON", key),
    of("TIME_SHIFT", 50),
    of("NOTE_OFF", key),
  ]);
  const ids = [...rush, ...visitor];
  const odds = async (driftControl: boolean, generatedFrom: number): Promise<number> => {
    const { candidates } = await piano.explain(ids, ids.length, {
      candidates: 416,
      driftControl,
      generatedFrom,
    });
    const probability = (id: number): number =>
      candidates.find((each) => each.id === id)?.probability ?? Number.NaN;
    return Math.log(probability(of("TIME_SHIFT", 100)) / probability(of("TIME_SHIFT", 10)));
  };
  expect(await odds(true, ids.length)).toBeCloseTo(await odds(false, ids.length), 4);
  expect((await odds(true, 0)) - (await odds(false, 0))).toBeGreaterThan(0.5);
});
