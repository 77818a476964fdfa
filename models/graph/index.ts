/** Exports of this folder for other folders. */
export { type DecoderGraph, decoderGraph } from "./decoder.ts";
export {
  EXACT_ROWS,
  exactPaddingShape,
  exactMaskShape,
  exactSizes,
  GROUP_ROWS,
  runPositions,
  type RunPositions,
} from "./exact-attention.ts";
export { GraphBuilder, type GraphWeight, integer, type Locate, type Value } from "./graph-builder.ts";
export { HEAD_SLICES, type HeadSlices, sliceHead } from "./head.ts";
export { identityGraph } from "./identity.ts";
export {
  type CarriedState,
  type DeclareSampling,
  decoderLoop,
  NO_SAMPLE,
  type SampledId,
  type SamplingStep,
} from "./loop.ts";
export type { WeightArray } from "./matrix.ts";
export {
  type Backend,
  blockSize,
  chooseScheme,
  isHeadsFirst,
  isLarge,
  SCHEMES,
  type Precision,
  type QuantizationScheme,
  PRECISIONS,
} from "./quantization-scheme.ts";
export {
  cacheBytesPerId,
  countParameters,
  type ParameterCount,
  type TensorCount,
  type TensorGroup,
  weightBytes,
} from "./parameter-count.ts";
export { graphData, graphWeights } from "./weights.ts";
