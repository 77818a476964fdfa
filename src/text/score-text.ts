/** Measures the likelihood of a text by sliding windows: see `TextModel.score`. */
import type { TextTokenizer } from "../../encoding/text/index.ts";
import { type Decoder, score } from "../engine/index.ts";
import type { ScoreTextOptions, TextScore } from "./options.ts";

/** @param ids at least two. */
export async function scoreText(
  { decoder, tokenizer }: { readonly decoder: Decoder; readonly tokenizer: TextTokenizer },
  ids: readonly number[],
  { stride, signal, onProgress }: ScoreTextOptions & { readonly stride: number },
): Promise<TextScore> {
  const { window } = decoder.config;
  // The last id of a window is predicted but not read: its next id is outside the window.
  const logProbabilities = await score(decoder, ids, {
    window: window - 1,
    stride,
    signal,
    onProgress: onProgress && ((scored) => onProgress(scored, ids.length - 1)),
  });
  const nats = -logProbabilities.reduce((sum, value) => sum + value, 0);
  const bytes = ids.slice(1).reduce((sum, id) => sum + tokenizer.bytes(id).length, 0);
  const nllPerId = nats / logProbabilities.length;
  return {
    bitsPerByte: nats / Math.LN2 / bytes,
    perplexity: Math.exp(nllPerId),
    nllPerId,
    ids: logProbabilities.length,
    bytes,
    window,
    stride,
  };
}
