/**
 * Fits the logit biases of the theme memory to human music by maximum likelihood: the table in src/music/theme-weights.ts.
 *
 *   node themes/fit.mjs FOLDER [--model piano] [--rounds 40] [--measure] [--threads N]
 *
 * FOLDER holds MIDI files. Each piece is scored as by `ostinato evaluate`, in half-overlapping blocks. A weight is added to the logit of
 * each id that the memory predicts. The total probabilities of note-ons, velocities and time shifts stay the same. The weights maximize the
 * log-likelihood, which is concave in them, less an L2 penalty. First they are fitted to every other piece and measured on the rest, then
 * fitted to all pieces. With --measure only the weights in the repository are measured.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  encodePerformance,
  encodeScore,
  PERFORMANCE_416,
  PerformanceState,
  readMidi,
} from "../../dist/encoding/index.js";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { ThemeMemory } from "../../dist/src/music/theme-memory.js";
import { LENGTH_BINS, THEME_WEIGHTS } from "../../dist/src/music/theme-weights.js";
import { machine, midiFiles, progress, say } from "../tools.mjs";

const KINDS = ["NOTE_ON", "VELOCITY", "TIME_SHIFT"];
/** Rows of logits per call of the decoder. */
const ROWS = 128;
/** The L2 penalty per piece, in nats per squared weight. */
const PENALTY = 0.05;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "piano" },
    rounds: { type: "string", default: "40" },
    measure: { type: "boolean", default: false },
    threads: { type: "string" },
  },
});
const [folder] = positionals;
if (folder === undefined || positionals.length !== 1) {
  say("usage: node themes/fit.mjs FOLDER [--model piano] [--rounds 40] [--measure] [--threads N]");
  process.exit(2);
}

/** The weights in one array, by feature and length bin. */
const FEATURES = Object.keys(THEME_WEIGHTS);
const COLUMNS = LENGTH_BINS.notes.length;
const slotOf = (feature, bin) => FEATURES.indexOf(feature) * COLUMNS + bin;
const present = Float64Array.from(FEATURES.flatMap((feature) => THEME_WEIGHTS[feature]));

const model = await loadMusicModel(
  values.model,
  values.threads === undefined ? {} : { threads: Number(values.threads) },
);
const { decoder, vocabulary } = model;
const { window, vocabularySize } = decoder.config;
const ranges = KINDS.map((kind) => vocabulary.range(kind));
say(machine());

const pieces = [];
const files = midiFiles(folder).toSorted();
for (const [i, file] of files.entries()) {
  const { notes } = encodeScore(readMidi(readFileSync(file)), PERFORMANCE_416, { trimLeadingSilence: true });
  pieces.push(await readPiece([vocabulary.id("START"), ...encodePerformance(notes, PERFORMANCE_416)]));
  progress(`${i + 1} of ${files.length} pieces`);
}
await model.dispose();

const odd = pieces.filter((_, i) => i % 2 === 1);
report("weights of the repository, all pieces", pieces, present);
report("the same, every second piece", odd, present);
if (!values.measure) {
  const ofEven = fit(pieces.filter((_, i) => i % 2 === 0));
  report("fitted to every other piece, measured on the rest", odd, ofEven);
  const ofAll = fit(pieces);
  report("fitted to all", pieces, ofAll);
  for (const feature of FEATURES) {
    const row = Array.from({ length: COLUMNS }, (_, bin) => ofAll[slotOf(feature, bin)].toFixed(2));
    say(`  ${feature}: [${row.join(", ")}],`);
  }
}

/** For each id of a piece with predictions in its class: their probabilities, the indices of their weights, and the one that occurred. */
async function readPiece(ids) {
  const memory = new ThemeMemory();
  const state = new PerformanceState(vocabulary);
  const found = { ids: ids.length - 1, positions: [] };
  let at = 0;
  for await (const logits of allLogits(ids)) {
    state.push(ids[at]);
    memory.push(state);
    at += 1;
    const id = ids[at];
    const kind = ranges.findIndex(({ first, count }) => id >= first && id < first + count);
    if (kind === -1) continue;
    const { first, count, minimum } = ranges[kind];
    const candidates = new Map();
    for (const { kind: of, value, feature, bin } of memory.predictions(state.step)) {
      const index = value - minimum;
      if (of !== KINDS[kind] || index < 0 || index >= count) continue;
      candidates.set(index, [...(candidates.get(index) ?? []), slotOf(feature, bin)]);
    }
    if (candidates.size === 0) continue;
    const classLogits = logits.subarray(first, first + count);
    const highest = classLogits.reduce((a, b) => Math.max(a, b));
    const total = classLogits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
    found.positions.push({
      kind,
      candidates: Array.from(candidates, ([index, slots]) => ({
        probability: Math.exp(classLogits[index] - highest) / total,
        slots,
        occurred: index === id - first,
      })),
    });
  }
  return found;
}

/** The logits of every id but the first, in the blocks of `score`. */
async function* allLogits(ids) {
  const numbers = Int32Array.from(ids);
  let scored = 0;
  for (let start = 0; scored < ids.length - 1; start += window / 2) {
    const stop = Math.min(start + window, ids.length - 1);
    const cache = decoder.createCache();
    for (let from = start; from < stop; from += ROWS) {
      const to = Math.min(from + ROWS, stop);
      const logits = await decoder.forward(numbers.subarray(from, to), cache, { logits: "all" });
      for (let row = Math.max(from, scored); row < to; row += 1)
        yield logits.subarray((row - from) * vocabularySize, (row - from + 1) * vocabularySize);
    }
    scored = stop;
  }
}

/** Fits by a damped Newton method with a diagonal Hessian: half a step of each weight per round. */
function fit(some) {
  let weights = new Float64Array(present.length);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const slope = weights.map((weight) => -2 * PENALTY * some.length * weight);
    const curve = weights.map(() => 2 * PENALTY * some.length);
    for (const { positions } of some) {
      for (const { candidates } of positions) {
        const { shares } = gainOf(candidates, weights);
        for (const [i, { slots, occurred }] of candidates.entries()) {
          for (const slot of slots) {
            slope[slot] += (occurred ? 1 : 0) - shares[i];
            curve[slot] += shares[i] * (1 - shares[i]);
          }
        }
      }
    }
    weights = weights.map((weight, slot) => weight + (0.5 * slope[slot]) / curve[slot]);
  }
  return weights;
}

/** The gain in log-likelihood, in nats, and the probability of each candidate with the weights. */
function gainOf(candidates, weights) {
  const factors = candidates.map(({ slots }) =>
    Math.exp(slots.reduce((sum, slot) => sum + weights[slot], 0)),
  );
  const total = candidates.reduce((sum, { probability }, i) => sum + probability * (factors[i] - 1), 1);
  const occurred = candidates.findIndex((candidate) => candidate.occurred);
  return {
    nats: (occurred === -1 ? 0 : Math.log(factors[occurred])) - Math.log(total),
    shares: candidates.map(({ probability }, i) => (probability * factors[i]) / total),
  };
}

function report(what, some, weights) {
  const nats = KINDS.map(() => 0);
  for (const { positions } of some)
    for (const { kind, candidates } of positions) nats[kind] += gainOf(candidates, weights).nats;
  const ids = some.reduce((sum, piece) => sum + piece.ids, 0);
  const gains = some.map(
    (piece) =>
      piece.positions.reduce((sum, { candidates }) => sum + gainOf(candidates, weights).nats, 0) / piece.ids,
  );
  const median = gains.toSorted((a, b) => a - b)[Math.floor(gains.length / 2)];
  const byKind = KINDS.map((kind, i) => `${kind} ${(nats[i] / ids).toFixed(4)}`).join(", ");
  const all = nats.reduce((a, b) => a + b) / ids;
  say(
    `${what}: ${all.toFixed(4)} nats per id less in ${ids} ids (${byKind}), median of the pieces ${median.toFixed(4)}`,
  );
}
