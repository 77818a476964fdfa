import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TextTokenizer } from "../../../encoding/text/text.ts";

/** What `make_golden.py` writes. */
interface Golden {
  readonly count: number;
  readonly pieces: readonly string[];
  readonly features: readonly Feature[];
}

interface Feature {
  readonly name: string;
  readonly seed: number;
  readonly specialTokens: boolean;
  /** Whether the digest is of the decoded ids, too. */
  readonly decodes: boolean;
  /** What of `tokenizer.json` the feature replaces. */
  readonly change: { readonly model?: object; readonly added_tokens?: readonly object[] };
  /** Indices of the strings at which `tokenizers` itself fails. */
  readonly failed: readonly number[];
  readonly sha256: string;
  readonly first: readonly { readonly text: string; readonly ids: readonly number[] | null }[];
}

const FOLDER = new URL("golden/", import.meta.url);
const { features, pieces, count } = read<Golden>("features.json");
const base = read<{ readonly model: object; readonly added_tokens: readonly object[] }>("tokenizer.json");

function read<Contents>(name: string): Contents {
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
}

/** The strings of `make_golden.py`. */
function strings(seed: number): string[] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)]).join(""),
  );
}

function tokenizerWith({ change }: Feature): TextTokenizer {
  return new TextTokenizer({
    ...base,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    ...change,
    model: { ...base.model, ...change.model },
    added_tokens: [...base.added_tokens, ...(change.added_tokens ?? [])],
  });
}

describe("TextTokenizer gives the ids of Hugging Face's tokenizers", () => {
  it.each(features.map((feature) => [feature.name, feature] as const))("%s", (_, feature) => {
    const tokenizer = tokenizerWith(feature);
    const { specialTokens, failed } = feature;
    const texts = strings(feature.seed);
    const ids = texts.map((text, index) =>
      failed.includes(index) ? null : tokenizer.encode(text, { specialTokens }),
    );
    expect(texts.map((text, index) => ({ text, ids: ids[index] })).slice(0, feature.first.length)).toEqual(
      feature.first,
    );
    const decoded = feature.decodes
      ? ids.map((each) => each && (each.length > 0 ? tokenizer.decode(each) : []))
      : [];
    const digest = createHash("sha256")
      .update(JSON.stringify([ids, decoded]))
      .digest("hex");
    expect(digest).toBe(feature.sha256);
  });
});
