/**
 * Writes what a model answers to the sources of pairs, one answer a line.
 *
 *     node answers.mjs MODEL PAIRS.tsv SEPARATOR OUT.txt
 */
import { readFileSync, writeFileSync } from "node:fs";
import { loadTextModel } from "ostinato/node";

/** Tokens of an answer at most: a model of relative positions that never ends one would go on for ever. */
const TOKENS = 80;

const [folder, pairs, to, out] = process.argv.slice(2);
if (out === undefined) {
  process.stderr.write("usage: node answers.mjs MODEL PAIRS.tsv SEPARATOR OUT.txt\n");
  process.exit(2);
}
// A small model computes less in one id than threads cost to wait for each other.
const model = await loadTextModel(folder, { threads: 1 });
const answers = [];
for (const line of readFileSync(pairs, "utf8").trimEnd().split("\n")) {
  const { text } = await model.generate(line.split("\t")[0], { to, tokens: TOKENS });
  // An answer on several lines is wrong, and must not move those after it.
  answers.push(text.replaceAll(/\s+/g, " "));
}
await model.dispose();
writeFileSync(out, `${answers.join("\n")}\n`);
