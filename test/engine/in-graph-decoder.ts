/** A small decoder whose graph samples under WebAssembly, and the grammar of the music model for its ids. */
import { PERFORMANCE_416, PerformanceGrammar, PerformanceState } from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import type { LogitsProcessor } from "../../src/engine/logits-processor.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";
import { randomTensors } from "../models/reference.ts";

export const RELATIVE: DecoderConfig = {
  vocabulary: "performance-416",
  vocabularySize: 416,
  layers: 2,
  width: 16,
  heads: 2,
  feedForward: 24,
  position: { kind: "relative", maxDistance: 20, sharedHeads: false },
  window: 24,
  normEpsilon: 1e-5,
  tiedHead: true,
};
export const LEARNED: DecoderConfig = { ...RELATIVE, position: { kind: "learned" }, window: 90 };

export async function load(backend: "node" | "wasm", config: DecoderConfig): Promise<Decoder> {
  const runtime = await createNodeRuntime({ backend, threads: 1 });
  return Decoder.load({ config, tensors: randomTensors(config, 5), runtime });
}

/** The grammar with the options of the music model; without tables ids are sampled outside the graph. */
export function grammar(withTables: boolean): () => LogitsProcessor {
  return () => {
    const state = new PerformanceState(PERFORMANCE_416);
    const rules = new PerformanceGrammar(state, { longestNoteSteps: 300, mayEnd: false });
    const processor: LogitsProcessor = {
      push: (id) => state.push(id),
      mask: (allowed) => rules.mask(allowed),
    };
    const automaton = () => rules.automaton();
    return withTables ? { ...processor, automaton } : processor;
  };
}
