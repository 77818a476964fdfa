/** Exports of this folder for other folders. */
export { buildDataset, type BuildDatasetOptions, type BuildProgress } from "./build.ts";
export { DEFAULT_COPIES } from "./copies.ts";
export type { TrackPart } from "./encode-windows.ts";
export { MAX_UNRELEASED_SECONDS } from "./format.ts";
export { buildPairDataset, type PairFile, type PairSummary } from "./pairs.ts";
export { DEFAULT_SHARES, SHARED_KINDS, type Shares, sumOfShares, type TaskPlan } from "./plan.ts";
export { type EncoderChoice, encoderOf } from "./worker.ts";
