/**
 * Measures the loading of a checkpoint: wall-clock seconds, CPU seconds (which other processes affect little), and peak memory
 * (Linux: VmHWM) after loading and after some steps.
 *
 *     npm run build && node bench/memory.mjs FOLDER [fp32|int8] [threads]
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { checkpointFolder, loadDecoder } from "../dist/src/platform/node/index.js";

const [folder, precision = "fp32", threads] = process.argv.slice(2);
const storedBytes = readdirSync(folder)
  .filter((name) => name.endsWith(".safetensors"))
  .reduce((sum, name) => sum + statSync(`${folder}/${name}`).size, 0);
const peakBytes = () => 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
const shown = (bytes) => `${(bytes / 1e6).toFixed(0)} MB (${(bytes / storedBytes).toFixed(2)} ×)`;

const before = peakBytes();
const cpuBefore = process.cpuUsage();
const started = performance.now();
const decoder = await loadDecoder(await checkpointFolder(folder), {
  precision,
  ...(threads ? { threads: Number(threads) } : {}),
});
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const loaded = peakBytes();
const cache = decoder.createCache();
const times = [];
for (let id = 1; id <= 17; id += 1) {
  const from = performance.now();
  await decoder.forward([id], cache);
  times.push(performance.now() - from);
}
const median = times.slice(1).sort((a, b) => a - b)[8];
await decoder.dispose();
process.stdout.write(
  `${folder} ${precision}: ${(storedBytes / 1e6).toFixed(0)} MB stored; loaded in ${seconds.toFixed(2)} s, processor ${((user + system) / 1e6).toFixed(2)} s; peak ${shown(loaded)} loaded, ` +
    `${shown(peakBytes())} after 17 steps of ${median.toFixed(1)} ms; the process began with ${(before / 1e6).toFixed(0)} MB\n`,
);
