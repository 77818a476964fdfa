/**
 * Which times a row of attention sees, as numbers to be added to its scores: 0 for those it sees, −∞ for the others.
 *
 * A row sees `window` times, its own the last of them. When a run holds more times than that, the mask is a band: row r
 * loses sight of one time for each it gains, exactly as if the rows had been computed one after the other over a cache
 * that rolls. So a prompt may be read in chunks of any size, and later layers, whose keys carry what earlier ones saw,
 * agree too.
 *
 * @param rows new times; they come last.
 * @param held times in the cache.
 * @param past rows of the cache that the graph is given: `held`, or one row of zeros when that is none.
 * @returns `[rows, past + rows]`
 */
export function attentionMask(rows: number, held: number, past: number, window: number): Float32Array {
  const times = past + rows;
  const mask = new Float32Array(rows * times).fill(-Infinity);
  for (let row = 0; row < rows; row += 1) {
    const own = past + row;
    const first = Math.max(past - held, own - window + 1);
    mask.fill(0, row * times + first, row * times + own + 1);
  }
  return mask;
}
