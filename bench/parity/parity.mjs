/**
 * Compares the logits, NLL and greedy ids of GPT-2 small with random weights: Ostinato and transformers.js against
 * Hugging Face's PyTorch. Then the included piano model: Ostinato against the trainer's module. Then random configs with all
 * activation functions (`variants.mjs`).
 *
 *   npm run parity -- FOLDER --python PATH
 *
 * FOLDER receives the weights (2 GB) and PyTorch's results, both made once. The exit code is 1 if Ostinato's logits
 * differ by 1e-4 or more (the largest difference, relative to the largest logit), its NLL by 1e-4, or any greedy id.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Decoder, generateIds, Sampler, score } from "../../dist/src/engine/index.js";
import { readCheckpoint } from "../../dist/models/index.js";
import { checkpointFolder, createNodeRuntime } from "../../dist/src/platform/node/index.js";
import { folderAndPython, makeGpt2, python, say } from "../tools.mjs";
import { loadTransformersJs } from "../implementations/transformers-js.mjs";
import { compareVariants } from "./variants.mjs";

const TOLERANCE = 1e-4;

const { folder, pythonPath } = folderAndPython("npm run parity -- FOLDER --python PATH");
makeGpt2(pythonPath, folder);
if (!existsSync(join(folder, "reference.json"))) {
  say("computing PyTorch's results …");
  python(pythonPath, ["parity/reference.py", folder, folder]);
}
const reference = JSON.parse(readFileSync(join(folder, "reference.json"), "utf8"));
const expected = floats(readFileSync(join(folder, "logits.f32")));
const ids = reference.cases.flatMap(({ greedy }) => greedy);
say(
  `PyTorch ${reference.torch}: ${reference.cases.length} prompts, ${ids.length} greedy ids, ${new Set(ids).size} different; ` +
    `the likeliest leads the next by ${reference.medianMargin.toFixed(2)} (median), ${reference.smallestMargin.toExponential(1)} (least); ${reference.skipped} prompts skipped, as rounding would decide`,
);

let failed = false;
say(
  "\n| | largest difference of logits | relative | 200 greedy ids | 19 prompts × 40 greedy ids |\n|---|---|---|---|---|",
);
for (const backend of ["node", "wasm"]) {
  const runtime = await createNodeRuntime({ backend });
  const decoder = await Decoder.load({ ...(await readCheckpoint(await checkpointFolder(folder))), runtime });
  const logits = await decoder.forward(reference.cases[0].prompt, decoder.createCache(), { logits: "all" });
  const continued = async (prompt, count) => {
    const found = [];
    for await (const { id } of generateIds(decoder, { prompt, sampler: new Sampler({ temperature: 0 }) })) {
      if (found.push(id) === count) return found;
    }
  };
  const passed = await row(`Ostinato, ${backend}`, logits, continued);
  failed ||= !passed;
  await decoder.dispose();
}
const theirs = await loadTransformersJs(folder, "node", "fp32");
await row("transformers.js, node", await theirs.logits(reference.cases[0].prompt), (prompt, count) =>
  theirs.greedy(prompt, count),
);
await theirs.dispose();

const piano = fileURLToPath(new URL("../../models/piano", import.meta.url));
python(pythonPath, ["parity/trainer.py", piano, folder]);
const trainer = JSON.parse(readFileSync(join(folder, "piano.json"), "utf8"));
say("\n| models/piano | logits, relative | NLL | NLL of the trainer | difference |\n|---|---|---|---|---|");
for (const backend of ["node", "wasm"]) {
  const runtime = await createNodeRuntime({ backend });
  const decoder = await Decoder.load({ ...(await readCheckpoint(await checkpointFolder(piano))), runtime });
  const logits = await decoder.forward(trainer.ids, decoder.createCache(), { logits: "all" });
  const { relative } = distance(logits, floats(readFileSync(join(folder, "piano.f32"))));
  const logProbabilities = await score(decoder, trainer.ids);
  const nll = -logProbabilities.reduce((sum, value) => sum + value, 0) / logProbabilities.length;
  const apart = Math.abs(nll - trainer.nllPerId);
  say(
    `| Ostinato, ${backend} | ${relative.toExponential(1)} | ${nll.toFixed(6)} | ${trainer.nllPerId.toFixed(6)} | ${apart.toExponential(1)} |`,
  );
  failed ||= !(relative < TOLERANCE && apart < TOLERANCE);
  await decoder.dispose();
}
failed = !(await compareVariants(folder, pythonPath)) || failed;
process.exitCode = failed ? 1 : 0;

/** Compares one engine with the reference. @returns whether it agrees. */
async function row(name, logits, continued) {
  const { difference, relative } = distance(logits, expected);
  let [long, short] = [0, 0];
  for (const [index, { prompt, greedy }] of reference.cases.entries()) {
    const found = await continued(prompt, greedy.length);
    const firstDifference = found.findIndex((id, i) => id !== greedy[i]);
    const same = firstDifference === -1 ? greedy.length : firstDifference;
    if (index === 0) long = same;
    else short += same;
  }
  const of = ids.length - reference.cases[0].greedy.length;
  say(
    `| ${name} | ${difference.toExponential(1)} | ${relative.toExponential(1)} | ${long} the same | ${short} of ${of} |`,
  );
  return relative < TOLERANCE && long + short === ids.length;
}

function distance(found, wanted) {
  if (found.length !== wanted.length) return { difference: Infinity, relative: Infinity };
  let [difference, largest] = [0, 0];
  for (let i = 0; i < wanted.length; i += 1) {
    const apart = Math.abs(found[i] - wanted[i]);
    difference = Number.isNaN(apart) ? Infinity : Math.max(difference, apart);
    largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return { difference, relative: difference / largest };
}

function floats(bytes) {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
