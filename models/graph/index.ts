/** The door of this room: all that other rooms import from it. */
export { type DecoderGraph, decoderGraph } from "./decoder.ts";
export type { GraphWeight, Locate } from "./graph-builder.ts";
export type { AutomatonTables } from "./automaton.ts";
export { decoderLoop } from "./loop.ts";
export type { WeightArray } from "./matrix.ts";
export {
  type Backend,
  choosePlan,
  isLarge,
  PLANS,
  type Precision,
  type PrecisionPlan,
  PRECISIONS,
} from "./plan.ts";
export { NO_SAMPLE } from "./sampling.ts";
export {
  cacheBytesPerId,
  tally,
  type Tally,
  type TensorCount,
  type TensorGroup,
  weightBytes,
} from "./tally.ts";
export { graphData, graphWeights } from "./weights.ts";
