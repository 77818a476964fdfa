/** Files that a text model may have in its folder besides its config and weights, as transformers names them. */

/** Files that a text model may do without. */
export const OPTIONAL_TEXT_FILES: readonly string[] = [
  "generation_config.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
];

/** All of these files. */
export const TEXT_FILES: readonly string[] = [
  "tokenizer.json",
  "vocab.json",
  "merges.txt",
  ...OPTIONAL_TEXT_FILES,
];
