/**
 * Compares several variations of one prompt in one batch with the same variations one after the other, alternately.
 *
 *   npm run variations -- [--backend node|wasm] [--threads N] [--past N] [--counts 1,2,4] [--rounds N]
 *
 * WebAssembly samples in the graph and the native backend step by step, as `generateIds` does. Prints medians of milliseconds
 * per step (one id for every variation) of models/piano, at a full window by default, of wall-clock and of CPU time, which other
 * processes affect less; and the median ratio of a round.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { PerformanceGrammar, PerformanceState, VOCABULARIES } from "../dist/encoding/index.js";
import { Sampler } from "../dist/src/engine/index.js";
import { stepsPerRun } from "../dist/src/engine/in-graph.js";
import { checkpointFolder, loadDecoder } from "../dist/src/platform/node/index.js";
import { IdleWatch } from "./idle-watch.mjs";
import { cpuMs, machine, median, say } from "./tools.mjs";

const { values: given } = parseArgs({
  options: {
    backend: { type: "string", default: "node" },
    threads: { type: "string", default: "2" },
    past: { type: "string" },
    counts: { type: "string", default: "1,2,4,8,16" },
    rounds: { type: "string", default: "10" },
  },
});
const piano = resolve(import.meta.dirname, "../models/piano");
const { backend } = given;
const decoder = await loadDecoder(await checkpointFolder(piano), { backend, threads: Number(given.threads) });
const { config } = decoder;
const vocabulary = VOCABULARIES.get(config.vocabulary);
const sampler = new Sampler({ seed: 7 });
/** Ids of each variation in one measurement; a run ends where drift control changes its biases, after 16 ids at the latest. */
const steps = 16;
const cache = decoder.createCache();
await decoder.forward(
  Array.from({ length: Number(given.past ?? config.window) }, (_, i) => (37 * i) % 400),
  cache,
);
say(machine());
const idle = new IdleWatch([]);
say(`${backend}, ${given.threads} threads, past ${cache.length}\n`);
say("| variations | together, ms | in turn, ms | ratio | together, CPU ms | in turn, CPU ms | ratio |");
say("|---:|---:|---:|---:|---:|---:|---:|");
for (const count of given.counts.split(",").map(Number)) {
  const together = cache.select(Array(count).fill(0));
  const forks = Array.from({ length: count }, () => cache.fork());
  const times = { together: [], forks: [], togetherCpu: [], forksCpu: [] };
  for (let round = -1; round < Number(given.rounds); round += 1) {
    const [start, cpuStart] = [performance.now(), cpuMs()];
    await (decoder.samplesInGraph ? sampleRuns(together, count) : stepTogether(together, count));
    const [middle, cpuMiddle] = [performance.now(), cpuMs()];
    for (const fork of forks) await (decoder.samplesInGraph ? sampleRuns(fork, 1) : stepTogether(fork, 1));
    if (round < 0) continue;
    times.together.push((middle - start) / steps);
    times.forks.push((performance.now() - middle) / steps);
    times.togetherCpu.push((cpuMiddle - cpuStart) / steps);
    times.forksCpu.push((cpuMs() - cpuMiddle) / steps);
  }
  const { together: a, forks: b, togetherCpu: c, forksCpu: d } = times;
  const columns = [a, b, ratios(b, a), c, d, ratios(d, c)].map((numbers) => median(numbers).toFixed(2));
  say(`| ${[count, ...columns].join(" | ")} |`);
}
say(`\n${idle.verdict()}`);
await decoder.dispose();

/** The ratio of each round. */
function ratios(above, below) {
  return above.map((number, round) => number / below[round]);
}

/** `steps` ids of each sequence, step by step. */
async function stepTogether(sequences, count) {
  const grammars = Array.from({ length: count }, grammar);
  const allowed = new Uint8Array(config.vocabularySize);
  let ids = Array(count).fill(60);
  for (let step = 0; step < steps; step += 1) {
    const logits = await decoder.forward(ids, sequences);
    ids = grammars.map(({ state, rules }, i) => {
      rules.mask(allowed.fill(1));
      const own = logits.subarray(i * config.vocabularySize, (i + 1) * config.vocabularySize);
      const id = sampler.sample(own, step, { allowed });
      state.push(id);
      return id;
    });
  }
}

/** `steps` ids of each sequence, in runs of equal length. */
async function sampleRuns(sequences, count) {
  const grammars = Array.from({ length: count }, grammar);
  const length = Math.ceil(steps / Math.ceil(steps / stepsPerRun(config, count)));
  let ids = Array(count).fill(60);
  for (let step = 0; step < steps; step += length) {
    const inputs = grammars.map(({ rules }) => {
      const automaton = rules.automaton();
      return sampler.graphInputs(step, Math.min(length, steps - step), config.vocabularySize, { automaton });
    });
    const runs = await decoder.sampleInGraph(ids, sequences, inputs);
    for (const [i, run] of runs.entries()) for (const id of run.ids) grammars[i].state.push(id);
    ids = runs.map((run) => run.ids.at(-1));
  }
}

function grammar() {
  const state = new PerformanceState(vocabulary);
  return { state, rules: new PerformanceGrammar(state, { longestNoteSteps: 400, mayEnd: false }) };
}
