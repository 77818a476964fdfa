/**
 * Collects pairs for the twin test: the pianist's and a model's continuation, of CONTINUATION seconds each, of the same PRIMER seconds of
 * a real piece.
 *
 *   node twin/pairs.mjs FOLDER OUT.json [--pairs 220] [--model piano] [--options '{"temperature":0.9}'] [--threads N]
 *
 * FOLDER holds real pieces that the model was not trained on. Each round takes one window of each piece. Windows and seeds are the same in
 * every run. OUT.json: an array of { file, seconds, primer, real, made }. `seconds` is the start of the window; the last three are arrays
 * of notes [onset, end, pitch, velocity], with times in seconds, in steps of the encoder (10 ms). Notes are cut at the end of their window.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import {
  decodePerformance,
  encodePerformance,
  encodeScore,
  PERFORMANCE_416,
  readMidi,
  scoreFromNotes,
} from "../../dist/encoding/index.js";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { machine, midiFiles, progress, say } from "../tools.mjs";

const PRIMER = 20;
const CONTINUATION = 30;
/** Windows with fewer notes are omitted. */
const MIN_NOTES = 20;
const MAX_ROUNDS = 6;
const FIRST_SEED = 1001;
const STEPS_PER_SECOND = 100;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: "string", default: "220" },
    model: { type: "string", default: "piano" },
    options: { type: "string", default: "{}" },
    threads: { type: "string" },
  },
});
const [folder, out] = positionals;
const wanted = Number(values.pairs);
if (out === undefined || positionals.length !== 2 || !(wanted >= 1)) {
  say(
    `usage: node twin/pairs.mjs FOLDER OUT.json [--pairs 220] [--model piano] [--options '{"temperature":0.9}'] [--threads N]`,
  );
  process.exit(2);
}
const options = JSON.parse(values.options);
const model = await loadMusicModel(
  values.model,
  values.threads === undefined ? {} : { threads: Number(values.threads) },
);
say(machine());

const pairs = [];
let seed = FIRST_SEED;
for (const { file, seconds, primer, real } of windows(midiFiles(folder).toSorted())) {
  const { score } = await model.generate({
    primer: scoreFromNotes(primer),
    seconds: CONTINUATION,
    continuationOnly: true,
    seed,
    ...options,
  });
  seed += 1;
  pairs.push({
    file: relative(folder, file),
    seconds,
    primer: quantized(primer),
    real: quantized(real),
    made: quantized(encodeScore(score, PERFORMANCE_416, {}).notes),
  });
  progress(`${pairs.length} of ${wanted} pairs`);
  if (pairs.length === wanted) break;
}
await model.dispose();
writeFileSync(out, `${JSON.stringify(pairs)}\n`);
say(`${pairs.length} pairs of ${new Set(pairs.map(({ file }) => file)).size} pieces in ${out}`);

/** Windows of the pieces: one of each piece per round, with a random start. */
function* windows(files) {
  const random = randomNumbers();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const file of files) {
      const position = random();
      const { notes } = encodeScore(readMidi(readFileSync(file)), PERFORMANCE_416, {
        trimLeadingSilence: true,
      });
      const end = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
      if (end < PRIMER + CONTINUATION) continue;
      const seconds = position * (end - PRIMER - CONTINUATION);
      const primer = cut(notes, seconds, seconds + PRIMER);
      const real = cut(notes, seconds + PRIMER, seconds + PRIMER + CONTINUATION);
      if (Math.min(primer.length, real.length) >= MIN_NOTES) yield { file, seconds, primer, real };
    }
  }
}

/** The notes that start in a window, with times relative to its start. */
function cut(notes, from, to) {
  return notes
    .filter(({ startSeconds }) => startSeconds >= from && startSeconds < to)
    .map(({ pitch, velocity, startSeconds, endSeconds }) => ({
      pitch,
      velocity,
      startSeconds: startSeconds - from,
      endSeconds: Math.min(endSeconds, to) - from,
    }));
}

/** The notes after encoding and decoding, so that rounding does not distinguish pianist and model. */
function quantized(notes) {
  if (notes.length === 0) return [];
  return decodePerformance(encodePerformance(notes, PERFORMANCE_416), PERFORMANCE_416).map(
    ({ startStep, endStep, pitch, velocity }) => [
      startStep / STEPS_PER_SECOND,
      endStep / STEPS_PER_SECOND,
      pitch,
      velocity,
    ],
  );
}

/** A linear congruential generator with the constants of Numerical Recipes: the same windows in every run. */
function randomNumbers() {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
