import { type DecoderConfig, isLarge } from "../../../models/index.ts";

/**
 * Backend in a browser. "webgpu": WebGPU, or WebAssembly if it is not available. "auto": WebGPU for large models on a
 * hardware adapter. For small models WebAssembly is faster: it takes a few milliseconds for a step of the piano model,
 * about the overhead of starting the few hundred kernels of a step on the GPU and reading the result back.
 */
export const BROWSER_BACKENDS = ["wasm", "webgpu", "auto"] as const;

/** One of `BROWSER_BACKENDS`. */
export type BrowserBackend = (typeof BROWSER_BACKENDS)[number];

/** The reason not to use WebGPU; undefined if it is used. */
export async function webGpuProblem(
  backend: BrowserBackend,
  config: DecoderConfig,
): Promise<string | undefined> {
  if (backend === "wasm") return "it was not requested";
  if (backend === "auto" && !isLarge(config)) return "the model is small";
  // Older browsers and insecure pages lack it, although the types declare it.
  if (!("gpu" in navigator)) return "this browser, or this page, has no WebGPU";
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter) return "there is no graphics adapter";
  return backend === "auto" && adapter.info.isFallbackAdapter
    ? "the graphics adapter is a software renderer"
    : undefined;
}
