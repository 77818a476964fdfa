/**
 * Reading and encoding, side by side in one run.
 *
 *   npm ci && npm run bench -- FOLDER [--python PATH]
 *
 * FOLDER holds MIDI files; with `--python`, MidiTok's MIDILike (symusic reads the files) tokenises the same folder.
 * Contestants take turns, and medians are shown; garbage collection falls where it falls. A machine with other work to
 * do slows some times more than others: the run says so, and also gives the fastest times.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import tonejs from "@tonejs/midi";
import { parseMidi } from "midi-file";
import { encodeScore, PERFORMANCE_388, readMidi } from "../../dist/encoding/index.js";
import { filesIn, madePiece, say } from "./files.mjs";

const { Midi } = tonejs;
const ROUNDS = 15;

const encode = (bytes) => encodeScore(readMidi(bytes), PERFORMANCE_388).ids.length;

/**
 * Milliseconds of each contestant over all files: each file's median over the rounds, and each file's fastest, added up.
 * Files are short and the contestants take turns at each, so that other work on the machine falls into few of the times.
 */
function race(contestants, files, rounds = ROUNDS) {
  const runs = Object.entries(contestants);
  const times = runs.map(() => files.map(() => []));
  for (let round = -3; round < rounds; round += 1) {
    for (const [index, file] of files.entries()) {
      for (const [contestant, [, run]] of runs.entries()) {
        const start = performance.now();
        run(file);
        if (round >= 0) times[contestant][index].push(performance.now() - start);
      }
    }
  }
  return new Map(
    runs.map(([name], contestant) => {
      let [median, fastest] = [0, 0];
      for (const ofFile of times[contestant]) {
        ofFile.sort((x, y) => x - y);
        median += ofFile[ofFile.length >> 1];
        fastest += ofFile[0];
      }
      return [name, { median, fastest }];
    }),
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
try {
  if (python !== undefined) results.set("MidiTok MIDILike, read and encode", miditok(python, folder));
} catch {
  say(`${python} cannot run MidiTok (pip install miditok symusic): left out`);
}
table(
  `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB (small, so @tonejs/midi is timed below)`,
  results,
  "midi-file, parse",
);

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
table("one file of 10,000 notes", tone, "midi-file, parse");

say("\nread and encode, by length\n| notes | median ms | ns a note | midi-file ms |\n|---|---|---|---|");
for (const count of [10_000, 100_000, 1_000_000]) {
  const large = race({ encode, parseMidi }, [madePiece(count)], 5);
  const { median } = large.get("encode");
  say(
    `| ${count} | ${median.toFixed(0)} | ${((median * 1e6) / count).toFixed(0)} | ${large.get("parseMidi").median.toFixed(0)} |`,
  );
}
