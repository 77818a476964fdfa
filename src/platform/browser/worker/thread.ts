/** Functions common to the workers that run models. */

/**
 * Whether this is a thread of ONNX Runtime, which may start from the same bundle as the worker and must not serve
 * requests. Emscripten sets its name.
 */
export function isRuntimeThread(): boolean {
  return self.name.startsWith("em-pthread");
}

/**
 * Number of threads of a model: the requested number, or half the cores, at most four, because small models gain little
 * and the page and its sound need cores. Without cross-origin isolation there is no shared memory, hence 1.
 */
export function threadCount(wanted?: number): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return wanted ?? Math.min(4, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)));
}
