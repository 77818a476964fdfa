/** Log-likelihood of a sequence. */
import type { Decoder } from "./decoder.ts";
import { NO_IDS } from "./head-slices.ts";
import { logSumExp } from "./sampling/index.ts";

/** Length and overlap of the scored blocks. The defaults are the protocol of all results in this repository. */
export interface ScoreOptions {
  /** Ids in a block, at most the model's window. Default: the model's window. */
  readonly window?: number;
  /** Ids from the beginning of a block to that of the next, 1 to `window`. Default: half of it. */
  readonly stride?: number;
  readonly signal?: AbortSignal;
  /** Called after every 128 ids or fewer with the number of scored ids. */
  readonly onProgress?: (scored: number) => void;
}

/** Ids per call of `forward`: bounds the memory of the logits. */
const ROWS = 128;

/**
 * The log-probability of every id except the first.
 *
 * By default blocks of one window overlap by half. Each id is scored once, after the first block with at least half a window
 * of context. The softmax is over the whole vocabulary.
 *
 * @param ids at least one; the first is the start id of a piece.
 * @returns natural logarithms, `[ids - 1]`.
 * @throws EngineError for an id outside the vocabulary.
 */
export async function score(
  decoder: Decoder,
  ids: ArrayLike<number>,
  options: ScoreOptions = {},
): Promise<Float64Array> {
  const { vocabularySize } = decoder.config;
  const { window = decoder.config.window, signal, onProgress } = options;
  const { stride = Math.max(1, Math.floor(window / 2)) } = options;
  const numbers = Int32Array.from(ids);
  const logProbabilities = new Float64Array(Math.max(0, numbers.length - 1));
  let scored = 0;
  for (let start = 0; scored < logProbabilities.length; start += stride) {
    const stop = Math.min(start + window, logProbabilities.length);
    const cache = decoder.createCache();
    if (scored > start)
      await decoder.forward(numbers.subarray(start, scored), cache, { range: NO_IDS, signal });
    while (scored < stop) {
      const rows = numbers.subarray(scored, Math.min(scored + ROWS, stop));
      const logits = await decoder.forward(rows, cache, { logits: "all", signal }); // [rows, vocabulary]
      for (let row = 0; row < rows.length; row += 1) {
        const predicted = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
        const next = numbers[scored + row + 1]!;
        logProbabilities[scored + row] = predicted[next]! - logSumExp(predicted);
      }
      scored += rows.length;
      onProgress?.(scored);
    }
  }
  return logProbabilities;
}
