/**
 * Compares the engine with other implementations, in one run.
 *
 *   npm run bench -- FOLDER --python PATH [--rounds N] [--only GROUP]
 *   npm run bench -- FOLDER --against COMMIT [--rounds N] [--only GROUP]
 *
 * FOLDER receives the weights, made once; PATH is a Python with PyTorch and transformers. With `--against` the engine is compared with the
 * engine at another commit, which is built in FOLDER, without the other implementations. A ratio is the time of this engine divided by that
 * of the other commit, the median of the rounds. In each group every
 * implementation is loaded in its own process; they take turns for N rounds (default 3), and the medians are printed.
 * Each implementation generates greedily with its own method: "prefill" is the time from the call to the first id,
 * "ids/s" the mean over the ids after it.
 */
import { join, resolve } from "node:path";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { buildCommit } from "./build-commit.mjs";
import { IdleWatch } from "./idle-watch.mjs";
import { Implementation } from "./process.mjs";
import { machine, makeGpt2, makeRandomGpt2, median, progress, say } from "./tools.mjs";
import { makeMusicModel } from "./weights/music.mjs";

const USAGE = "usage: npm run bench -- FOLDER (--python PATH | --against COMMIT) [--rounds N] [--only GROUP]";
/** Number of ids after the first. After a prompt of 1000 they still fit into the context of GPT-2. */
const STEPS = 20;
/** Threads of the native engines. */
const THREADS = Math.min(2, availableParallelism());

/** Number of weights that are read for an id: all except the position embeddings, of which one row is read. */
const WEIGHTS = { small: 124_439_808 - 1024 * 768, medium: 354_823_168 - 1024 * 1024 };
/** Bytes of keys and values per past position, float32. */
const CACHE_BYTES = { small: 2 * 12 * 768 * 4, medium: 2 * 24 * 1024 * 4 };

const { folder, python: pythonPath, rounds, only, against } = options();
const gpt2 = join(folder, "gpt2");
const medium = join(folder, "gpt2-medium");
const music = join(folder, "music");
const piano = resolve(import.meta.dirname, "../models/piano");

const node = (...rest) => [process.execPath, "implementations/main.mjs", ...rest.map(String)];
const pytorch = [pythonPath, "implementations/pytorch.py", gpt2, String(THREADS)];

/**
 * Groups of implementations that take turns. `floorBytes`: bytes per weight, for groups with a lower bound by memory bandwidth; the weights
 * are those of the GPT-2 size `size`, by default the small one. A group that needs Python has implementations with their own weights.
 */
const GROUPS = [
  {
    key: "gpt2-fp32",
    title: `GPT-2 124M, fp32, ${THREADS} threads`,
    floorBytes: 4,
    prefills: [128, 512],
    pasts: [64, 512, 1000],
    implementations: {
      "Ostinato, node": node("ostinato", gpt2, "node", "fp32", THREADS),
      "transformers.js, node": node("transformers.js", gpt2, "node", "fp32", THREADS),
      "node-llama-cpp, f32": node("node-llama-cpp", join(gpt2, "gpt2-f32.gguf"), THREADS),
      PyTorch: pytorch,
    },
  },
  {
    key: "gpt2-8-bit",
    title: `GPT-2 124M, 8 bits, ${THREADS} threads`,
    floorBytes: 1,
    prefills: [128, 512],
    pasts: [64, 512, 1000],
    implementations: {
      "Ostinato, node, int8": node("ostinato", gpt2, "node", "int8", THREADS),
      "transformers.js, node, q8": node("transformers.js", gpt2, "node", "q8", THREADS),
      "node-llama-cpp, q8_0": node("node-llama-cpp", join(gpt2, "gpt2-q8_0.gguf"), THREADS),
    },
  },
  ...["fp32", "int8", "int4"].map((precision) => ({
    key: `medium-${precision}`,
    title: `GPT-2 medium's shape, ${precision}, ${THREADS} threads`,
    floorBytes: { fp32: 4, int8: 1, int4: 0.55 }[precision],
    size: "medium",
    prefills: [128],
    pasts: [64, 512],
    implementations: {
      [`Ostinato, node, ${precision}`]: node("ostinato", medium, "node", precision, THREADS),
      ...(precision === "int4" && {
        "Ostinato, node, int8": node("ostinato", medium, "node", "int8", THREADS),
      }),
    },
  })),
  {
    key: "gpt2-wasm",
    title: "GPT-2 124M, WebAssembly (fp32 but for the last row)",
    floorBytes: 4,
    prefills: [128, 512],
    pasts: [64, 512, 1000],
    implementations: {
      "Ostinato, 1 thread": node("ostinato", gpt2, "wasm", "fp32", 1),
      "transformers.js, 1 thread": node("transformers.js", gpt2, "wasm", "fp32", 1),
      "Ostinato, 2 threads": node("ostinato", gpt2, "wasm", "fp32", 2),
      "transformers.js, 2 threads": node("transformers.js", gpt2, "wasm", "fp32", 2),
      "Ostinato, int8, 2 threads": node("ostinato", gpt2, "wasm", "int8", 2),
    },
  },
  {
    key: "music",
    title: "Music reference shape (8 × 384, 6 heads, window 2048), fp32",
    prefills: [128, 512],
    pasts: [64, 1000, 2000],
    implementations: {
      [`node, ${THREADS} threads`]: node("ostinato", music, "node", "fp32", THREADS),
      "wasm, 1 thread": node("ostinato", music, "wasm", "fp32", 1),
      "wasm, 2 threads": node("ostinato", music, "wasm", "fp32", 2),
    },
  },
  {
    key: "piano",
    title: "models/piano (6 × 256, 4 heads, window 1024)",
    prefills: [1, 128],
    pasts: [64, 1023],
    implementations: {
      [`node, ${THREADS} threads`]: node("ostinato", piano, "node", "fp32", THREADS),
      "wasm, 1 thread": node("ostinato", piano, "wasm", "fp32", 1),
      "wasm, 2 threads": node("ostinato", piano, "wasm", "fp32", 2),
    },
  },
];

const groups = GROUPS.filter(({ key }) => only === undefined || key === only);
if (groups.length === 0) usage(`no group "${only}": ${GROUPS.map(({ key }) => key).join(", ")}`);
if (groups.some(({ key }) => key.startsWith("gpt2"))) {
  if (pythonPath !== undefined) makeGpt2(pythonPath, gpt2);
  else makeRandomGpt2("small", gpt2);
}
if (groups.some(({ size }) => size === "medium")) makeRandomGpt2("medium", medium);
makeMusicModel(music);
const other = against === undefined ? undefined : buildCommit(against, folder);
say(`${machine()}; ${rounds} rounds, medians`);
for (const group of groups) await race(group);

/** Loads the implementations of a group, runs them alternately, and prints their table. */
async function race({ title, implementations, prefills, pasts, floorBytes, size = "small" }) {
  const runners = [];
  for (const [name, command] of Object.entries(other ? againstOther(implementations) : implementations))
    runners.push(await load(name, command));
  const memory = floorBytes && (await load("memory", node("memory", WEIGHTS[size] * floorBytes, THREADS)));
  const all = [...runners, memory].filter((runner) => runner !== undefined);
  const competitors = runners.filter((runner) => runner !== undefined);
  const idle = new IdleWatch(all);
  for (let round = -1; round < rounds; round += 1) {
    for (const length of new Set([...prefills, ...pasts])) {
      const prompt = Array.from({ length }, (_, i) => (37 * i + 11 * length + round + 1) % 400);
      const count = !pasts.includes(length) ? 1 : round < 0 ? 2 : STEPS + 1;
      for (const runner of competitors) {
        const times = await generate(runner, prompt, count);
        runner.timeLine.push({ after: `${length} ids`, ...runner.memory });
        progress(`${runner.name}: ${length} ids and ${count} more in ${times.at(-1).toFixed(0)} ms`);
        if (round < 0) continue; // warm-up rounds
        if (prefills.includes(length)) add(runner, `prefill ${length}`, times[0]);
        if (count > 1) add(runner, `past ${length}`, (times[STEPS] - times[0]) / STEPS);
      }
      if (memory && round >= 0) add(memory, "read", (await generate(memory, [], 4))[3] / 4);
    }
  }
  for (const { implementation } of all) implementation.end();
  progress("");
  const readMs = memory && median(memory.cells.get("read"));
  say(`\n## ${title}\n\n${idle.verdict()}\n`);
  const weightBytes = WEIGHTS[size] * floorBytes;
  printTable({ competitors, prefills, pasts, readMs, weightBytes, cacheBytes: CACHE_BYTES[size] });
  if (other) printRatios(competitors);
  for (const { name, timeLine } of competitors) printTimeLine(name, timeLine);
}

/** Prints the memory of a process at each measurement: its resident memory, and the peak so far. */
function printTimeLine(name, timeLine) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  const known = timeLine.filter(({ rssBytes }) => rssBytes !== undefined);
  if (known.length === 0) return;
  const moments = known.map(
    ({ after, rssBytes, peakBytes }) => `${after}: ${megabytes(rssBytes)} (${megabytes(peakBytes)})`,
  );
  say(`\nMemory of ${name}, MB (peak so far): ${moments.join(", ")}`);
}

/** The engine's implementations of a group, each followed by that of the other commit. */
function againstOther(implementations) {
  const pairs = Object.entries(implementations).flatMap(([name, command]) =>
    command[2] === "ostinato"
      ? [
          [name, command],
          [nameAtOther(name), [...command, other.root]],
        ]
      : [],
  );
  return Object.fromEntries(pairs);
}

/** The name of an implementation at the other commit. */
function nameAtOther(name) {
  return `${name}, at ${other.name}`;
}

/** Prints the ratios of the times of this engine to those of the other commit. */
function printRatios(competitors) {
  for (const current of competitors) {
    const previous = competitors.find(({ name }) => name === nameAtOther(current.name));
    if (previous === undefined) continue;
    const ratios = [...current.cells].map(([cell, times]) => {
      const ratio = median(times.map((time, round) => time / previous.cells.get(cell)[round]));
      return `${cell}: ${ratio.toFixed(3)}`;
    });
    const peak = (current.memory.peakBytes / previous.memory.peakBytes).toFixed(3);
    say(`\n${current.name} ÷ ${other.name}: ${[...ratios, `peak memory: ${peak}`].join(", ")}`);
  }
}

/** A loaded implementation; undefined, with a message, if it is not available. */
async function load(name, command) {
  progress(`loading ${name}`);
  const implementation = new Implementation(command);
  try {
    const { loadMs, cpuMs, ...memory } = await implementation.loaded();
    const timeLine = [{ after: "loaded", ...memory }];
    return { name, implementation, loadMs, cpuMs, cells: new Map(), memory, timeLine };
  } catch (error) {
    // The other commit may not have all precisions.
    if (other && !name.endsWith(`, at ${other.name}`)) throw error;
    say(`${name} is omitted: ${error.message}`);
    return undefined;
  }
}

async function generate(runner, prompt, count) {
  const { times, cpuMs, peakBytes, rssBytes } = await runner.implementation.generate(prompt, count);
  Object.assign(runner, { cpuMs, memory: { peakBytes, rssBytes } });
  return times;
}

function printTable({ competitors, prefills, pasts, readMs, weightBytes, cacheBytes }) {
  const floor = (past) => (readMs * (weightBytes + cacheBytes * past)) / weightBytes;
  const columns = [
    ...prefills.map((length) => `prefill ${length}, ms`),
    ...pasts.flatMap((past) => [`ids/s at ${past}`, readMs ? "ms (× floor)" : "ms"]),
    "load, s",
    "peak, MB",
  ];
  say(`| | ${columns.join(" | ")} |\n|---|${columns.map(() => "---:|").join("")}`);
  for (const { name, cells, loadMs, memory } of competitors) {
    const prefilled = prefills.map((length) => median(cells.get(`prefill ${length}`)).toFixed(0));
    const steps = pasts.flatMap((past) => {
      const ms = median(cells.get(`past ${past}`));
      return [(1000 / ms).toFixed(1), ms.toFixed(2) + (readMs ? ` (${(ms / floor(past)).toFixed(2)})` : "")];
    });
    const facts = [(loadMs / 1000).toFixed(1), (memory.peakBytes / 1e6).toFixed(0)];
    say(`| ${[name, ...prefilled, ...steps, ...facts].join(" | ")} |`);
  }
  if (readMs === undefined) return;
  const floors = pasts.flatMap((past) => [(1000 / floor(past)).toFixed(1), floor(past).toFixed(2)]);
  const rate = (weightBytes / readMs / 1e6).toFixed(1);
  say(`| ${[`memory's own time, ${rate} GB/s`, ...prefills.map(() => ""), ...floors, "", ""].join(" | ")} |`);
}

function add(runner, cell, value) {
  runner.cells.set(cell, [...(runner.cells.get(cell) ?? []), value]);
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        python: { type: "string" },
        rounds: { type: "string", default: "3" },
        only: { type: "string" },
        against: { type: "string" },
      },
    });
    const roundCount = Number(values.rounds);
    const hasPeers = values.python !== undefined || values.against !== undefined;
    if (positionals.length === 1 && hasPeers && roundCount >= 1) {
      return {
        folder: resolve(positionals[0]),
        python: values.python,
        rounds: roundCount,
        only: values.only,
        against: values.against,
      };
    }
    usage();
  } catch (error) {
    usage(error.message);
  }
}

function usage(problem) {
  if (problem) say(problem);
  say(USAGE);
  process.exit(2);
}
