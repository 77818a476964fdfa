import { expect, test } from "vitest";
import { PERFORMANCE_416, PerformanceGrammar, PerformanceState } from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import type { LogitsProcessor } from "../../src/engine/logits-processor.ts";
import { CachedContext } from "../../src/engine/cached-context.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import type { SamplingOptions } from "../../src/options.ts";
import { randomTensors } from "../models/reference.ts";
import { generated } from "./agreement.ts";
import { RELATIVE } from "./in-graph-decoder.ts";

const LEARNED: DecoderConfig = { ...RELATIVE, position: { kind: "learned" } };

interface Golden {
  readonly config: DecoderConfig;
  readonly options: SamplingOptions;
  /** With the performance grammar and a cache with a sink. */
  readonly isMusic?: boolean;
  readonly ids: readonly number[];
}

const GOLDEN: readonly Golden[] = [
  {
    config: RELATIVE,
    options: { seed: 3 },
    ids: [
      205, 217, 412, 23, 228, 261, 238, 219, 145, 30, 24, 87, 318, 261, 178, 300, 335, 218, 384, 389, 318,
      287, 313, 16, 69, 43, 2, 61, 209, 165, 287, 368, 230, 149, 118, 69, 165, 152, 27, 347, 228, 339, 9, 68,
      37, 315, 127, 362,
    ],
  },
  {
    config: RELATIVE,
    options: { seed: 3, temperature: 0.8, topP: 0.9, minP: 0.001 },
    ids: [
      205, 217, 412, 23, 228, 261, 238, 219, 145, 30, 24, 87, 318, 261, 178, 300, 335, 218, 320, 389, 318,
      287, 313, 16, 69, 43, 2, 261, 310, 165, 287, 73, 229, 231, 118, 69, 86, 152, 27, 347, 228, 339, 69, 68,
      230, 111, 127, 362,
    ],
  },
  {
    config: LEARNED,
    options: { seed: 11, topK: 40, typicalP: 0.95 },
    ids: [
      322, 73, 126, 170, 141, 294, 335, 343, 75, 36, 126, 36, 385, 76, 124, 198, 280, 253, 290, 76, 402, 357,
      134, 242, 242, 69, 202, 108, 108, 294, 406, 6, 71, 381, 287, 407, 253, 238, 43, 124, 126, 253, 253, 324,
      357, 357, 43, 79,
    ],
  },
  {
    config: RELATIVE,
    options: { seed: 5, pitchTemperature: 0.85 },
    isMusic: true,
    ids: [
      2, 37, 69, 126, 261, 371, 119, 375, 16, 124, 19, 376, 125, 268, 197, 339, 36, 320, 32, 328, 371, 101,
      261, 69, 267, 74, 275, 188, 324, 130, 144, 147, 165, 247, 252, 253, 254, 268, 15, 120, 357, 124, 284,
      73, 291, 164, 57, 267,
    ],
  },
];

/** The grammar with the options of the music model. */
function grammar(): LogitsProcessor {
  const state = new PerformanceState(PERFORMANCE_416);
  const rules = new PerformanceGrammar(state, { longestNoteSteps: 300, mayEnd: false });
  return {
    push: (id) => state.push(id),
    mask: (allowed) => rules.mask(allowed),
    automaton: () => rules.automaton(),
  };
}

test.each(["node", "wasm"] as const)("gives the same ids for the same seed: %s", async (backend) => {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  for (const { config, options, isMusic = false, ids } of GOLDEN) {
    const decoder = await Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
    const found = await generated(decoder, {
      prompt: [389, 375, 60],
      options,
      count: ids.length,
      contextShift: true,
      ...(isMusic ? { processor: grammar, context: new CachedContext(decoder, true) } : {}),
    });
    await decoder.dispose();
    expect(found).toEqual(ids);
  }
});
