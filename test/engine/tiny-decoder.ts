/** The shape of a decoder of two layers, for tests of what the engine does around it. */
import type { DecoderConfig } from "../../models/index.ts";

export function learnedDecoder(window: number): DecoderConfig {
  return {
    vocabularySize: 50,
    layers: 2,
    width: 8,
    heads: 2,
    feedForward: 8,
    position: { kind: "learned" },
    window,
    normEpsilon: 1e-5,
    tiedHead: true,
  };
}

export function relativeDecoder(window: number): DecoderConfig {
  return {
    ...learnedDecoder(window),
    position: { kind: "relative", maxDistance: window, sharedHeads: false },
  };
}
