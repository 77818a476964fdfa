/** Histograms, and measures of their difference. */

/** One count per bin. */
export type Counts = Float64Array;

/**
 * The overlapping area of two distributions: the sum over bins of the smaller share.
 *
 * @returns 0 (disjoint) to 1 (identical); NaN where one is empty.
 */
export function overlap(a: Counts, b: Counts): number {
  const [p, q] = [shares(a), shares(b)];
  return p.reduce((sum, share, bin) => sum + Math.min(share, q[bin]!), 0);
}

/** Added to every count before the divergence is computed; without it one empty bin would make the divergence infinite. */
export const DIVERGENCE_PRIOR = 0.5;

/** The Kullback–Leibler divergence of `model` from `truth`, in nats: Σ p ln(p/q), p the shares of `truth`. */
export function divergence(truth: Counts, model: Counts): number {
  const smooth = (counts: Counts): Counts => shares(counts.map((count) => count + DIVERGENCE_PRIOR));
  const [p, q] = [smooth(truth), smooth(model)];
  return p.reduce((sum, share, bin) => sum + share * Math.log(share / q[bin]!), 0);
}

/** Counts divided by their sum. */
export function shares(counts: Counts): Counts {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

export function addCounts(all: readonly Counts[], bins: number): Counts {
  const total = new Float64Array(bins);
  for (const counts of all) for (let bin = 0; bin < bins; bin += 1) total[bin]! += counts[bin]!;
  return total;
}

/**
 * The bin of a value, among bins with the given lower edges; the last bin has no upper edge.
 *
 * @param edges in ascending order; values below the first edge belong to the first bin.
 */
export function binOf(value: number, edges: readonly number[]): number {
  let bin = 0;
  while (bin + 1 < edges.length && value >= (edges[bin + 1] ?? Infinity)) bin += 1;
  return bin;
}

/** The quantile at `share`, 0 to 1, interpolated between neighbors; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = (sorted.length - 1) * share;
  const below = Math.floor(index);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.ceil(index)] ?? NaN;
  return low + (high - low) * (index - below);
}
