/**
 * Compares logits and greedy ids of 24 random GPT-2 configs with three activation functions each, 72 networks, against
 * transformers. `parity.mjs` runs it; alone, without the other weights and peers:
 *
 *   npm run parity:variants -- FOLDER --python PATH
 *
 * FOLDER/variants receives the checkpoints and PyTorch's results, made once. Logits may differ by less than 1e-4 (the largest
 * difference, relative to the largest logit); all greedy ids must be the same.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateIds, Sampler } from "../../dist/src/engine/index.js";
import { checkpointFolder, loadDecoder } from "../../dist/src/platform/node/index.js";
import { folderAndPython, python, say } from "../tools.mjs";

const TOLERANCE = 1e-4;

/** Prints a row per backend. @returns whether all networks agree. */
export async function compareVariants(folder, pythonPath) {
  const variants = join(folder, "variants");
  if (!existsSync(join(variants, "done"))) python(pythonPath, ["parity/variants.py", variants]);
  const names = readdirSync(variants).filter((name) => name !== "done");
  const wrong = [];
  say("\n| random configs | networks | logits, relative, at most | the same greedy ids |\n|---|---|---|---|");
  for (const backend of ["node", "wasm"]) {
    let [worst, same, all] = [0, 0, 0];
    for (const name of names) {
      const { apart, sameIds, ids } = await compare(join(variants, name), backend);
      worst = Math.max(worst, apart);
      same += sameIds;
      all += ids;
      if (apart >= TOLERANCE || sameIds < ids) wrong.push(`${backend}, ${name}`);
    }
    say(`| Ostinato, ${backend} | ${names.length} | ${worst.toExponential(1)} | ${same} of ${all} |`);
  }
  for (const each of wrong) say(`differs: ${each}`);
  return wrong.length === 0;
}

async function compare(path, backend) {
  const { prompt, greedy, logits } = JSON.parse(readFileSync(join(path, "reference.json"), "utf8"));
  const decoder = await loadDecoder(await checkpointFolder(path), { backend, threads: 1 });
  const found = await decoder.forward(prompt, decoder.createCache(), { logits: "all" });
  const largest = Math.max(...logits.map(Math.abs));
  const differences = logits.map((value, i) => Math.abs(value - (found[i] ?? NaN)));
  const apart = Math.max(...differences) / largest;
  const ids = [];
  for await (const { id } of generateIds(decoder, { prompt, sampler: new Sampler({ temperature: 0 }) })) {
    if (ids.push(id) === greedy.length) break;
  }
  await decoder.dispose();
  const parting = ids.findIndex((id, i) => id !== greedy[i]);
  return {
    apart: Number.isNaN(apart) ? Infinity : apart,
    sameIds: parting === -1 ? greedy.length : parting,
    ids: greedy.length,
  };
}

if (import.meta.filename === process.argv[1]) {
  const { folder, pythonPath } = folderAndPython("npm run parity:variants -- FOLDER --python PATH");
  process.exitCode = (await compareVariants(folder, pythonPath)) ? 0 : 1;
}
