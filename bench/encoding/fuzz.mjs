/**
 * Reads randomly damaged copies of real files, strictly and with recovery. Fails on undocumented errors, on hangs and on
 * memory out of proportion to the input.
 *
 *   node --expose-gc fuzz.mjs FOLDER [count] [seed]
 *
 * The mutations are those of the tests. Every failure is written to failure-N.mid, and the exit code is then 1.
 */
import { writeFileSync } from "node:fs";
import { runnerImport } from "vite";
import {
  encodeScore,
  EncodingError,
  MidiError,
  PERFORMANCE_388,
  readMidi,
  writeMidi,
} from "../../dist/encoding/index.js";
import { filesIn, say } from "./files.mjs";

const MAX_SECONDS = 10;
/** Memory limit of reading and encoding: a multiple of the input, plus a constant. */
const MAX_MEMORY_FACTOR = 64;
const MAX_MEMORY_BASE = 16 * 2 ** 20;
/** Memory is measured once per this number of inputs, since it needs a full garbage collection. */
const MEMORY_EVERY = 100;
const MAX_FILE_BYTES = 30_000;

const [folder, count = "100000", seed = "1"] = process.argv.slice(2);
if (folder === undefined) {
  say("usage: node --expose-gc fuzz.mjs FOLDER [count] [seed]");
  process.exit(2);
}

const { mutate } = await fromTests("encoding/midi/mutate.ts");
const { randomNumbers } = await fromTests("random-numbers.ts");
const random = randomNumbers(Number(seed));
const files = filesIn(folder).filter(({ length }) => length <= MAX_FILE_BYTES);
const outcomes = { strict: 0, recovered: 0, refused: 0 };
const codes = new Map();
let failures = 0;
let slowest = 0;
let worstMemory = 0;

/** Shared with the tests, compiled from TypeScript. */
async function fromTests(path) {
  const { module } = await runnerImport(new URL(`../../test/${path}`, import.meta.url).pathname);
  return module;
}

/** Whether the input could be read. Undocumented errors are rethrown. */
function survives(bytes, recover) {
  try {
    const score = readMidi(bytes, { recover });
    encodeScore(score, PERFORMANCE_388);
    if (recover) writeMidi(score);
    return true;
  } catch (error) {
    if (error instanceof MidiError || error instanceof EncodingError) {
      const code = error.code ?? error.name;
      if (!recover) codes.set(code, (codes.get(code) ?? 0) + 1);
      return false;
    }
    throw error;
  }
}

function fail(bytes, reason) {
  writeFileSync(`failure-${failures}.mid`, bytes);
  say(`failure-${failures}.mid: ${reason}`);
  failures += 1;
}

for (let input = 0; input < Number(count); input += 1) {
  const file = files[random(files.length)];
  const bytes = mutate(file, files[random(files.length)], random);
  const isWatched = input % MEMORY_EVERY === 0 && globalThis.gc !== undefined;
  if (isWatched) globalThis.gc();
  const before = process.memoryUsage();
  const start = performance.now();
  try {
    if (survives(bytes, false)) outcomes.strict += 1;
    else if (survives(bytes, true)) outcomes.recovered += 1;
    else outcomes.refused += 1;
  } catch (error) {
    fail(bytes, String(error?.stack ?? error));
  }
  const seconds = (performance.now() - start) / 1000;
  slowest = Math.max(slowest, seconds);
  if (seconds > MAX_SECONDS) fail(bytes, `took ${seconds.toFixed(1)} s`);
  if (isWatched) {
    const after = process.memoryUsage();
    const used = after.heapUsed + after.external - before.heapUsed - before.external;
    worstMemory = Math.max(worstMemory, used / (MAX_MEMORY_FACTOR * bytes.length + MAX_MEMORY_BASE));
    if (used > MAX_MEMORY_FACTOR * bytes.length + MAX_MEMORY_BASE)
      fail(bytes, `used ${used} bytes for ${bytes.length}`);
  }
}

say(`${count} inputs from ${files.length} files, seed ${seed}: ${failures} failures`);
say(`read strictly ${outcomes.strict}, recovered ${outcomes.recovered}, refused ${outcomes.refused}`);
say(
  `strict errors: ${[...codes]
    .sort((a, b) => b[1] - a[1])
    .map(([code, n]) => `${code} ${n}`)
    .join(", ")}`,
);
say(
  `slowest input ${(slowest * 1000).toFixed(0)} ms; most memory ${(worstMemory * 100).toFixed(0)} % of the bound, sampled`,
);
say(`peak resident memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
process.exitCode = failures > 0 ? 1 : 0;
