/**
 * Measures the quality of generated music after half an hour: minutes 20 to 30 of some seeds, compared with the pieces of
 * a folder.
 *
 *   node endless/half-hour.mjs FOLDER [--model piano] [--seeds 8] [--seed 1] [--minutes 30]
 *     [--temperature N] [--pitch-temperature N] [--top-p N] [--min-p N] [--threads N] [--out MIDI_FOLDER] [--no-drift-control]
 *
 * Prints for the last ten minutes of each seed: notes per second, entropy of the pitch classes, and the fraction of
 * repeated note sequences in windows of 30 s (the mean of the windows); for each piece of FOLDER the same over its whole
 * length. MIDI_FOLDER receives the generated pieces. The last line counts the seeds between the 5th and 95th percentiles
 * of the pieces.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readMidi, writeMidi } from "../../dist/encoding/index.js";
import { quantile } from "../../dist/src/tools/compare/histogram.js";
import { repetitionShare, RUN_LENGTHS } from "../../dist/src/tools/compare/repetition.js";
import { cutWindows, gridNotes } from "../../dist/src/tools/compare/windows.js";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { machine, midiFiles, progress, say } from "../tools.mjs";

const STEPS_PER_SECOND = 100;
const WINDOW_SECONDS = 30;
const LAST_MINUTES = 10;
const MEASURES = ["notes/s", "entropy, bits", ...RUN_LENGTHS.map((length) => `runs of ${length}, %`)];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "piano" },
    seeds: { type: "string", default: "8" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "30" },
    temperature: { type: "string", default: "1" },
    "pitch-temperature": { type: "string" },
    "top-p": { type: "string", default: "1" },
    "min-p": { type: "string", default: "0" },
    threads: { type: "string" },
    out: { type: "string" },
    "drift-control": { type: "boolean", default: true },
  },
  allowNegative: true,
});
const [seeds, seed, minutes] = [Number(values.seeds), Number(values.seed), Number(values.minutes)];
const sampling = {
  temperature: Number(values.temperature),
  ...(values["pitch-temperature"] === undefined
    ? {}
    : { pitchTemperature: Number(values["pitch-temperature"]) }),
  topP: Number(values["top-p"]),
  minP: Number(values["min-p"]),
  driftControl: values["drift-control"],
};
if (positionals.length !== 1 || !(seeds >= 1 && seed >= 0 && minutes > LAST_MINUTES)) {
  say(
    "usage: node endless/half-hour.mjs FOLDER [--model piano] [--seeds 8] [--seed 1] [--minutes 30, above 10] [--temperature N] [--pitch-temperature N] [--top-p N] [--min-p N] [--threads N] [--out MIDI_FOLDER] [--no-drift-control]",
  );
  process.exit(2);
}

const pieces = midiFiles(positionals[0]).map((file) => measure(gridNotes(readMidi(readFileSync(file)))));
const low = MEASURES.map((_, of) => quantile(column(pieces, of), 0.05));
const high = MEASURES.map((_, of) => quantile(column(pieces, of), 0.95));

const model = await loadMusicModel(
  values.model,
  values.threads === undefined ? {} : { threads: Number(values.threads) },
);
say(machine());
const music = await model.variations(seeds, {
  seed,
  seconds: minutes * 60,
  ...sampling,
  onEvent: (event, index) => {
    if (index === 0) progress(`${(event.seconds / 60).toFixed(1)} of ${minutes} minutes`);
  },
});
await model.dispose();
if (values.out !== undefined) {
  mkdirSync(values.out, { recursive: true });
  for (const [index, { score }] of music.entries())
    writeFileSync(join(values.out, `${seed + index}.mid`), writeMidi(score));
}

const from = (minutes - LAST_MINUTES) * 60 * STEPS_PER_SECOND;
const rows = music.map(({ score }) => {
  const late = gridNotes(score).filter(({ startStep }) => startStep >= from);
  return measure(
    late.map((note) => ({ ...note, startStep: note.startStep - from, endStep: note.endStep - from })),
  );
});
say(`\n|  | ${MEASURES.join(" | ")} |\n|---|${"---:|".repeat(MEASURES.length)}`);
for (const [index, row] of rows.entries()) say(line(`seed ${seed + index}`, row));
say(line("seeds, median", MEASURES.map((_, of) => quantile(column(rows, of), 0.5)))); // prettier-ignore
say(line(`${pieces.length} pieces, 5 %`, low));
say(line("median", MEASURES.map((_, of) => quantile(column(pieces, of), 0.5)))); // prettier-ignore
say(line("95 %", high));
const within = MEASURES.map(
  (_, of) => rows.filter((row) => row[of] >= low[of] && row[of] <= high[of]).length,
);
say(`| seeds within | ${within.map((count) => `${count} of ${seeds}`).join(" | ")} |`);

/** The columns of the table, computed from quantized notes. */
function measure(notes) {
  const end = notes.reduce((latest, { endStep }) => Math.max(latest, endStep), 1);
  const counts = Array.from({ length: 12 }, () => 0);
  for (const { pitch } of notes) counts[pitch % 12] += 1;
  const entropy = counts
    .filter((count) => count > 0)
    .map((count) => count / notes.length)
    .reduce((sum, share) => sum - share * Math.log2(share), 0);
  const windows = cutWindows("", notes, WINDOW_SECONDS);
  const repeated = RUN_LENGTHS.map((length) => {
    const shares = windows.map((window) => repetitionShare(window, length));
    return (100 * shares.reduce((sum, share) => sum + share, 0)) / Math.max(1, shares.length);
  });
  return [(notes.length * STEPS_PER_SECOND) / end, entropy, ...repeated];
}

function column(rowsOf, index) {
  return rowsOf.map((row) => row[index]);
}

function line(name, numbers) {
  return `| ${name} | ${numbers.map((number) => number.toFixed(2)).join(" | ")} |`;
}
