/** The numbers of one attention head, as the Illustrated GPT-2 lays them out: scores, mask, softmax, sum of values. */
import type { HeadTable } from "./protocol.ts";

export interface NumberRow {
  /** Position of the token that looks. */
  readonly position: number;
  /**
   * Score of each token shown minus the row's highest: of a softmax that is all that its weights can tell. Undefined: the
   * token lies ahead, and the mask hides it.
   */
  readonly scores: readonly (number | undefined)[];
  /** The softmax of the scores, 0 where hidden. */
  readonly weights: readonly number[];
  /** Attention to tokens before the first one shown. */
  readonly earlier: number;
}

/** @returns a row and a column for each token shown. */
export function numberRows({ from, rows }: HeadTable): NumberRow[] {
  return rows.map((row, index) => {
    const position = from + index;
    const first = position + 1 - row.length; // of the tokens that the row sees
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

/** What the last token takes from those it sees: the sum of their values, each times its weight. `[headSize]` */
export function weightedSum({ rows, values, headSize }: HeadTable): number[] {
  const weights = rows.at(-1) ?? new Float32Array();
  const first = values.length / headSize - weights.length; // the cache may hold more than the row sees
  return Array.from({ length: headSize }, (_, column) =>
    weights.reduce((sum, weight, row) => sum + weight * values[(first + row) * headSize + column]!, 0),
  );
}
