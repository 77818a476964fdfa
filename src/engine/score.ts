/** How likely a model finds given ids. */
import type { Decoder } from "./decoder.ts";

export interface ScoreOptions {
  readonly signal?: AbortSignal;
  /** Told after each block how many ids have been scored. */
  readonly onProgress?: (scored: number) => void;
}

/**
 * The log-probability of every id but the first, which is given.
 *
 * The protocol by which all figures of the project are measured: blocks of the model's window that overlap by half, each
 * id scored once, all but those of the first block with at least half a window before them; softmax over the whole
 * vocabulary.
 *
 * @param ids at least one; the first is the start id of a piece.
 * @returns natural logarithms, `[ids - 1]`.
 * @throws EngineError for an id that is not in the vocabulary.
 */
export async function score(
  decoder: Decoder,
  ids: ArrayLike<number>,
  options: ScoreOptions = {},
): Promise<Float64Array> {
  const { window, vocabularySize } = decoder.config;
  const { signal, onProgress } = options;
  const numbers = Int32Array.from(ids);
  const predictions = Math.max(0, numbers.length - 1);
  const logProbabilities = new Float64Array(predictions);
  let scored = 0;
  for (let start = 0; scored < predictions; start += Math.floor(window / 2)) {
    const stop = Math.min(start + window, predictions);
    const logits = await decoder.forward(numbers.subarray(start, stop), decoder.createCache(), {
      logits: "all",
      ...(signal ? { signal } : {}),
    }); // [stop - start, vocabulary]
    for (let position = scored; position < stop; position += 1) {
      const row = logits.subarray(
        (position - start) * vocabularySize,
        (position - start + 1) * vocabularySize,
      );
      logProbabilities[position] = (row[numbers[position + 1] ?? 0] ?? 0) - logSumExp(row);
    }
    scored = stop;
    onProgress?.(scored);
  }
  return logProbabilities;
}

function logSumExp(values: Float32Array): number {
  const highest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
