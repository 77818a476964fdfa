import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BYTE_CHARACTERS } from "../encoding/text/byte-level.ts";
import { tokenizerJson } from "../encoding/text/tokenizer-json.ts";
import { writeTinyCheckpoint } from "./tiny-checkpoint.ts";

/** The config.json of a GPT-2 small enough for tests; of its ids the last three have no token. */
export const TINY_TEXT_CONFIG = {
  model_type: "gpt2",
  vocab_size: 262,
  n_layer: 2,
  n_embd: 16,
  n_head: 2,
  n_positions: 24,
} as const;

export const TINY_END = 258;

/** Bytes, two merges and the end of text. */
export const TINY_VOCABULARY: Readonly<Record<string, number>> = Object.fromEntries(
  [...BYTE_CHARACTERS, "th", "the", "<|endoftext|>"].map((token, id) => [token, id]),
);
export const TINY_MERGES = "#version: 0.2\nt h\nth e\n";

/** Writes a GPT-2 checkpoint folder of seeded random weights with its tokenizer. */
export function writeTinyTextCheckpoint(
  folder: string,
  config: Readonly<Record<string, unknown>> = TINY_TEXT_CONFIG,
): string {
  writeTinyCheckpoint(folder, config);
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizerJson(TINY_VOCABULARY, TINY_MERGES)));
  return folder;
}

/** The tokenizer of a model of pairs: that of the tiny checkpoint with two separators, on ids that the model has. */
export function tinyPairTokenizer(): Record<string, unknown> {
  const json = tokenizerJson(TINY_VOCABULARY, TINY_MERGES);
  const separators = ["<to-fr>", "<to-de>"].map((content, index) => ({
    id: TINY_END + 1 + index,
    content,
    special: true,
  }));
  return { ...json, added_tokens: [...[json["added_tokens"]].flat(), ...separators] };
}
