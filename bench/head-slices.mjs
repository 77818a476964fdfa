/**
 * Measures slices of the head, in GPT-2's shape with the 55,028 ids of the Anticipatory Music Transformer and random weights, compared with
 * the whole head, with transformers.js, and with the memory of GPT-2.
 *
 *   node head-slices.mjs FOLDER [--python PATH] [--rounds N] [--only GROUP] [--csv MACHINE]
 *
 * FOLDER receives the weights of both networks, made once, those of arrival times by PATH: a Python with PyTorch, transformers and
 * optimum-onnx. The implementations of a group are loaded in their own processes and take turns for N rounds (default 5). The values are
 * medians of the rounds, the ratios medians of the ratios within a round. "CPU" is the CPU time of all threads. `--csv` prints rows for
 * results/engine.csv. A "hop" is the re-encoding of a full window, which shortens it to about half.
 */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { IdleWatch } from "./idle-watch.mjs";
import { Implementation } from "./process.mjs";
import { machine, median, progress, python, say } from "./tools.mjs";

/** Ids after the first. */
const STEPS = 30;
const PASTS = [64, 512];
/** Hops to measure; there is one every 169 notes. */
const HOPS = 2;
const THREADS = Math.min(2, availableParallelism());

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string" },
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    csv: { type: "string" },
  },
});
if (positionals.length !== 1) {
  say("usage: node head-slices.mjs FOLDER [--python PATH] [--rounds N] [--only GROUP] [--csv MACHINE]");
  process.exit(2);
}
const folder = resolve(positionals[0]);
const rounds = Number(given.rounds);
const arrival = join(folder, "arrival");
const gpt2 = join(folder, "gpt2");

const node = (...rest) => [process.execPath, "implementations/main.mjs", ...rest.map(String)];
const ostinato = (head, backend, precision, threads) => ({
  idsPerTime: 3, // a note
  command: node("arrival", arrival, backend, precision, threads, head),
});

/** The first implementation of each group has the slices; the others are compared with it. */
const GROUPS = [
  {
    key: "int8",
    title: `GPT-2's shape with 55,028 ids, int8, Node, ${THREADS} threads`,
    implementations: {
      "Ostinato, head slices": ostinato("slices", "node", "int8", THREADS),
      "Ostinato, whole head": ostinato("whole", "node", "int8", THREADS),
      "transformers.js, q8": { command: node("transformers.js", arrival, "node", "q8", THREADS) },
      "Ostinato, GPT-2": { command: node("ostinato", gpt2, "node", "int8", THREADS) },
    },
  },
  {
    key: "fp32",
    title: `GPT-2's shape with 55,028 ids, fp32, Node, ${THREADS} threads`,
    implementations: {
      "Ostinato, head slices": ostinato("slices", "node", "fp32", THREADS),
      "Ostinato, whole head": ostinato("whole", "node", "fp32", THREADS),
    },
  },
  ...["int8", "fp32"].map((precision) => ({
    key: `wasm-${precision}`,
    title: `GPT-2's shape with 55,028 ids, ${precision}, WebAssembly, ${THREADS} threads`,
    implementations: {
      "Ostinato, head slices": ostinato("slices", "wasm", precision, THREADS),
      "Ostinato, whole head": ostinato("whole", "wasm", precision, THREADS),
    },
  })),
  { key: "hop", title: `The cache hops, int8, Node, ${THREADS} threads` },
];

makeWeights();
const groups = GROUPS.filter(({ key }) => given.only === undefined || key === given.only);
say(`${machine()}; ${rounds} rounds`);
for (const group of groups) await (group.key === "hop" ? hop(group) : race(group));

function makeWeights() {
  const isThere = existsSync(join(arrival, "onnx", "model_quantized.onnx"));
  if (!isThere && given.python !== undefined)
    python(given.python, ["weights/make_gpt2.py", arrival, "arrival"]);
  if (existsSync(join(gpt2, "model.safetensors"))) return;
  execFileSync(process.execPath, [join(import.meta.dirname, "random-gpt2.mjs"), "--out", gpt2]);
}

async function race({ title, implementations }) {
  const runners = [];
  for (const [name, how] of Object.entries(implementations)) {
    (await load(name, how))?.implementation.end(); // writes the cache of quantized weights, which takes memory
    const runner = await load(name, how);
    if (runner) runners.push(runner);
  }
  const idle = new IdleWatch(runners);
  for (let round = -1; round < rounds; round += 1) {
    for (const past of PASTS) {
      const order = round % 2 === 0 ? runners : runners.toReversed();
      for (const runner of order) await measure(runner, past, round);
    }
  }
  for (const { implementation } of runners) implementation.end();
  progress("");
  say(`\n## ${title}\n\n${idle.verdict()}\n`);
  const [first] = runners;
  const samples = runners.filter(({ ids }) => ids).map(({ ids }) => JSON.stringify(ids));
  if (samples.length > 1)
    say(`The sampled ids are ${new Set(samples).size === 1 ? "the same" : "NOT THE SAME"}.\n`);
  const columns = PASTS.flatMap((past) => [`past ${past}, ids/s`, `ratio, ×`, `CPU, ms/id`, `CPU ratio, ×`]);
  say(`| | ${columns.join(" | ")} | peak, MB |\n|---|${columns.map(() => "---:|").join("")}---:|`);
  for (const runner of runners) {
    const cells = PASTS.flatMap((past) => {
      const ms = runner.cells.get(`ms ${past}`);
      const cpu = runner.cells.get(`cpu ${past}`);
      const ratio = (measure_) =>
        median(
          runner.cells
            .get(`${measure_} ${past}`)
            .map((each, i) => each / first.cells.get(`${measure_} ${past}`)[i]),
        );
      return [
        (1000 / median(ms)).toFixed(1),
        ratio("ms").toFixed(2),
        median(cpu).toFixed(1),
        ratio("cpu").toFixed(2),
      ];
    });
    const peak = (runner.peakBytes / 1e6).toFixed(0);
    say(`| ${[runner.name, ...cells, peak].join(" | ")} |`);
    for (const [i, past] of PASTS.entries()) {
      const [idsPerSecond, ratio] = cells.slice(4 * i);
      row(title, runner.name, `past ${past}`, idsPerSecond, "ids/s");
      if (runner !== first) row(title, runner.name, `head slices against it, past ${past}`, ratio, "×");
    }
    row(title, runner.name, "peak", peak, "MB");
  }
}

async function measure(runner, past, round) {
  const prompt = Array.from({ length: past }, (_, i) => (37 * i + 11 * past + round + 1) % 400);
  const steps = STEPS / runner.idsPerTime;
  const count = round < 0 ? 2 : steps + 1;
  const { times, cpu, ids, cpuMs, peakBytes } = await runner.implementation.generate(prompt, count);
  progress(`${runner.name}: past ${past}, ${times.at(-1).toFixed(0)} ms`);
  Object.assign(runner, { cpuMs, peakBytes });
  if (round < 0) return; // warm-up
  add(runner, `ms ${past}`, (times[steps] - times[0]) / STEPS);
  add(runner, `cpu ${past}`, (cpu[steps] - cpu[0]) / STEPS);
  if (ids) runner.ids = [...(runner.ids ?? []), ...ids];
}

/** The time that hops add: about half of a full window is read again. */
async function hop({ title }) {
  const { implementation } = await load("hops", ostinato("slices", "node", "int8", THREADS));
  const { times, cpu, read } = await implementation.generate(Array.from({ length: 511 }), 1 + HOPS * 200);
  implementation.end();
  const notes = read
    .slice(1)
    .map((ids, i) => ({ ids, ms: times[i + 1] - times[i], cpu: cpu[i + 1] - cpu[i] }));
  const isHop = ({ ids }) => ids > 100;
  const at = notes.flatMap((note, i) => (isHop(note) ? [i] : []));
  const between = (at.at(-1) - at[0]) / (at.length - 1);
  const perNote = (key) =>
    (median(notes.filter(isHop).map((note) => note[key])) -
      median(notes.filter((note) => !isHop(note)).map((note) => note[key]))) /
    between;
  say(
    `\n## ${title}\n\n${at.length} hops, one every ${between} notes, which read ${notes[at[0]].ids - 2} ids\n`,
  );
  for (const [key, unit] of [
    ["ms", "ms"],
    ["cpu", "CPU, ms"],
  ]) {
    const note = median(notes.filter((each) => !isHop(each)).map((each) => each[key])).toFixed(1);
    say(`a note ${note} ${unit}; hops add ${perNote(key).toFixed(2)} ${unit} a note on average`);
    row(title, "Ostinato, head slices", `a note without a hop, ${unit}`, note, unit);
    row(title, "Ostinato, head slices", `added by hops, ${unit} a note`, perNote(key).toFixed(2), unit);
  }
}

async function load(name, { command, idsPerTime = 1 }) {
  progress(`loading ${name}`);
  const implementation = new Implementation(command);
  try {
    const { cpuMs } = await implementation.loaded();
    return { name, implementation, idsPerTime, cpuMs, cells: new Map(), peakBytes: 0 };
  } catch (error) {
    say(`${name} is omitted: ${error.message}`);
    return undefined;
  }
}

function add(runner, cell, value) {
  runner.cells.set(cell, [...(runner.cells.get(cell) ?? []), value]);
}

function row(title, implementation, measured, value, unit) {
  if (given.csv === undefined) return;
  const date = new Date().toISOString().slice(0, 10);
  const cells = ["head-slices.mjs", title, implementation, measured, value, unit, given.csv, date];
  say(
    [...cells, "node head-slices.mjs FOLDER --python PATH"]
      .map((cell) => (/,/.test(cell) ? `"${cell}"` : cell))
      .join(","),
  );
}
