/** What workers that run models have in common, whichever models these are. */

/**
 * Whether this is one of ONNX Runtime's own threads: it may start them from the same bundle as the worker, and they must not
 * serve. Emscripten names them so.
 */
export function isRuntimeThread(): boolean {
  return self.name.startsWith("em-pthread");
}

/**
 * How many threads a model gets: those asked for, or half the cores, at most four: small models gain little, and the
 * page and its sound need room. Without isolation there is no shared memory, hence one.
 */
export function threadCount(wanted?: number): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return wanted ?? Math.min(4, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)));
}
