/** Exports of this folder for other folders: those of the package, and more. */
export * from "./public.ts";
export { type ContextLease, type DraftOptions, leaseContext } from "./lease-context.ts";
export type { DraftingMethod } from "./speculate.ts";
export { combinedAdjustment } from "./logits-processor.ts";
export { checkThreads, onnxRuntime, startWasm, wasmRuntime } from "./runtime.ts";
export { warmUp } from "./warm-up.ts";
