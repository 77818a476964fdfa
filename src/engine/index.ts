/** The engine: any decoder checkpoint, the cache, the sampler. */
export * from "./cache.ts";
export * from "./decoder.ts";
export { type Constraint, generateIds, type GenerateIdsOptions } from "./generate.ts";
export { GumbelNoise, MAX_SEED, philox } from "./random.ts";
export * from "./runtime.ts";
export { Sampler } from "./sampler.ts";
