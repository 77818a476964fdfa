/** Options and results of the forward passes of `Decoder`. */
import type { LayerAttention } from "./attention.ts";
import type { LayerStream } from "./layers.ts";
import type { IdRange } from "./sampling/index.ts";

/** Options of `Decoder.forward`. */
export interface ForwardOptions {
  /** Logits after the last id, or after each id. Default "last". */
  readonly logits?: "last" | "all";
  /**
   * Consecutive ids whose logits are returned, none for a count of 0. The head is computed for the slices with these ids only: see
   * `PreparedSource.headSlices`. Default: all ids.
   */
  readonly range?: IdRange;
  /** Stops between two chunks of a long input; `forward` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Logits, and the attention weights of the last id. */
export interface ForwardWithAttention {
  /** As returned by `forward`. */
  readonly logits: Float32Array;
  /** Of the requested layers, in the requested order. */
  readonly attention: readonly LayerAttention[];
}

/** Logits, attention weights, and the residual stream of the last id. */
export interface ForwardWithLayers extends ForwardWithAttention {
  readonly layers: LayerStream;
}
