/** The predictions from the output of each layer, and how far attention and the feed-forward network move the residual stream. */
import type { DecoderConfig } from "../../models/index.ts";
import { type Candidate, likeliest } from "./sampler.ts";
import { softmax } from "./sampling/index.ts";

/** The residual stream of the last id, layer by layer. */
export interface LayerStream {
  /**
   * The logits that the final norm and the head compute from the stream after the embedding and after each layer,
   * `[layers + 1, vocabularySize]`. The last row has the logits of the model.
   */
  readonly logits: Float32Array;
  /** The embedding, what attention of layer 0 added to it, what its feed-forward network added, the same of layer 1, …: `[2 · layers + 1, width]`. */
  readonly stream: Float32Array;
}

/** How far a part of a layer moved the residual stream. */
export interface StreamMove {
  /** Euclidean norm of the vector that the part added to the stream. */
  readonly norm: number;
  /** `norm`, divided by the norm of the stream before it; 0 for a stream of zeros. */
  readonly relative: number;
}

/** The prediction from the output of a layer, without the layers above it (the "logit lens" of nostalgebraist 2020). */
export interface LayerPrediction {
  /** The layer, from 0; null for the embedding. */
  readonly layer: number | null;
  /**
   * The three likeliest ids, in descending order: softmax over the whole vocabulary of the logits that the final norm and the head give
   * for the stream after this layer. Without temperature, masks or any other sampling rule.
   */
  readonly candidates: readonly Candidate[];
  /** The probability of the explained id in the same softmax; undefined without one. */
  readonly probability: number | undefined;
  /** The move by attention; undefined for the embedding. */
  readonly attention: StreamMove | undefined;
  /** The move by the feed-forward network, after attention; undefined for the embedding. */
  readonly feedForward: StreamMove | undefined;
}

/** Number of candidates of a layer. */
const CANDIDATES = 3;

/**
 * The predictions from the embedding up to the last layer.
 *
 * @param id the explained id.
 */
export function layerPredictions(
  { layers, vocabularySize, width }: DecoderConfig,
  { logits, stream }: LayerStream,
  id: number | undefined,
): readonly LayerPrediction[] {
  const sum = new Float64Array(width);
  const move = (part: number): StreamMove => {
    const before = Math.hypot(...sum);
    const added = stream.subarray(part * width, (part + 1) * width);
    for (const [i, value] of added.entries()) sum[i]! += value;
    const norm = Math.hypot(...added);
    return { norm, relative: before === 0 ? 0 : norm / before };
  };
  return Array.from({ length: layers + 1 }, (_, row) => {
    const [first, second] = row === 0 ? [move(0)] : [move(2 * row - 1), move(2 * row)];
    const probabilities = softmax(
      Float64Array.from(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize)),
    );
    return {
      layer: row === 0 ? null : row - 1,
      candidates: likeliest(probabilities, CANDIDATES),
      probability: id === undefined ? undefined : probabilities[id],
      attention: second && first,
      feedForward: second,
    };
  });
}
