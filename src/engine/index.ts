/** Exports of this folder for other folders: those of the package, and more. */
export * from "./public.ts";
export { combinedAdjustment } from "./logits-processor.ts";
export { checkThreads, onnxRuntime, wasmRuntime } from "./runtime.ts";
