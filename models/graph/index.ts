/** Exports of this folder for other folders. */
export { type DecoderGraph, decoderGraph } from "./decoder.ts";
export type { GraphWeight, Locate } from "./graph-builder.ts";
export type { AutomatonTables } from "./automaton.ts";
export { decoderLoop } from "./loop.ts";
export type { WeightArray } from "./matrix.ts";
export {
  type Backend,
  chooseScheme,
  isLarge,
  SCHEMES,
  type Precision,
  type QuantizationScheme,
  PRECISIONS,
} from "./quantization-scheme.ts";
export { NO_SAMPLE } from "./sampling.ts";
export {
  cacheBytesPerId,
  countParameters,
  type ParameterCount,
  type TensorCount,
  type TensorGroup,
  weightBytes,
} from "./parameter-count.ts";
export { graphData, graphWeights } from "./weights.ts";
