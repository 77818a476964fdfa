import { createRequire } from "node:module";
import { BYTE_CHARACTERS } from "../encoding/text/byte-level.ts";
import { tokenizerJson } from "../encoding/text/tokenizer-json.ts";

/** GPT-2's own vocabulary as its two files would have it, from the ranks that tiktoken carries. */
export function gpt2Files(): { readonly vocabulary: Record<string, number>; readonly merges: string } {
  const ranks = readRanks();
  const vocabulary: Record<string, number> = { "<|endoftext|>": 50256 };
  const merges = ["#version: 0.2"];
  for (const [token, rank] of ranks) {
    vocabulary[token] = rank;
    if (token.length > 1) merges.push(lastMerge(token, rank, ranks).join(" "));
  }
  return { vocabulary, merges: `${merges.join("\n")}\n` };
}

/** GPT-2's tokenizer as a tokenizer.json. */
export function gpt2TokenizerJson(): object {
  const { vocabulary, merges } = gpt2Files();
  return tokenizerJson(vocabulary, merges);
}

/** Tokens in the vocabulary's characters, with their ranks, in the order of these. */
function readRanks(): Map<string, number> {
  const file: unknown = createRequire(import.meta.url)("tiktoken/encoders/gpt2.json");
  const text = typeof file === "object" && file !== null && "bpe_ranks" in file ? String(file.bpe_ranks) : "";
  const ranks = new Map<string, number>();
  // Lines of "!", the rank of the first token, and tokens in base64.
  for (const line of text.split("\n")) {
    const [, offset, ...tokens] = line.split(" ");
    for (const [index, token] of tokens.entries()) {
      const written = Array.from(Buffer.from(token, "base64"), (byte) => BYTE_CHARACTERS[byte]).join("");
      ranks.set(written, Number(offset) + index);
    }
  }
  return ranks;
}

/** The pair that a token is merged from: what its bytes come to with the merges before its own. */
function lastMerge(token: string, rank: number, ranks: ReadonlyMap<string, number>): string[] {
  const parts = [...token];
  while (parts.length > 2) {
    let best = rank;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i += 1) {
      const merged = ranks.get(`${parts[i]}${parts[i + 1]}`) ?? rank;
      if (merged < best) [best, at] = [merged, i];
    }
    if (at < 0) throw new Error(`token ${rank} is not a merge of two`);
    parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
  }
  return parts;
}
