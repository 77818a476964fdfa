/**
 * Tests whether a seed gives the same ids with and without drafts, for the included models.
 *
 *   node same-ids.mjs [--seeds N] [--count N] [--precision fp32,int8] [--threads N] [--only MODEL]
 *
 * In int8 the ids must be the same. In fp32 the logits of a run of several ids have other rounding errors, so that another id may be sampled
 * where the two highest noisy scores are equal within these errors. For each seed whose ids differ, the gap between the two scores at the
 * first such id is printed. The exit code is 1 if a gap is 1e-4 or more, or for any difference in int8.
 */
import { parseArgs } from "node:util";
import { GumbelNoise, Sampler } from "../dist/src/engine/index.js";
import { loadMusicModel, loadTextModel } from "../dist/src/platform/node/index.js";
import { machine, say } from "./tools.mjs";

const { values: given } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    count: { type: "string", default: "500" },
    precision: { type: "string", default: "fp32,int8" },
    threads: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const [seeds, count, threads] = [given.seeds, given.count, given.threads].map(Number);
const MOST_GAP = 1e-4;

const MODELS = {
  piano: async (options) => {
    const model = await loadMusicModel("piano", options);
    const generate = async (seed, speculation) => {
      let left = count;
      for await (const _ of model.continue(undefined, { seed, speculation })) if ((left -= 1) === 0) return;
    };
    return { model, generate };
  },
  shakespeare: async (options) => {
    const model = await loadTextModel("shakespeare", options);
    const settings = { tokens: count, contextShift: true };
    return {
      model,
      generate: (seed, speculation) => model.generate("ROMEO:", { ...settings, seed, speculation }),
    };
  },
};

/** The sampled ids of a generation, and for each the gap between the two highest scores, noise included. */
let samples = [];
const { sample } = Sampler.prototype;
Sampler.prototype.sample = function (logits, step, context = {}) {
  const id = sample.call(this, logits, step, context);
  const noise = new GumbelNoise(this.seed);
  let [best, second] = [-Infinity, -Infinity];
  for (const [other, probability] of this.probabilities(logits, context).entries()) {
    const score = Math.log(probability) + noise.at(step, (context.slice?.first ?? 0) + other);
    if (score > best) [best, second] = [score, best];
    else if (score > second) second = score;
  }
  samples.push({ id, gap: best - second });
  return id;
};

say(`${machine()}; ${seeds} seeds of ${count} ids, ${threads} thread(s)`);
let isSame = true;
for (const [name, open] of Object.entries(MODELS)) {
  if (given.only !== undefined && given.only !== name) continue;
  for (const precision of given.precision.split(",")) {
    const { model, generate } = await open({ backend: "node", threads, precision });
    const gaps = [];
    for (let seed = 0; seed < seeds; seed += 1) {
      const [plain, drafted] = [
        await samplesOf(generate, seed, false),
        await samplesOf(generate, seed, true),
      ];
      const at = plain.findIndex(({ id }, i) => id !== drafted[i]?.id);
      if (at < 0 && plain.length === drafted.length) continue;
      const gap = Math.max(plain[at]?.gap ?? Infinity, drafted[at]?.gap ?? Infinity);
      gaps.push(gap);
      isSame &&= precision === "fp32" && gap < MOST_GAP;
      say(
        `${name}, ${precision}: seed ${seed} differs at id ${at}, where the gap is ${gap.toExponential(1)}`,
      );
    }
    say(`${name}, ${precision}: ${seeds - gaps.length} of ${seeds} seeds give the same ${count} ids`);
    await model.dispose();
  }
}
process.exit(isSame ? 0 : 1);

async function samplesOf(generate, seed, speculation) {
  samples = [];
  await generate(seed, speculation);
  return samples.slice(0, count);
}
