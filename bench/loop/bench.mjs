/**
 * Compares single steps with several steps per run in WebAssembly: median milliseconds per step, in turns.
 *
 *     node bench/loop/bench.mjs [--threads N] [--model piano|reference|gpt2] [--past 64,1000,2000] [--steps N]
 *
 * `reference` has 8 layers of 384, 6 heads and a window of 2048, `gpt2` is GPT-2 small; both have random weights.
 */
import { parseArgs } from "node:util";
import { parseConfig, readCheckpoint, tensorShapes } from "../../dist/models/index.js";
import { Decoder, Sampler } from "../../dist/src/engine/index.js";
import { stepsPerRun } from "../../dist/src/engine/in-graph.js";
import { PerformanceGrammar, PerformanceState, VOCABULARIES } from "../../dist/encoding/index.js";
import { machine, say } from "../tools.mjs";
import { createNodeRuntime } from "../../dist/src/platform/node/runtime.js";
import { checkpointFolder } from "../../dist/src/platform/node/checkpoint-folder.js";

const { values: given } = parseArgs({
  options: {
    threads: { type: "string", default: "1" },
    model: { type: "string", default: "piano" },
    past: { type: "string" },
    steps: { type: "string" },
    rounds: { type: "string", default: "7" },
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
const decoder = await Decoder.load({ config, tensors, runtime });
const steps = given.steps === undefined ? stepsPerRun(config) : Number(given.steps);
const most = config.window - steps;
const pasts = (given.past?.split(",").map(Number) ?? [64, 512, 1000, 2000, most]).filter(
  (past) => past <= most,
);
const sampler = new Sampler({ seed: 7 });
const vocabulary = VOCABULARIES.get(config.vocabulary ?? "");
say(machine());
say(`${given.model}, ${given.threads} threads, ${steps} steps a run`);
for (const past of new Set(pasts)) {
  const cache = decoder.createCache();
  await decoder.forward(
    Array.from({ length: past }, (_, i) => (i * 7) % 300),
    cache,
  );
  const [stepping, looping] = [[], []];
  for (let round = 0; round < Number(given.rounds); round += 1) {
    stepping.push(
      await timed(
        async (id) => {
          for (let i = 0; i < steps; i += 1) {
            const logits = await decoder.forward([id], cache);
            id = sampler.sample(logits, i, {});
          }
        },
        cache,
        past,
      ),
    );
    looping.push(
      await timed(
        async (id) => {
          const grammar =
            vocabulary &&
            new PerformanceGrammar(new PerformanceState(vocabulary), { longestNoteSteps: 1000 });
          const automaton = grammar && { tables: grammar.tables, counters: grammar.counters() };
          await decoder.sampleInGraph(
            [id],
            cache,
            sampler.graphInputs(0, steps, config.vocabularySize, { automaton }),
          );
        },
        cache,
        past,
      ),
    );
  }
  say(`past ${past}: stepping ${median(stepping)} ms, loop ${median(looping)} ms`);
}
await decoder.dispose();

async function timed(run, cache, past) {
  cache.rewind(past);
  const before = performance.now();
  await run(60);
  return (performance.now() - before) / steps;
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1].toFixed(2);
}

function randomModel(shape) {
  const weights = new Map();
  for (const [name, sizes] of tensorShapes(shape)) {
    const size = sizes.reduce((product, length) => product * length, 1);
    const middle = /ln_.*weight/.test(name) ? 1 : 0;
    const values = Float32Array.from({ length: size }, () => middle + 0.04 * (Math.random() - 0.5));
    weights.set(name, { shape: sizes, values });
  }
  return { config: shape, tensors: weights };
}
