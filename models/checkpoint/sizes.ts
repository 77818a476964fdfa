/** The published sizes of GPT-2 (openai/gpt-2; distilgpt2 by Hugging Face). */
import { type DecoderConfig, parseConfig } from "./config.ts";

const SIZES = {
  distilgpt2: { n_layer: 6, n_embd: 768, n_head: 12 },
  gpt2: { n_layer: 12, n_embd: 768, n_head: 12 },
  "gpt2-medium": { n_layer: 24, n_embd: 1024, n_head: 16 },
  "gpt2-large": { n_layer: 36, n_embd: 1280, n_head: 20 },
  "gpt2-xl": { n_layer: 48, n_embd: 1600, n_head: 25 },
} as const;

/**
 * The config of each published GPT-2, by its name on the Hugging Face hub, without a download.
 *
 * @example
 * const config = GPT2_SIZES.get("gpt2");
 * if (config) console.log(countParameters(config).parameters); // 124439808
 */
export const GPT2_SIZES: ReadonlyMap<string, DecoderConfig> = new Map(
  Object.entries(SIZES).map(([name, size]) => [
    name,
    parseConfig({ model_type: "gpt2", vocab_size: 50257, n_positions: 1024, ...size }),
  ]),
);
