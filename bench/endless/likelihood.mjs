/**
 * Measures the negative log-likelihood of pieces longer than the window: with a rolling KV cache; with an attention sink, as in generation;
 * and in blocks of one window that overlap by half, each with an empty cache.
 *
 *   node endless/likelihood.mjs FOLDER [--model piano] [--pieces 16] [--threads N]
 *
 * Prints nats per id for ids at positions from N/2 to N windows, for N = 1, 2, 4, 8, in evenly spaced pieces of FOLDER (0: all pieces).
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { encodeScore, readMidi } from "../../dist/encoding/index.js";
import { logSumExp } from "../../dist/src/engine/sampling/index.js";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { machine, midiFiles, progress, say } from "../tools.mjs";

const WINDOWS = [1, 2, 4, 8];
/** Number of ids whose logits are in memory at a time. */
const ROWS = 512;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "piano" },
    pieces: { type: "string", default: "16" },
    threads: { type: "string" },
  },
});
const count = Number(values.pieces);
if (positionals.length !== 1 || !(count >= 0)) {
  say("usage: node endless/likelihood.mjs FOLDER [--model piano] [--pieces 16] [--threads N]");
  process.exit(2);
}

const model = await loadMusicModel(
  values.model,
  values.threads === undefined ? {} : { threads: Number(values.threads) },
);
const { decoder, vocabulary } = model;
const { window, vocabularySize } = decoder.config;
const files = midiFiles(positionals[0]).toSorted();
const chosen =
  count === 0 || count >= files.length
    ? files
    : Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)]);

/** By name: the passages of a piece of a length, each of which is read with an empty cache. Ids before `scored` are context only. */
const methods = {
  "rolling KV cache": (length) => [{ start: 0, stop: length, scored: 0 }],
  "with an attention sink": (length) => [{ start: 0, stop: length, scored: 0, withSink: true }],
  blocks: (length) =>
    Array.from({ length: Math.max(1, Math.ceil((2 * length) / window) - 1) }, (_, i) => ({
      start: (i * window) / 2,
      stop: Math.min((i * window) / 2 + window, length),
      scored: i === 0 ? 0 : ((i + 1) * window) / 2,
    })),
};
const names = Object.keys(methods);
const sums = Object.fromEntries(names.map((name) => [name, WINDOWS.map(() => 0)]));
const counts = Object.fromEntries(names.map((name) => [name, WINDOWS.map(() => 0)]));
for (const [index, file] of chosen.entries()) {
  progress(`piece ${index + 1} of ${chosen.length}`);
  const { ids } = encodeScore(readMidi(readFileSync(file)), vocabulary, { trimLeadingSilence: true });
  const piece = Int32Array.from([vocabulary.id("START"), ...ids]).subarray(0, WINDOWS.at(-1) * window + 1);
  for (const name of names)
    for (const passage of methods[name](piece.length - 1)) await score(name, piece, passage);
}
await model.dispose();

say(machine());
say(`\n| windows into the piece | ids | ${names.join(" | ")} |\n|---|---:|${"---:|".repeat(names.length)}`);
for (const [which, windows] of WINDOWS.entries()) {
  if (counts.blocks[which] === 0) continue;
  const means = names.map((name) => (sums[name][which] / counts[name][which]).toFixed(3));
  say(`| ${windows} | ${counts.blocks[which]} | ${means.join(" | ")} |`);
}

/** Adds the NLL of the ids that follow those of a passage from `scored` on. */
async function score(name, piece, { start, stop, scored, withSink = false }) {
  const cache = decoder.createCache(withSink);
  for (let at = start; at < stop; at += ROWS) {
    const rows = piece.subarray(at, Math.min(at + ROWS, stop));
    const logits = await decoder.forward(rows, cache, { logits: "all" });
    for (let row = 0; row < rows.length; row += 1) {
      const place = at + row + 1;
      const which = WINDOWS.findIndex(
        (windows) => place > (windows * window) / 2 && place <= windows * window,
      );
      if (which === -1 || at + row < scored) continue;
      const predicted = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
      sums[name][which] += logSumExp(predicted) - predicted[piece[place]];
      counts[name][which] += 1;
    }
  }
}
