/** The numbers of one attention head, laid out as in "The Illustrated GPT-2": scores, mask, softmax, sum of values. */
import type { HeadTable } from "./protocol.ts";

export interface NumberRow {
  /** Position of the query token. */
  readonly position: number;
  /**
   * Score of each shown token minus the highest of the row: the softmax does not depend on the maximum. Undefined: a
   * later token, which the mask hides.
   */
  readonly scores: readonly (number | undefined)[];
  /** The softmax of the scores, 0 where masked. */
  readonly weights: readonly number[];
  /** Attention to tokens before the first one shown. */
  readonly earlier: number;
}

/** @returns a row and a column for each shown token. */
export function numberRows({ from, rows }: HeadTable): NumberRow[] {
  return rows.map((row, index) => {
    const position = from + index;
    const first = position + 1 - row.length; // index of the first visible token
    const highest = Math.log(row.reduce((most, weight) => Math.max(most, weight), 0));
    const columns = rows.map((_, column) => from + column);
    const weightAt = (column: number): number | undefined =>
      column > position ? undefined : (row[column - first] ?? 0);
    const scores = columns.map((column) => {
      const weight = weightAt(column);
      return weight === undefined ? undefined : Math.log(weight) - highest;
    });
    const earlier = row.subarray(0, Math.max(0, from - first)).reduce((sum, weight) => sum + weight, 0);
    return { position, scores, weights: columns.map((column) => weightAt(column) ?? 0), earlier };
  });
}

/** The output of the head at the last token: the sum of the visible values times their weights. `[headSize]` */
export function weightedSum({ rows, values, headSize }: HeadTable): number[] {
  const weights = rows.at(-1) ?? new Float32Array();
  const first = values.length / headSize - weights.length; // the cache may hold more rows than are visible
  return Array.from({ length: headSize }, (_, column) =>
    weights.reduce((sum, weight, row) => sum + weight * values[(first + row) * headSize + column]!, 0),
  );
}
