/** `--variations`: several versions, a file each. */
import { join, parse } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { MAX_VARIATIONS } from "../music/index.ts";
import { UsageError } from "./errors.ts";
import { positiveInteger } from "./values.ts";

export function variationsOption(): Option {
  return new Option(
    "--variations <n>",
    `write this many versions (at most ${MAX_VARIATIONS}), with consecutive seeds, to FILE-1.mid, FILE-2.mid, …`,
  ).argParser(variationCount);
}

function variationCount(text: string): number {
  const count = positiveInteger(text);
  if (count > MAX_VARIATIONS) throw new InvalidArgumentError(`The value must be at most ${MAX_VARIATIONS}.`);
  return count;
}

/**
 * The output files: the file of --out, or for several variations one each, numbered before the extension.
 *
 * @throws UsageError for several on stdout.
 */
export function outputPaths({
  out,
  variations,
}: {
  readonly out: string;
  readonly variations?: number | undefined;
}): string[] {
  if (variations === undefined) return [out];
  if (out === "-")
    throw new UsageError("--variations writes several files, not stdout", "name a file with --out");
  const { dir, name, ext } = parse(out);
  return Array.from({ length: variations }, (_, i) => join(dir, `${name}-${i + 1}${ext}`));
}
