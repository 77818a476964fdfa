/** Selects sequences from the rows of a cache that stores several. */
import { EngineError } from "./errors.ts";

/**
 * A copy of the rows with some of the sequences.
 *
 * @param rows `[rows, sequences, width]`
 * @param which indices of sequences in the new order; an index may be repeated.
 * @returns `[rows, which.length, width]`
 */
export function selectSequences(
  rows: Float32Array,
  which: readonly number[],
  { sequences, width }: { readonly sequences: number; readonly width: number },
): Float32Array {
  const count = rows.length / (sequences * width);
  const selected = new Float32Array(count * which.length * width);
  let to = 0;
  for (let row = 0; row < count; row += 1) {
    for (const sequence of which) {
      const from = (row * sequences + sequence) * width;
      selected.set(rows.subarray(from, from + width), to);
      to += width;
    }
  }
  return selected;
}

/** @throws EngineError for an empty list, or an index out of range. */
export function checkSelection(which: readonly number[], sequences: number): void {
  const bad = which.find((sequence) => !Number.isInteger(sequence) || sequence < 0 || sequence >= sequences);
  if (bad === undefined && which.length > 0) return;
  const message = bad === undefined ? "no sequence was selected" : `the cache has no sequence ${bad}`;
  throw new EngineError(message, { code: "bad-cache", hint: `select from 0 to ${sequences - 1}` });
}
