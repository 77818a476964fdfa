/** note-seq's own ids for edge cases, by vocabulary, which its compatibility mode must reproduce; made by `golden/make_golden.py`. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeScore, readMidi, VOCABULARIES } from "../../encoding/index.ts";

interface Golden {
  readonly name: string;
  /** The file in base64. */
  readonly midi: string;
  /** By the name of the vocabulary. */
  readonly ids: Readonly<Record<string, readonly number[]>>;
}

const GOLDEN: readonly Golden[] = JSON.parse(
  readFileSync(new URL("./golden/note-seq.json", import.meta.url), "utf8"),
);

describe.each(["performance-388", "score2perf", "midi-neural-processor"])("%s", (name) => {
  it.each(GOLDEN)("is as note-seq's: $name", ({ midi, ids }) => {
    const bytes = Uint8Array.from(Buffer.from(midi, "base64"));
    const score = readMidi(bytes, { compatibility: "note-seq" });
    const vocabulary = VOCABULARIES.get(name);
    if (!vocabulary) throw new Error(`no vocabulary ${name}`);
    expect([...encodeScore(score, vocabulary, { dropOutOfRange: true }).ids]).toEqual(ids[name]);
  });
});
