/** `ostinato dataset --pairs`: a dataset of sources and targets from tab-separated files. */
import { basename } from "node:path";
import { pluralize } from "../../encoding/pluralize.ts";
import { buildPairDataset, type PairFile } from "../tools/dataset/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { parseJson, readInput, readText } from "./files.ts";

export interface PairOptions {
  readonly out: string;
  readonly tokenizer?: string;
  readonly separator?: readonly string[];
  readonly json?: boolean;
}

/** Writes the dataset and reports its sizes. */
export async function runDatasetPairs(
  paths: readonly string[],
  options: PairOptions,
  console: Console,
): Promise<void> {
  const { tokenizer, separator: separators = [], out } = options;
  if (tokenizer === undefined) {
    throw new UsageError("--pairs needs --tokenizer", "name the tokenizer.json of the model to be trained");
  }
  if (separators.length !== paths.length) {
    throw new UsageError(
      `${pluralize(paths.length, "file")} of pairs, and ${pluralize(separators.length, "--separator")}`,
      'give each file its own, in the order of the files: fr.tsv de.tsv --separator "<to-fr>" --separator "<to-de>"',
    );
  }
  const files: PairFile[] = [];
  for (const [index, path] of paths.entries()) {
    files.push({ path: basename(path), bytes: await readInput(path), separator: separators[index]! });
  }
  const summary = await buildPairDataset(files, parseJson(await readText(tokenizer), tokenizer), out);
  console.say(
    `${pluralize(summary.pairs, "pair")}, ${pluralize(summary.ids, "id")}, ${summary.targetIds} of them targets; ` +
      `the longest pair has ${pluralize(summary.longest, "id")} → ${out}`,
  );
  if (options.json) console.result({ out, ...summary });
}
