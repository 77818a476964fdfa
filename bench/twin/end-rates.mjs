/**
 * Measures the rates of note ends in human music (hazard rates), by register and age: the table in src/music/end-rates.ts.
 *
 *   node twin/end-rates.mjs FOLDER [--exclude LIST]
 *
 * FOLDER contains MIDI files; LIST names files to exclude, relative to FOLDER, one per line. Durations include the pedal. The rate of a
 * register in an interval of ages (times since the onset) is the number of ends in it, divided by the total time that notes sound at these
 * ages. Also prints percentiles of the polyphony.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { encodeScore, PERFORMANCE_416, readMidi } from "../../dist/encoding/index.js";
import { midiFiles, progress, say } from "../tools.mjs";

/** The lowest pitch of each register. */
const LOWEST = [0, 36, 48, 60, 72, 84];
/** The bounds of the age intervals, in seconds. */
const AGES = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 12];
const KEYS = 128;
const SHARES = [0.99, 0.999, 0.9999];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { exclude: { type: "string" } },
});
const [folder] = positionals;
if (folder === undefined || positionals.length !== 1) {
  say("usage: node twin/end-rates.mjs FOLDER [--exclude LIST]");
  process.exit(2);
}
const excluded = new Set(
  values.exclude === undefined ? [] : readFileSync(values.exclude, "utf8").split("\n"),
);
const files = midiFiles(folder).filter((file) => !excluded.has(relative(folder, file)));
const ends = LOWEST.map(() => AGES.map(() => 0));
const seconds = LOWEST.map(() => AGES.map(() => 0));
const secondsOfKeys = new Float64Array(KEYS + 1);
for (const [i, file] of files.entries()) {
  const { notes } = encodeScore(readMidi(readFileSync(file)), PERFORMANCE_416, { trimLeadingSilence: true });
  for (const note of notes) count(note);
  countKeys(notes);
  progress(`${i + 1} of ${files.length} files`);
}

say(`${files.length} files. Ends per second, by lowest pitch and ages of ${AGES.slice(0, -1).join(", ")} s:`);
for (const [register, lowest] of LOWEST.entries()) {
  const rates = AGES.slice(0, -1).map((_, age) => (ends[register][age] / seconds[register][age]).toFixed(2));
  say(`${lowest}: [${rates.join(", ")}]`);
}
for (const share of SHARES) say(`polyphony, ${100 * share}th percentile over time: ${keysAt(share)} keys`);

function count({ pitch, startSeconds, endSeconds }) {
  const length = endSeconds - startSeconds;
  const register = LOWEST.findLastIndex((lowest) => pitch >= lowest);
  for (let age = 0; age + 1 < AGES.length && length > AGES[age]; age += 1) {
    seconds[register][age] += Math.min(length, AGES[age + 1]) - AGES[age];
    if (length <= AGES[age + 1]) ends[register][age] += 1;
  }
}

/** Adds the seconds during which each number of keys sounds. */
function countKeys(notes) {
  const changes = notes.flatMap(({ pitch, startSeconds, endSeconds }) => [
    { seconds: startSeconds, pitch, by: 1 },
    { seconds: endSeconds, pitch, by: -1 },
  ]);
  const sounding = new Uint32Array(KEYS);
  let [keys, before] = [0, 0];
  for (const change of changes.toSorted((a, b) => a.seconds - b.seconds || a.by - b.by)) {
    secondsOfKeys[keys] += change.seconds - before;
    before = change.seconds;
    if (sounding[change.pitch] === 0) keys += 1;
    sounding[change.pitch] += change.by;
    if (sounding[change.pitch] === 0) keys -= 1;
  }
}

/** The number of keys that is not exceeded for this share of the time: a percentile. */
function keysAt(share) {
  const most = share * secondsOfKeys.reduce((sum, each) => sum + each);
  let [keys, sum] = [0, secondsOfKeys[0]];
  while (sum < most) sum += secondsOfKeys[(keys += 1)];
  return keys;
}
