/**
 * Runs one implementation in its own process: loads a model, then answers each line of JSON on stdin, `{ prompt, count
 * }`, with one on stdout: `{ times, cpuMs, rssBytes, peakBytes }`. `times` are milliseconds from the call to each generated id; `cpu`, where
 * an implementation has it, is the CPU time of the process at these times. The first line is `{ loadMs, cpuMs, rssBytes, peakBytes }`.
 *
 *   node main.mjs NAME [ARGUMENT…]
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { cpuMs } from "../tools.mjs";

const [name, ...rest] = process.argv.slice(2);
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const start = performance.now();
const implementation = await load();
answer({ loadMs: performance.now() - start, cpuMs: cpuMs(), ...memory() });
for await (const line of createInterface({ input: process.stdin })) {
  const { prompt, count } = JSON.parse(line);
  const result = await implementation.times(prompt, count);
  answer({ ...(Array.isArray(result) ? { times: result } : result), cpuMs: cpuMs(), ...memory() });
}
process.exit(0);

async function load() {
  if (name === "ostinato") {
    const { loadOstinato } = await import("./ostinato.mjs");
    return loadOstinato(rest[0], rest[1], rest[2], Number(rest[3]), rest[4]);
  }
  if (name === "arrival") {
    const { loadArrival } = await import("./arrival.mjs");
    return loadArrival(rest[0], rest[1], rest[2], Number(rest[3]), rest[4]);
  }
  if (name === "transformers.js") {
    const { loadTransformersJs } = await import("./transformers-js.mjs");
    return loadTransformersJs(rest[0], rest[1], rest[2], Number(rest[3]));
  }
  if (name === "node-llama-cpp") {
    const { loadLlama } = await import("./llama.mjs");
    return loadLlama(rest[0], Number(rest[1]));
  }
  if (name === "memory") {
    const { loadMemory } = await import("./memory.mjs");
    return loadMemory(Number(rest[0]), Number(rest[1]));
  }
  throw new Error(`no implementation "${name}"`);
}

/** Memory of this process in bytes: the resident memory, and its peak so far. */
function memory() {
  return { rssBytes: process.memoryUsage.rss(), peakBytes: peakBytes() };
}

/** Peak memory of this process in bytes on Linux; elsewhere its current memory. */
function peakBytes() {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  } catch {
    return process.memoryUsage.rss();
  }
}
