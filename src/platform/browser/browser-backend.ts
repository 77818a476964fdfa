import { type DecoderConfig, isLarge } from "../../../models/index.ts";

/**
 * What runs a model in a browser. "webgpu": the graphics processor, or WebAssembly where that cannot be had. "auto": the
 * graphics processor for large models where there is one in hardware. For small ones WebAssembly is the better choice: a
 * step of the piano model takes it a few milliseconds, about as long as starting the step's few hundred kernels and
 * reading the result back takes by itself.
 */
export const BROWSER_BACKENDS = ["wasm", "webgpu", "auto"] as const;

/** One of `BROWSER_BACKENDS`. */
export type BrowserBackend = (typeof BROWSER_BACKENDS)[number];

/** Why WebGPU is not to be used; undefined where it is. */
export async function webGpuProblem(
  backend: BrowserBackend,
  config: DecoderConfig,
): Promise<string | undefined> {
  if (backend === "wasm") return "it was not asked for";
  if (backend === "auto" && !isLarge(config)) return "the model is small";
  // Older browsers do not have it, whatever the types say; nor do pages that are not served securely.
  if (!("gpu" in navigator)) return "this browser, or this page, has no WebGPU";
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter) return "there is no graphics adapter for it";
  return backend === "auto" && adapter.info.isFallbackAdapter
    ? "it would be computed in software"
    : undefined;
}
