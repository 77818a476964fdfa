import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PerformanceGrammar, PerformanceState } from "../../../encoding/index.ts";
import { countIllegal, illegalIdsOf, totalLegality } from "../../../src/tools/compare/legality.ts";
import { generateIds } from "../../../src/engine/generate.ts";
import { musicSampler } from "../../../src/music/sampler.ts";
import type { MusicModel } from "../../../src/music/music-model.ts";
import { loadMusicModel } from "../../../src/platform/node/load-model.ts";
import { writeTinyCheckpoint } from "../../tiny-checkpoint.ts";
import { grid, windowOf } from "./notes.ts";

let model: MusicModel;

beforeAll(async () => {
  const folder = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-legality-")));
  model = await loadMusicModel(folder, { threads: 1 });
});

afterAll(() => model.dispose());

describe("countIllegal", () => {
  it("counts sampled ids that the grammar forbids and keeps them in the context", async () => {
    const { vocabulary, decoder } = model;
    const start = vocabulary.id("START");
    const figures = await countIllegal(model, { seconds: 5, seed: 3 });
    // The same samples again: without a mask they depend on the seed and step only.
    const state = new PerformanceState(vocabulary, [start]);
    const grammar = new PerformanceGrammar(state);
    const allowed = new Uint8Array(vocabulary.size);
    let illegal = 0;
    let ids = 0;
    for await (const { id } of generateIds(decoder, {
      prompt: [start],
      sampler: musicSampler({ seed: 3 }, vocabulary),
    })) {
      grammar.mask(allowed);
      illegal += allowed[id] === 0 ? 1 : 0;
      state.push(id);
      ids += 1;
      if (ids === figures.ids) break;
    }
    expect(figures.illegal).toBe(illegal);
    // A model with random weights does not follow the grammar.
    expect(figures.illegal / figures.ids).toBeGreaterThan(0.2);
  });

  it("stops at END or after the requested time", async () => {
    const end = model.vocabulary.id("END");
    const ended = await countIllegal(model, { seconds: 5, seed: 3, logitBias: new Map([[end, 1000]]) });
    expect(ended).toEqual({ ids: 1, illegal: 1 });
    const longest = model.vocabulary.id("TIME_SHIFT", 100);
    const silent = await countIllegal(model, { seconds: 5, seed: 3, logitBias: new Map([[longest, 1000]]) });
    expect(silent).toEqual({ ids: 5, illegal: 0 });
  });
});

describe("illegalIdsOf", () => {
  it("counts a second note-on of a sounding key, and 0 in music without one", () => {
    // VELOCITY, ON 60, ON 64, SHIFT, OFF 60, OFF 64, ON 62, SHIFT, OFF 62.
    expect(illegalIdsOf(windowOf(grid([60, 0], [64, 0], [62, 10])))).toEqual({ ids: 9, illegal: 0 });
    // VELOCITY, ON 60, SHIFT, ON 60 (down since step 0), SHIFT, OFF 60, SHIFT, OFF 60.
    expect(illegalIdsOf(windowOf(grid([60, 0], [60, 5])))).toEqual({ ids: 8, illegal: 1 });
  });

  it("adds up", () => {
    const total = totalLegality([
      { ids: 9, illegal: 0 },
      { ids: 7, illegal: 4 },
    ]);
    expect(total).toEqual({ ids: 16, illegal: 4, share: 0.25 });
  });
});
