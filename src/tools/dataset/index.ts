/** The door of this room: all that other rooms import from it. */
export { buildDataset, type BuildProgress } from "./build.ts";
export { MAX_UNRELEASED_SECONDS } from "./format.ts";
export { DEFAULT_SHARES, SHARED_KINDS, type Shares, sumOfShares, type TaskPlan } from "./plan.ts";
export { type EncoderChoice, encoderOf } from "./worker.ts";
