/** note-seq's own ids for edge cases; `golden/make_golden.py` makes them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { encodeScore, PERFORMANCE_388, readMidi } from "../../encoding/index.ts";

interface Golden {
  readonly name: string;
  /** The file, in base64. */
  readonly midi: string;
  readonly ids: readonly number[];
}

const GOLDEN: readonly Golden[] = JSON.parse(
  readFileSync(new URL("./golden/note-seq.json", import.meta.url), "utf8"),
);

it.each(GOLDEN)("as note-seq: $name", ({ midi, ids }) => {
  const score = readMidi(Uint8Array.from(Buffer.from(midi, "base64")));
  expect([...encodeScore(score, PERFORMANCE_388).ids]).toEqual(ids);
});
