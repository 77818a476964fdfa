/** Numbers of positions, in the order of the scores. */
export interface MaskSpans {
  /** Visible to all rows. */
  readonly held: number;
  readonly hidden: number;
  /** Visible to all rows. */
  readonly recent: number;
  /** Of the run: each row sees those up to its own. */
  readonly rows: number;
  /** Hidden. */
  readonly spare: number;
}

/** As `attentionMask`, for a past with hidden rows at its end, which the window does not limit.  # [rows, positions] */
export function maskWithGap({ held, hidden, recent, rows, spare }: MaskSpans): Float32Array {
  const near = held + hidden;
  const positions = near + recent + rows + spare;
  const mask = new Float32Array(rows * positions).fill(-Infinity);
  for (let row = 0; row < rows; row += 1) {
    const at = row * positions;
    mask.fill(0, at, at + held);
    mask.fill(0, at + near, at + near + recent + row + 1);
  }
  return mask;
}

/**
 * The attention mask, which is added to the scores: 0 for visible positions, −∞ for others.
 *
 * A row sees `window` positions, its own the last. In a run with more positions the mask is a band, so every layer computes
 * what it would compute row by row over a rolling KV cache. A prompt may therefore be read in chunks of any size.
 *
 * @param rows new positions; they come last.
 * @param held positions in the cache.
 * @param past rows of the graph's past: `held`, or one row of zeros if `held` is 0.
 * @param spare positions behind all others, which no row sees. Default 0.
 * @returns `[rows, past + rows + spare]`
 */
export function attentionMask(
  rows: number,
  held: number,
  past: number,
  window: number,
  spare = 0,
): Float32Array {
  const positions = past + rows + spare;
  const mask = new Float32Array(rows * positions).fill(-Infinity);
  for (let row = 0; row < rows; row += 1) {
    const own = past + row;
    const first = Math.max(past - held, own - window + 1);
    mask.fill(0, row * positions + first, row * positions + own + 1);
  }
  return mask;
}
