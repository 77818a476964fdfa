/**
 * Measures the CPU time of one step by slice of the head, on one thread, alternately: `node head-step.mjs FOLDER [PAST]`. FOLDER is that of
 * head-slices.mjs.
 * "all" computes every slice, "whole" is a head without slices, "none" no head at all.
 */
import { join } from "node:path";
import { chooseScheme, openCheckpoint } from "../dist/models/index.js";
import { Decoder } from "../dist/src/engine/index.js";
import { checkpointFolder } from "../dist/src/platform/node/index.js";
import { weightsInFiles } from "../dist/src/platform/node/mapped-weights.js";
import { createNodeRuntime } from "../dist/src/platform/node/runtime.js";
import { cpuMs, machine, median, say } from "./tools.mjs";

const [folder, past = "64"] = process.argv.slice(2);
const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
const checkpoint = await openCheckpoint(await checkpointFolder(join(folder, "arrival")));
const { config } = checkpoint;
const scheme = chooseScheme("int8", "node", config);
const load = async (more) =>
  Decoder.fromWeights({
    config,
    scheme,
    runtime,
    weights: await weightsInFiles(checkpoint, scheme),
    ...more,
  });
const [sliced, whole] = [await load({}), await load({ headSlices: [] })];
const cases = {
  none: [sliced, { first: 0, count: 0 }],
  onset: [sliced, { first: 0, count: 10_000 }],
  duration: [sliced, { first: 10_000, count: 1000 }],
  note: [sliced, { first: 11_000, count: 16_513 }],
  all: [sliced, undefined],
  whole: [whole, undefined],
};
const ids = Array.from({ length: Number(past) }, (_, i) => (37 * i) % 400);
const caches = new Map();
for (const decoder of [sliced, whole]) {
  caches.set(decoder, decoder.createCache());
  await decoder.forward(ids, caches.get(decoder));
}
const times = {};
for (let round = 0; round < 40; round += 1) {
  for (const [name, [decoder, range]] of Object.entries(cases)) {
    const before = cpuMs();
    await decoder.forward([5], caches.get(decoder), range ? { range } : {});
    (times[name] ??= []).push(cpuMs() - before);
    caches.get(decoder).rewind(ids.length);
  }
}
say(`${machine()}; past ${past}`);
for (const [name, all] of Object.entries(times)) say(`${name}: ${median(all).toFixed(2)} ms of CPU`);
process.exit(0);
