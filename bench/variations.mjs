/**
 * Compares batched decoding of several variations of one prompt with separate decoding, in turns.
 *
 *   npm run variations
 *
 * Prints median milliseconds per step (one id for every variation) of models/piano at a full window, with the native
 * backend.
 */
import { resolve } from "node:path";
import { checkpointFolder, loadDecoder } from "../dist/src/platform/node/index.js";
import { IdleWatch } from "./idle-watch.mjs";
import { machine, median, say } from "./tools.mjs";

const ROUNDS = 60;
const piano = resolve(import.meta.dirname, "../models/piano");
const decoder = await loadDecoder(await checkpointFolder(piano), { backend: "node", threads: 2 });
const cache = decoder.createCache();
await decoder.forward(
  Array.from({ length: decoder.config.window }, (_, i) => (37 * i) % 400),
  cache,
);
say(machine());
const idle = new IdleWatch([]);
const rows = [];
for (const count of [1, 2, 4, 8, 16]) {
  const together = cache.select(Array(count).fill(0));
  const forks = Array.from({ length: count }, () => cache.fork());
  const times = { together: [], forks: [] };
  for (let round = -5; round < ROUNDS; round += 1) {
    const ids = Array.from({ length: count }, (_, i) => (round + 5 + i) % 400);
    const start = performance.now();
    await decoder.forward(ids, together);
    const middle = performance.now();
    for (const [i, fork] of forks.entries()) await decoder.forward([ids[i]], fork);
    if (round < 0) continue;
    times.together.push(middle - start);
    times.forks.push(performance.now() - middle);
  }
  const [a, b] = [median(times.together), median(times.forks)];
  rows.push(`| ${count} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${(b / a).toFixed(2)} |`);
}
say(
  `\n${idle.verdict()}\n\n| variations | together, ms | forks, ms | ratio |\n|---:|---:|---:|---:|\n${rows.join("\n")}`,
);
await decoder.dispose();
