/**
 * The attention mask, which is added to the scores: 0 for visible positions, −∞ for others.
 *
 * A row attends to `window` positions, its own the last. In a run with more positions the mask is a band, so every layer computes
 * the same as row by row over a rolling KV cache. A prompt may therefore be read in chunks of any size.
 *
 * @param rows new positions; they come last.
 * @param cached number of positions in the cache.
 * @param past rows of the graph's past: `cached`, or one row of zeros if `cached` is 0.
 * @param spare number of positions after all others, to which no row attends. Default 0.
 * @returns `[rows, past + rows + spare]`
 */
export function attentionMask(
  rows: number,
  cached: number,
  past: number,
  window: number,
  spare = 0,
): Float32Array {
  const positions = past + rows + spare;
  const mask = new Float32Array(rows * positions).fill(-Infinity);
  for (let row = 0; row < rows; row += 1) {
    const own = past + row;
    const first = Math.max(past - cached, own - window + 1);
    mask.fill(0, row * positions + first, row * positions + own + 1);
  }
  return mask;
}
