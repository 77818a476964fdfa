/**
 * Counts the ends of notes in passages of 20 s and in the 30 s after each: the data of `end_factor.py`.
 *
 *   node twin/end-counts.mjs FOLDER OUT.json [--exclude LIST] [--every 1]
 *
 * FOLDER holds MIDI files. With --every N, only each Nth file is read. LIST names files to exclude, relative to FOLDER, one per line.
 * OUT.json: an array of { ends, expected, endsAfter, expectedAfter }, one for each minute of a piece: the number of note ends at an age (the
 * time since the onset) of 1.5 s or more, and the number expected from the rates of src/music/end-rates.ts, in the passage and after it.
 * Passages with fewer than 20 notes are omitted.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { encodeScore, PERFORMANCE_416, readMidi } from "../../dist/encoding/index.js";
import { expectedEnds, registerOf } from "../../dist/src/music/end-rates.js";
import { midiFiles, progress, say } from "../tools.mjs";

const BEFORE = 20;
const AFTER = 30;
const PERIOD = 60;
const MIN_NOTES = 20;
const MIN_AGE = 1.5;
const STEPS_PER_SECOND = 100;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { exclude: { type: "string" }, every: { type: "string", default: "1" } },
});
const [folder, out] = positionals;
const every = Number(values.every);
if (out === undefined || positionals.length !== 2 || !(every >= 1)) {
  say("usage: node twin/end-counts.mjs FOLDER OUT.json [--exclude LIST] [--every 1]");
  process.exit(2);
}
const excluded = new Set(
  values.exclude === undefined ? [] : readFileSync(values.exclude, "utf8").split("\n"),
);
const files = midiFiles(folder).filter(
  (file, index) => !excluded.has(relative(folder, file)) && index % every === 0,
);
const passages = files.flatMap((file, index) => {
  progress(`${index + 1} of ${files.length} files`);
  const { notes } = encodeScore(readMidi(readFileSync(file)), PERFORMANCE_416, { trimLeadingSilence: true });
  return passagesOf(notes);
});
writeFileSync(out, JSON.stringify(passages));
say(`${passages.length} passages of ${files.length} files`);

function passagesOf(notes) {
  const length = notes.reduce((latest, { endSeconds }) => Math.max(latest, endSeconds), 0);
  const found = [];
  for (let start = 0; start + BEFORE + AFTER < length; start += PERIOD) {
    const before = countEnds(notes, start, start + BEFORE);
    const after = countEnds(notes, start + BEFORE, start + BEFORE + AFTER);
    if (before.notes < MIN_NOTES || after.notes < MIN_NOTES) continue;
    const { ends, expected } = before;
    found.push({ ends, expected, endsAfter: after.ends, expectedAfter: after.expected });
  }
  return found;
}

/** Counts the ends of the notes that begin between two times, in seconds, up to the second time. */
function countEnds(notes, from, to) {
  const begun = notes.filter(({ startSeconds }) => startSeconds >= from && startSeconds < to);
  const old = begun.filter(
    ({ startSeconds, endSeconds }) => Math.min(endSeconds, to) - startSeconds >= MIN_AGE,
  );
  const expected = old.map(({ pitch, startSeconds, endSeconds }) => {
    const age = Math.min(endSeconds, to) - startSeconds;
    return expectedEnds(registerOf(pitch), MIN_AGE * STEPS_PER_SECOND, age * STEPS_PER_SECOND);
  });
  return {
    notes: begun.length,
    ends: old.filter(({ endSeconds }) => endSeconds < to).length,
    expected: expected.reduce((sum, each) => sum + each, 0),
  };
}
