import { fileURLToPath } from "node:url";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import {
  CachedContext,
  type Decoder,
  DraftModel,
  Sampler,
  speculate,
  type SpeculationReport,
  type SpeculativeContext,
} from "../../src/engine/index.ts";
import { ModelDrafter } from "../../src/engine/model-drafter.ts";
import { generateArrival } from "../../src/music/arrival/generate-arrival.ts";
import { PerformanceModel } from "../../src/music/index.ts";
import type { MusicEvent, MusicModel } from "../../src/index.ts";
import { loadBandModel, loadMusicModel } from "../../src/platform/node/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { tinyPiano, twoVoices } from "./tiny-piano.ts";

const TRIO = fileURLToPath(new URL("arrival/pop-trio/", import.meta.url));
let piano: MusicModel;
let small: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano();
  const folder = mkdtempSync(join(tmpdir(), "ostinato-draft-"));
  small = await loadMusicModel(writeTinyCheckpoint(folder, { ...TINY_CONFIG, n_layer: 1 }));
});

afterAll(async () => {
  await piano.dispose();
  await small.dispose();
});

it("continues a piece with the same events, beyond the window, in all conditions", async () => {
  const draftModel = new DraftModel(small);
  const primer = scoreFromNotes(twoVoices(4));
  const options = { seconds: 6, primer, ending: true, style: "pop", density: "medium" } as const;
  for (const each of [{ seconds: 6, primer }, { seconds: 6 }, options])
    for (let seed = 0; seed < 4; seed += 1)
      expect(await piano.generate({ ...each, seed, draftModel })).toEqual(
        await piano.generate({ ...each, seed }),
      );
  expect(draftModel.report.drafted).toBeGreaterThan(0);
});

it("accompanies and infills with the same notes", async () => {
  const draftModel = new DraftModel(small);
  const piece = scoreFromNotes(twoVoices(6));
  const region = { fromSeconds: 2, toSeconds: 4 };
  for (let seed = 0; seed < 3; seed += 1) {
    expect(await piano.accompany(piece, { seed, draftModel })).toEqual(
      await piano.accompany(piece, { seed }),
    );
    expect(await piano.infill(piece, { ...region, seed, draftModel })).toEqual(
      await piano.infill(piece, { ...region, seed }),
    );
  }
  expect(draftModel.report.drafted).toBeGreaterThan(0);
});

it("accepts all drafts of the same model: the grammar holds for them", async () => {
  const performances = new PerformanceModel(piano.decoder);
  const options = { seconds: 6, seed: 3, driftControl: false };
  const [context, report] = ownDrafts(piano.decoder, true);
  const drafted = await performances.generate([], options, { context, release: () => undefined });
  expect(drafted).toEqual(await performances.generate([], options));
  expect(report.drafted - report.accepted).toBeLessThan(8);
  expect(report.runs).toBeLessThan(drafted.events / 2);
});

/** A context with drafts of the same weights. */
function ownDrafts(decoder: Decoder, withSink: boolean): readonly [SpeculativeContext, SpeculationReport] {
  const drafter = new ModelDrafter(new CachedContext(decoder, withSink), 0);
  const context = speculate(decoder, new CachedContext(decoder, withSink), drafter)!;
  return [context, context.report];
}

it("gives the variations without, one after the other", async () => {
  const draftModel = new DraftModel(small);
  const order: number[] = [];
  const onEvent = (_event: MusicEvent, variation: number): void => void order.push(variation);
  const pieces = await piano.variations(2, { seconds: 2, seed: 3, draftModel, onEvent });
  expect(pieces).toEqual(await piano.variations(2, { seconds: 2, seed: 3 }));
  expect(order).toEqual(order.toSorted());
  expect(new Set(order)).toEqual(new Set([0, 1]));
  expect(draftModel.report.runs).toBeGreaterThan(0);
});

it("generates and infills a band with the same bytes", async () => {
  const band = await loadBandModel(TRIO, { threads: 1 });
  const draftModel = new DraftModel(band);
  const bytes = async (model: DraftModel | undefined): Promise<string[]> => {
    const options = { seed: 2, topP: 0.85, draftModel: model };
    const { score } = await band.generate({ ...options, seconds: 3 });
    const filled = await band.infill(score, { ...options, fromSeconds: 1, toSeconds: 2.5 });
    return [score, filled.score].map((each) => Buffer.from(writeMidi(each)).toString("base64"));
  };
  expect(await bytes(draftModel)).toEqual(await bytes(undefined));
  await expect(band.generate({ seconds: 1, draftModel: new DraftModel(piano) })).rejects.toMatchObject({
    code: "not-for-this-model",
  });
  const { decoder, vocabulary } = band;
  const events = async (context?: SpeculativeContext): Promise<unknown[]> => {
    const sampler = new Sampler({ seed: 4, topP: 0.85 });
    const all: unknown[] = [];
    for await (const { event } of generateArrival(decoder, { vocabulary, sampler, context, keptTriples: 4 }))
      if (all.push(event) === 40) break;
    return all;
  };
  const [context, report] = ownDrafts(decoder, false);
  expect(await events(context)).toEqual(await events());
  expect(report.accepted / report.drafted).toBeGreaterThan(0.9);
  await band.dispose();
});
