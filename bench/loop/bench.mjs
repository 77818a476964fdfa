/**
 * Compares sampling in the graph with single steps in WebAssembly, alternately:
 *
 * - loop: `sampleInGraph`, several ids a run
 * - steps: one run per id in the same session
 * - plain steps: one run per id in a session of `decoderGraph`, which has no loop
 *
 * Prints medians of milliseconds per id, of wall-clock time and of CPU time, which other processes affect less.
 *
 *     node bench/loop/bench.mjs [--threads N] [--model piano|reference|gpt2] [--past 64,1000,2000] [--steps N] [--rounds N]
 *
 * `reference` has 8 layers of 384, 6 heads and a window of 2048, `gpt2` is GPT-2 small; both have random weights.
 */
import { parseArgs } from "node:util";
import { graphWeights, parseConfig, readCheckpoint, SCHEMES, tensorShapes } from "../../dist/models/index.js";
import { Decoder, Sampler } from "../../dist/src/engine/index.js";
import { stepsPerRun } from "../../dist/src/engine/in-graph.js";
import { PerformanceGrammar, PerformanceState, VOCABULARIES } from "../../dist/encoding/index.js";
import { cpuMs, machine, median, say } from "../tools.mjs";
import { createNodeRuntime } from "../../dist/src/platform/node/runtime.js";
import { checkpointFolder } from "../../dist/src/platform/node/checkpoint-folder.js";

const { values: given } = parseArgs({
  options: {
    threads: { type: "string", default: "1" },
    model: { type: "string", default: "piano" },
    past: { type: "string" },
    steps: { type: "string" },
    rounds: { type: "string", default: "25" },
  },
});

const MUSIC = {
  model_type: "ostinato",
  vocabulary: "performance-416",
  vocab_size: 416,
  position: "relative",
};
const CONFIGS = {
  reference: {
    ...MUSIC,
    n_layer: 8,
    n_embd: 384,
    n_head: 6,
    n_inner: 1536,
    max_distance: 2048,
    n_positions: 2048,
  },
  gpt2: { model_type: "gpt2", vocab_size: 50257, n_layer: 12, n_embd: 768, n_head: 12, n_positions: 1024 },
};

const checkpoint =
  given.model === "piano"
    ? await readCheckpoint(await checkpointFolder(new URL("../../models/piano/", import.meta.url).pathname))
    : randomModel(parseConfig(CONFIGS[given.model]));
const { config, tensors } = checkpoint;
const runtime = await createNodeRuntime({ backend: "wasm", threads: Number(given.threads) });
const scheme = SCHEMES.fp32.wasm;
const weights = await graphWeights(config, tensors, scheme);
const looping = await Decoder.fromWeights({ config, scheme, runtime, weights });
// For the backend "node" a decoder has no loop.
const plainRuntime = { ...runtime, backend: "node" };
const plain = await Decoder.fromWeights({ config, scheme, runtime: plainRuntime, weights });
const count = given.steps === undefined ? stepsPerRun(config) : Number(given.steps);
const pasts = given.past?.split(",").map(Number) ?? [64, 512, 1000, 2000, config.window];
const longest = config.position.kind === "relative" ? config.window : config.window - count;
const sampler = new Sampler({ seed: 7 });
const vocabulary = VOCABULARIES.get(config.vocabulary ?? "");
say(machine());
say(`${given.model}, ${given.threads} threads, ${count} ids a run`);
say("| past | way | clock, ms | CPU, ms | CPU over loop |\n|---:|---|---:|---:|---:|");
for (const past of new Set(pasts.filter((each) => each <= longest))) {
  const ways = { loop: [loop, looping], steps: [steps, looping], "plain steps": [steps, plain] };
  const runs = [];
  for (const [name, [run, decoder]] of Object.entries(ways)) {
    const cache = decoder.createCache();
    await decoder.forward(
      Array.from({ length: past }, (_, i) => (i * 7) % 300),
      cache,
    );
    runs.push({ name, run: () => run(decoder, cache), cache, clock: [], cpu: [] });
  }
  for (let round = -2; round < Number(given.rounds); round += 1) {
    for (const { run, cache, clock, cpu } of runs) {
      cache.rewind(past);
      const [start, cpuStart] = [performance.now(), cpuMs()];
      await run();
      if (round < 0) continue;
      clock.push((performance.now() - start) / count);
      cpu.push((cpuMs() - cpuStart) / count);
    }
  }
  for (const { name, clock, cpu } of runs) {
    const ratio = median(cpu) / median(runs[0].cpu);
    say(
      `| ${past} | ${name} | ${median(clock).toFixed(2)} | ${median(cpu).toFixed(2)} | ${ratio.toFixed(2)} |`,
    );
  }
}
await Promise.all([looping.dispose(), plain.dispose()]);

async function steps(decoder, cache) {
  const music = grammar();
  const allowed = music && new Uint8Array(config.vocabularySize);
  let id = 60;
  for (let step = 0; step < count; step += 1) {
    const logits = await decoder.forward([id], cache);
    music?.rules.mask(allowed.fill(1));
    id = sampler.sample(logits, step, { allowed });
    music?.state.push(id);
  }
}

async function loop(decoder, cache) {
  const rules = grammar()?.rules;
  const automaton = rules?.automaton();
  const sampling = sampler.graphInputs(0, count, config.vocabularySize, { automaton });
  await decoder.sampleInGraph([60], cache, [sampling]);
}

function grammar() {
  if (!vocabulary) return undefined;
  const state = new PerformanceState(vocabulary);
  return { state, rules: new PerformanceGrammar(state, { longestNoteSteps: 400, mayEnd: false }) };
}

function randomModel(shape) {
  const random = new Map();
  for (const [name, sizes] of tensorShapes(shape)) {
    const size = sizes.reduce((product, length) => product * length, 1);
    const middle = /ln_.*weight/.test(name) ? 1 : 0;
    const values = Float32Array.from({ length: size }, () => middle + 0.04 * (Math.random() - 0.5));
    random.set(name, { shape: sizes, values });
  }
  return { config: shape, tensors: random };
}
