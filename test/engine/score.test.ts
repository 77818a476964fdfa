import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { score } from "../../src/engine/score.ts";
import { checkpointFolder } from "../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";

const WINDOW = 8;
let decoder: Decoder;

beforeAll(async () => {
  const folder = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-score-")), {
    ...TINY_CONFIG,
    n_positions: WINDOW,
    max_distance: WINDOW,
  });
  const checkpoint = await readCheckpoint(await checkpointFolder(folder));
  decoder = await Decoder.load({ ...checkpoint, runtime: await createNodeRuntime({ threads: 1 }) });
});

afterAll(() => decoder.dispose());

/** ln p of the last id, by reading the ids before it one at a time. */
async function stepByStep(ids: readonly number[]): Promise<number> {
  const cache = decoder.createCache();
  let logits = new Float32Array();
  for (const id of ids.slice(0, -1)) logits = Float32Array.from(await decoder.forward([id], cache));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return (logits[ids.at(-1) ?? 0] ?? 0) - Math.log(sum);
}

describe("score", () => {
  it.each([1, 2, 5, 8, 9, 10, 13, 14, 30])(
    "returns the probability of each of %i ids within its block",
    async (count) => {
      const ids = Array.from({ length: count }, (_, i) => (i * 37 + 11) % 416);
      const scores = await score(decoder, ids);
      expect(scores).toHaveLength(count - 1);
      for (let i = 1; i < count; i += 1) {
        // The first of the blocks [0, 8), [4, 12), [8, 16) … of inputs that holds the id before this one.
        const block = i <= WINDOW ? 0 : Math.ceil((i - WINDOW) / (WINDOW / 2)) * (WINDOW / 2);
        expect(scores[i - 1]).toBeCloseTo(await stepByStep(ids.slice(block, i + 1)), 4);
      }
    },
  );

  it("reports progress, and stops at an abort", async () => {
    const seen: number[] = [];
    await score(
      decoder,
      Array.from({ length: 21 }, () => 5),
      { onProgress: (scored) => seen.push(scored) },
    );
    expect(seen).toEqual([8, 12, 16, 20]);
    const stopped = score(decoder, [1, 2, 3], { signal: AbortSignal.abort(new Error("enough")) });
    await expect(stopped).rejects.toThrow("enough");
  });
});
