/** Distinguishes two tokenizers whose vocabularies have the same size: a dataset of one does not fit a model of the other. */
import { createHash } from "node:crypto";

interface ParsedTokenizer {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
}

/**
 * SHA-256 of the lines `id token` in the order of the ids, as `ostinato_training.tokens` computes it.
 *
 * @param tokenizerJson a tokenizer.json that `TextTokenizer` accepts.
 */
export function tokensHash(tokenizerJson: unknown): string {
  const { model, added_tokens: added = [] } = tokenizerJson as ParsedTokenizer;
  const tokens = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token]));
  for (const { id, content } of added) tokens.set(id, content);
  const hash = createHash("sha256");
  for (const [id, token] of [...tokens].sort(([a], [b]) => a - b)) hash.update(`${id} ${token}\n`);
  return hash.digest("hex");
}
