/**
 * Compares the speed of reading and encoding, in one run.
 *
 *   npm ci && npm run bench -- FOLDER [--python PATH]
 *
 * FOLDER contains MIDI files. With `--python`, MidiTok's MIDILike (symusic reads the files) tokenizes the same folder.
 * Implementations take turns, and medians are printed; garbage collection is included. If other processes used the
 * machine, the run reports it; it also prints the fastest times.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import tonejs from "@tonejs/midi";
import { parseMidi } from "midi-file";
import {
  encodeScore,
  PERFORMANCE_388,
  PERFORMANCE_416,
  PerformanceGrammar,
  PerformanceState,
  readMidi,
} from "../../dist/encoding/index.js";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { filesIn, madePiece, say } from "./files.mjs";

const { Midi } = tonejs;
const ROUNDS = 15;

/** File size in bytes that separates small from large files. */
const SIZE_CLASSES = [10_000, 20_000, Infinity];

const encode = (bytes) => encodeScore(readMidi(bytes), PERFORMANCE_388).ids.length;

/**
 * Milliseconds of each implementation for each file: median and minimum over the rounds. The implementations take turns
 * at each file, so that other work on the machine affects all of them.
 */
function race(implementations, files, rounds = ROUNDS) {
  const runs = Object.entries(implementations);
  const times = runs.map(() => files.map(() => []));
  for (let round = -3; round < rounds; round += 1) {
    for (const [index, file] of files.entries()) {
      for (const [implementation, [, run]] of runs.entries()) {
        const start = performance.now();
        run(file);
        if (round >= 0) times[implementation][index].push(performance.now() - start);
      }
    }
  }
  return new Map(runs.map(([name], implementation) => [name, times[implementation].map(summary)]));
}

function summary(times) {
  const sorted = times.toSorted((x, y) => x - y);
  return { median: sorted[sorted.length >> 1], fastest: sorted[0] };
}

function total(summaries) {
  const sum = { median: 0, fastest: 0 };
  for (const { median, fastest } of summaries) {
    sum.median += median;
    sum.fastest += fastest;
  }
  return sum;
}

/** Sums over the files whose index is accepted. */
function totals(results, accepts = () => true) {
  return new Map(
    [...results].map(([name, ofFiles]) => [name, total(ofFiles.filter((_, index) => accepts(index)))]),
  );
}

function table(title, results, reference) {
  say(`\n${title}`);
  say("| | median ms | ratio | fastest ms | ratio |\n|---|---|---|---|---|");
  const base = results.get(reference);
  for (const [name, { median, fastest }] of results) {
    const ratios = [median / base.median, fastest / base.fastest].map((ratio) => ratio.toFixed(2));
    say(`| ${name} | ${median.toFixed(1)} | ${ratios[0]} | ${fastest.toFixed(1)} | ${ratios[1]} |`);
  }
}

function miditok(python, folder) {
  const code = `
import sys, time, pathlib
from miditok import MIDILike
from symusic import Score
tokenizer = MIDILike()
files = sorted(p for p in pathlib.Path(sys.argv[1]).rglob("*.mid"))
times = []
for _ in range(5):
    start = time.perf_counter()
    for file in files:
        tokenizer.encode(Score(file))
    times.append(time.perf_counter() - start)
times.sort()
print(times[len(times) // 2] * 1000, times[0] * 1000)
`;
  const [median, fastest] = execFileSync(python, ["-c", code, folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .trim()
    .split(" ")
    .map(Number);
  return { median, fastest };
}

const [folder, flag, python] = process.argv.slice(2);
if (folder === undefined || (flag !== undefined && (flag !== "--python" || python === undefined))) {
  say("usage: npm run bench -- FOLDER [--python PATH]");
  process.exit(2);
}
const busy = loadavg()[0] > 0.5 ? `, NOT IDLE: load ${loadavg()[0].toFixed(1)}` : "";
say(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}${busy}`);

const files = filesIn(folder);
const bytes = files.reduce((sum, file) => sum + file.length, 0);
const results = race(
  { "midi-file, parse": parseMidi, "ostinato, read": readMidi, "ostinato, read and encode": encode },
  files,
);
const all = totals(results);
try {
  if (python !== undefined) all.set("MidiTok MIDILike, read and encode", miditok(python, folder));
} catch {
  say(`${python} cannot run MidiTok (pip install miditok symusic): skipped`);
}
table(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`, all, "midi-file, parse");
for (const [index, limit] of SIZE_CLASSES.entries()) {
  const above = SIZE_CLASSES[index - 1] ?? 0;
  const isIn = (file) => files[file].length > above && files[file].length <= limit;
  const count = files.filter((_, file) => isIn(file)).length;
  const bounds = limit === Infinity ? `over ${above} bytes` : `over ${above} and up to ${limit} bytes`;
  if (count > 0) table(`the ${count} of them ${bounds}`, totals(results, isIn), "midi-file, parse");
}

const piece = [madePiece(10_000)];
const tone = race(
  {
    "midi-file, parse": parseMidi,
    "ostinato, read": readMidi,
    "ostinato, read and encode": encode,
    "@tonejs/midi, read": (file) => new Midi(file),
  },
  piece,
  5,
);
table("one file of 10,000 notes", totals(tone), "midi-file, parse");

say("\nread and encode, by length\n| notes | median ms | ns a note | midi-file ms |\n|---|---|---|---|");
for (const count of [10_000, 100_000, 1_000_000]) {
  const large = race({ encode, parseMidi }, [madePiece(count)], 5);
  const { median } = total(large.get("encode"));
  say(
    `| ${count} | ${median.toFixed(0)} | ${((median * 1e6) / count).toFixed(0)} | ${total(large.get("parseMidi")).median.toFixed(0)} |`,
  );
}

await grammarBesideDecoding(files);

/** Measures the cost of the grammar at each id of real pieces, and compares it with a step of the model. */
async function grammarBesideDecoding(pieces) {
  const ids = pieces.flatMap((file) => [...encodeScore(readMidi(file), PERFORMANCE_416).ids]);
  const piano = await loadMusicModel("piano");
  const { decoder } = piano;
  const cache = decoder.createCache();
  await decoder.forward(ids.slice(0, decoder.config.window), cache);
  const steps = [];
  for (const id of ids.slice(decoder.config.window, decoder.config.window + 60)) {
    const start = performance.now();
    await decoder.forward([id], cache);
    steps.push(performance.now() - start);
  }
  const allowed = new Uint8Array(PERFORMANCE_416.size);
  const masks = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const state = new PerformanceState(PERFORMANCE_416);
    const grammar = new PerformanceGrammar(state, { longestNoteSteps: 1000 });
    const start = performance.now();
    for (const id of ids) {
      grammar.mask(allowed);
      state.push(id);
    }
    masks.push((performance.now() - start) / ids.length);
  }
  const [step, mask] = [summary(steps), summary(masks)];
  say(`\nthe grammar's mask, over ${ids.length} ids, and a decode step of models/piano, its window full`);
  say("| | median µs | fastest µs |\n|---|---|---|");
  for (const [name, { median, fastest }] of [
    ["mask and push", mask],
    ["decode step", step],
  ])
    say(`| ${name} | ${(median * 1000).toFixed(2)} | ${(fastest * 1000).toFixed(2)} |`);
  say(`the mask costs ${((100 * mask.median) / step.median).toFixed(3)} % of a step`);
  await piano.dispose();
}
