/**
 * Measures the loss of accuracy of quantization: negative log-likelihood in nats per id, by the protocol of
 * `training/README.md`, and the fraction of positions with the same most probable id.
 *
 *     npm run precision -- MODEL DATASET [--original FOLDER] [--ids N] [--threads N]
 *
 * MODEL: a name or folder. DATASET: the output of `ostinato dataset`. `--original`: the trainer's fp32 checkpoint that
 * MODEL was exported from; the default reference is the model as stored. `--ids`: minimum number of ids, in whole pieces
 * evenly spaced over the dataset. The exit code is 1 if any scheme costs more than 0.01 nats.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openCheckpoint, readCheckpoint } from "../dist/models/index.js";
import { Decoder, score } from "../dist/src/engine/index.js";
import { checkpointFolder, createNodeRuntime, modelFiles } from "../dist/src/platform/node/index.js";
import { progress, say } from "./tools.mjs";

/** Maximum accepted loss, in nats per id. */
const MAX_LOSS = 0.01;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { original: { type: "string" }, ids: { type: "string" }, threads: { type: "string" } },
});
const [model, dataset] = positionals;
if (model === undefined || dataset === undefined || positionals.length > 2) {
  process.stderr.write(
    "usage: npm run precision -- MODEL DATASET [--original FOLDER] [--ids N] [--threads N]\n",
  );
  process.exit(2);
}

const shipped = await readCheckpoint(await modelFiles(model));
const original = options.original && (await readCheckpoint(await checkpointFolder(options.original)));
if (original) checkRounded(original.tensors, shipped.tensors);
const { pieces, of } = readPieces(dataset, shipped.config, Number(options.ids ?? Infinity));
const opened = await openCheckpoint(await modelFiles(model));
const stored = { F32: "fp32", F16: "fp16", BF16: "bf16" }[opened.stored.get("wte.weight").dtype] ?? "int8";
await opened.close();
const rows = [
  ...(original
    ? [{ label: "fp32, as trained", checkpoint: original, precision: "fp32", backend: "node" }]
    : []),
  { label: `${stored} as stored`, checkpoint: shipped, precision: "fp32", backend: "node" },
  { label: "int8, Node", checkpoint: shipped, precision: "int8", backend: "node" },
  { label: "int4, Node", checkpoint: shipped, precision: "int4", backend: "node" },
  { label: "int8, WebAssembly", checkpoint: shipped, precision: "int8", backend: "wasm" },
];

say(
  `${model}: ${pieces.length} of ${of} pieces, ${pieces.reduce((sum, ids) => sum + ids.length - 1, 0)} ids\n`,
);
say("| weights | nats per id | cost | likeliest id the same |\n|---|---|---|---|");
let reference;
for (const row of rows) {
  const found = await measure(row);
  reference ??= found;
  const same = found.likeliest.filter((id, i) => id === reference.likeliest[i]).length;
  const share = found === reference ? "" : `${((100 * same) / found.likeliest.length).toFixed(2)} %`;
  const cost = found.nll - reference.nll;
  say(`| ${row.label} | ${found.nll.toFixed(5)} | ${found === reference ? "" : signed(cost)} | ${share} |`);
  if (!(cost <= MAX_LOSS)) process.exitCode = 1;
}

/** The mean of −ln p, and the most probable id at each position. */
async function measure({ label, checkpoint, precision, backend }) {
  const runtime = await createNodeRuntime({
    backend,
    ...(options.threads ? { threads: Number(options.threads) } : {}),
  });
  const decoder = await Decoder.load({ ...checkpoint, runtime, precision });
  const { vocabularySize } = decoder.config;
  const likeliest = [];
  // Records the logits that `score` reads.
  const watched = {
    config: decoder.config,
    createCache: () => decoder.createCache(),
    forward: async (ids, cache, asked) => {
      const logits = await decoder.forward(ids, cache, asked);
      if (asked.logits === "all") likeliest.push(...highest(logits, vocabularySize));
      return logits;
    },
  };
  let nats = 0;
  let scored = 0;
  for (const [index, ids] of pieces.entries()) {
    progress(`${label}: piece ${index + 1} of ${pieces.length}`);
    const logProbabilities = await score(watched, ids);
    nats -= logProbabilities.reduce((sum, value) => sum + value, 0);
    scored += logProbabilities.length;
  }
  progress("");
  await decoder.dispose();
  return { nll: nats / scored, likeliest };
}

/** Index of the largest number in each row. */
function highest(logits, columns) {
  return Array.from({ length: logits.length / columns }, (_, row) => {
    const numbers = logits.subarray(row * columns, (row + 1) * columns);
    return numbers.indexOf(numbers.reduce((a, b) => Math.max(a, b), -Infinity));
  });
}

/** Pieces with the start id and without the end id, as the protocol requires. */
function readPieces(folder, config, wanted) {
  const header = JSON.parse(readFileSync(join(folder, "dataset.json"), "utf8"));
  if (header.vocabulary.size !== config.vocabularySize) {
    throw new RangeError(`the dataset has ${header.vocabulary.size} ids, the model ${config.vocabularySize}`);
  }
  const words = readFileSync(join(folder, "ids.bin"));
  const offsets = readFileSync(join(folder, "index.bin"));
  const at = (piece) => Number(offsets.readBigUInt64LE(8 * piece));
  const total = header.pieces.length;
  const read = (piece) =>
    Array.from({ length: at(piece + 1) - at(piece) }, (_, i) =>
      words.readUInt16LE(2 * (at(piece) + i)),
    ).slice(0, header.endId === null ? undefined : -1);
  // The same evenly spaced pieces as in the trainer's evaluation.
  for (let count = 1; count < total; count += 1) {
    const chosen = Array.from({ length: count }, (_, i) => Math.floor(((2 * i + 1) * total) / (2 * count)));
    const ids = chosen.reduce((sum, piece) => sum + at(piece + 1) - at(piece) - 2, 0);
    if (ids >= wanted) return { pieces: chosen.map(read), of: total };
  }
  return { pieces: header.pieces.map((_, piece) => read(piece)), of: total };
}

/** @throws when the weights differ from the original by more than the precision of their storage. */
function checkRounded(originals, tensors) {
  for (const [name, { values: rounded }] of tensors) {
    const { values: exact } = originals.get(name);
    const odd = rounded.findIndex(
      (value, i) => !(Math.abs(value - exact[i]) <= Math.max(2 ** -11 * Math.abs(exact[i]), 2 ** -25)),
    );
    if (odd !== -1)
      throw new RangeError(
        `${name}: ${rounded[odd]} is not ${exact[odd]} rounded: the weights of another model`,
      );
  }
}

function signed(number) {
  return `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(5)}`;
}
