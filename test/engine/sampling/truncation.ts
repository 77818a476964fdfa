/** The ids that transformers' warpers keep (`golden/make_truncation.py`). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NumberOptionKey } from "../../../src/options.ts";

export interface Truncation {
  readonly rule: NumberOptionKey;
  readonly value: number;
  readonly scores: readonly number[];
  readonly kept: readonly number[];
}

const GOLDEN: readonly (Omit<Truncation, "scores"> & { readonly scores: readonly (number | null)[] })[] =
  JSON.parse(readFileSync(join(import.meta.dirname, "golden/truncation.json"), "utf8"));

export const TRUNCATION: readonly Truncation[] = GOLDEN.map((each) => ({
  ...each,
  scores: each.scores.map((score) => score ?? -Infinity),
}));

/** The ids whose score is not −∞. */
export function keptIds(scores: ArrayLike<number>): number[] {
  return Array.from(scores).flatMap((score, id) => (score > -Infinity ? [id] : []));
}
