/** Explains a sample: its candidates, its probability and the attention weights. */
import type { AttentionRequest, LayerAttention } from "./attention.ts";
import { type LogitsProcessor, ProcessorState } from "./logits-processor.ts";
import type { CachedContext } from "./cached-context.ts";
import { type LayerPrediction, layerPredictions } from "./layers.ts";
import { type Candidate, likeliest, type Sampler } from "./sampler.ts";

/** The sample to explain: the ids before it, and the rules it was sampled by. */
export interface ExplainSampleOptions {
  /** The ids before it; at least one. */
  readonly prompt: readonly number[];
  /** The sampled id; undefined for the distribution of the next id. */
  readonly id: number | undefined;
  readonly sampler: Sampler;
  /** As in the generation. Default: none. */
  readonly processors?: readonly LogitsProcessor[];
  /** Number of candidates. */
  readonly candidates: number;
  /** Layers and heads. Default: no attention. */
  readonly attention?: AttentionRequest;
  /** Whether to return the predictions of the layers. Default false. */
  readonly layers?: boolean;
}

/** The distribution of an id, and the attention weights it was computed with. */
export interface Explanation {
  /** The likeliest ids in descending order, without ids of probability 0. */
  readonly candidates: readonly Candidate[];
  /** The probability of `id` under the sampler's options. */
  readonly probability: number | undefined;
  /** The attention of the id before it, from whose logits it was sampled. Empty without the option `attention`. */
  readonly attention: readonly LayerAttention[];
  /** The predictions from the embedding up to the last layer, at the id before it. Only with the option `layers`. */
  readonly layers?: readonly LayerPrediction[];
}

/**
 * Explains one id. Of a prompt longer than the model's window, only the last window is read.
 *
 * @throws EngineError as `Decoder.forwardWithLayers`.
 */
export async function explainSample(
  context: CachedContext,
  vocabularySize: number,
  { prompt, id, sampler, processors = [], candidates, attention, layers }: ExplainSampleOptions,
): Promise<Explanation> {
  const state = new ProcessorState(processors, prompt, { window: context.window, vocabularySize });
  const range = state.range();
  const first = range?.first ?? 0;
  const prefilled = await context.prefill(prompt, { reuseBeyondWindow: true, attention, layers, range });
  const probabilities = sampler.probabilities(prefilled.logits, state.context());
  return {
    candidates: likeliest(probabilities, candidates, first),
    probability: id === undefined ? undefined : (probabilities[id - first] ?? (range && 0)),
    attention: prefilled.attention,
    ...(prefilled.layers && { layers: layerPredictions(context.config, prefilled.layers, id) }),
  };
}
