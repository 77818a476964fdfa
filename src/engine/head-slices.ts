/** The slices of the head: those that contain a range of ids, and the columns of these ids in the result. */
import { type HeadSlices, sliceHead } from "../../models/index.ts";
import type { IdRange } from "./sampling/index.ts";

/** No ids: for runs whose logits are not used. */
export const NO_IDS: IdRange = { first: 0, count: 0 };

/** The slices that a run computes. */
export interface SelectedSlices {
  /** The value of the graph's input `head_slices`: 1 for each slice that is computed. */
  readonly flags: Int32Array;
  /** The ids of these slices. */
  readonly ids: IdRange;
}

/** The slices of a decoder's head. */
export class Head {
  readonly #slices: HeadSlices;
  readonly #neverEmpty: boolean;

  /**
   * @param counts numbers of ids of the slices: see `sliceHead`.
   * @param neverEmpty whether each run must compute a slice, as sampling in the graph requires.
   */
  constructor(counts: readonly number[], vocabularySize: number, neverEmpty: boolean) {
    this.#slices = sliceHead(counts, vocabularySize);
    this.#neverEmpty = neverEmpty;
  }

  /** Whether the graph has the input `head_slices`. */
  get isSliced(): boolean {
    return this.#slices.length > 1;
  }

  /** The slices that contain the ids of a range. @throws RangeError for ids outside the vocabulary. */
  select({ first, count }: IdRange): SelectedSlices {
    const end = first + count;
    const last = this.#slices.at(-1);
    const size = last ? last.first + last.count : 0;
    if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 0 && end <= size))
      throw new RangeError(`ids ${first} to ${end - 1} are not in the vocabulary of ${size} ids`);
    const isNeeded =
      count > 0 ? this.#slices.map((slice) => first < endOf(slice) && slice.first < end) : this.#none();
    const chosen = this.#slices.filter((_, i) => isNeeded[i]);
    const from = chosen[0]?.first ?? 0;
    const to = chosen.at(-1);
    return {
      flags: Int32Array.from(isNeeded, Number),
      ids: { first: from, count: to ? endOf(to) - from : 0 },
    };
  }

  /** No slice, or the smallest. */
  #none(): boolean[] {
    if (!this.isSliced) return [true];
    const fewest = Math.min(...this.#slices.map(({ count }) => count));
    const smallest = this.#slices.findIndex(({ count }) => count === fewest);
    return this.#slices.map((_, i) => this.#neverEmpty && i === smallest);
  }
}

function endOf({ first, count }: IdRange): number {
  return first + count;
}

/**
 * The columns of some ids.
 *
 * @param logits `[rows, given.count]`
 * @returns `[rows, wanted.count]`; a view, if there is one row.
 */
export function columnsOf(logits: Float32Array, given: IdRange, wanted: IdRange): Float32Array {
  if (given.count === wanted.count) return logits;
  const at = wanted.first - given.first;
  if (logits.length === given.count) return logits.subarray(at, at + wanted.count);
  const rows = given.count === 0 ? 0 : logits.length / given.count;
  const columns = new Float32Array(rows * wanted.count);
  for (let row = 0; row < rows; row += 1) {
    const from = row * given.count + at;
    columns.set(logits.subarray(from, from + wanted.count), row * wanted.count);
  }
  return columns;
}
