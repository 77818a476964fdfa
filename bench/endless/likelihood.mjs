/**
 * Negative log-likelihood of pieces longer than the window, with a rolling KV cache and with attention sinks plus the
 * newest ids, as in generation.
 *
 *   node endless/likelihood.mjs FOLDER [--model piano] [--pieces 16] [--threads N]
 *
 * Prints nats per id for ids between half of and the whole of 1, 2, 4, 8 windows into their piece, over evenly spaced
 * pieces of FOLDER (0: all).
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { encodeScore, readMidi } from "../../dist/encoding/index.js";
import { logSumExp } from "../../dist/src/engine/sampling/index.js";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { machine, midiFiles, progress, say } from "../tools.mjs";

const WINDOWS = [1, 2, 4, 8];
/** Number of ids whose logits are held at a time. */
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

const caches = { "rolling KV cache": false, "with an attention sink": true };
const sums = Object.fromEntries(Object.keys(caches).map((name) => [name, WINDOWS.map(() => 0)]));
const counts = WINDOWS.map(() => 0);
for (const [index, file] of chosen.entries()) {
  progress(`piece ${index + 1} of ${chosen.length}`);
  const { ids } = encodeScore(readMidi(readFileSync(file)), vocabulary, { trimLeadingSilence: true });
  const piece = Int32Array.from([vocabulary.id("START"), ...ids]).subarray(0, WINDOWS.at(-1) * window + 1);
  for (const [name, withSink] of Object.entries(caches)) {
    const cache = decoder.createCache(withSink);
    for (let at = 0; at + 1 < piece.length; at += ROWS) {
      const rows = piece.subarray(at, Math.min(at + ROWS, piece.length - 1));
      const logits = await decoder.forward(rows, cache, { logits: "all" });
      for (let row = 0; row < rows.length; row += 1) {
        const place = at + row + 1;
        const which = WINDOWS.findIndex(
          (windows) => place > (windows * window) / 2 && place <= windows * window,
        );
        if (which === -1) continue;
        const predicted = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
        sums[name][which] += logSumExp(predicted) - predicted[piece[place]];
        if (!withSink) counts[which] += 1;
      }
    }
  }
}
await model.dispose();

say(machine());
say(
  `\n| windows into the piece | ids | ${Object.keys(caches).join(" | ")} |\n|---|---:|${"---:|".repeat(2)}`,
);
for (const [which, windows] of WINDOWS.entries()) {
  if (counts[which] === 0) continue;
  const means = Object.keys(caches).map((name) => (sums[name][which] / counts[which]).toFixed(3));
  say(`| ${windows} | ${counts[which]} | ${means.join(" | ")} |`);
}
