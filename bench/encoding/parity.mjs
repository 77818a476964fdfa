/**
 * Compares ids with those of note-seq, from MIDI bytes to ids.
 *
 *   python ../../test/encoding/golden/make_golden.py --folder FOLDER EVERY note-seq.jsonl    (its requirements are in the file)
 *   node parity.mjs note-seq.jsonl…
 *
 * Reads the output of `make_golden.py`. Prints every file that differs, with the first differing id; the exit code is
 * then 1.
 */
import { readFileSync } from "node:fs";
import { encodeScore, readMidi, VOCABULARIES } from "../../dist/encoding/index.js";
import { say } from "./files.mjs";

/** A JSON list (random pieces, which contain their files) or a JSON object per line (with the path of the file). */
function rowsOf(text) {
  if (text.startsWith("[")) return JSON.parse(text);
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const paths = process.argv.slice(2);
if (paths.length === 0) {
  say("usage: node parity.mjs FILE… (the output of make_golden.py)");
  process.exit(2);
}

for (const path of paths) {
  const rows = rowsOf(readFileSync(path, "utf8"));
  const equal = new Map();
  const idCounts = new Map();
  for (const { name, midi, ids } of rows) {
    const bytes = midi === undefined ? readFileSync(name) : Buffer.from(midi, "base64");
    const score = readMidi(new Uint8Array(bytes), { compatibility: "note-seq" });
    for (const [vocabularyName, expected] of Object.entries(ids)) {
      const vocabulary = VOCABULARIES.get(vocabularyName);
      const ours = encodeScore(score, vocabulary, { dropOutOfRange: true }).ids;
      const length = Math.max(ours.length, expected.length);
      const difference = Array.from({ length }).findIndex((_, index) => ours[index] !== expected[index]);
      idCounts.set(vocabularyName, (idCounts.get(vocabularyName) ?? 0) + expected.length);
      if (difference < 0) equal.set(vocabularyName, (equal.get(vocabularyName) ?? 0) + 1);
      else
        say(
          `${name}, ${vocabularyName}: id ${difference} is ${ours[difference]}, note-seq's ${expected[difference]}`,
        );
    }
  }
  for (const [vocabularyName, ids] of idCounts) {
    const count = equal.get(vocabularyName) ?? 0;
    say(`${path}, ${vocabularyName}: ${count} of ${rows.length} files equal, ${ids} ids`);
    if (count < rows.length) process.exitCode = 1;
  }
}
