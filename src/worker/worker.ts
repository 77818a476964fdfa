/**
 * The module that runs in the worker: `new Worker(new URL("ostinato/worker", import.meta.url), { type: "module" })`.
 * ONNX Runtime's threads may be started from the same bundle; they are told by their name and must not serve.
 */
import { loadMusicModel } from "../browser/load-model.ts";
import { serveMusicModel } from "./serve.ts";

/** How Emscripten names its threads. */
const THREAD_PREFIX = "em-pthread";

if (!self.name.startsWith(THREAD_PREFIX)) {
  serveMusicModel(self, async ({ source, wasm, backend, webgpuPaths, precision }, onProgress) => {
    // Without isolation there is no shared memory, hence one thread.
    const threads = globalThis.crossOriginIsolated ? (wasm.threads ?? defaultThreads()) : 1;
    const warnings: string[] = [];
    const model = await loadMusicModel(source, {
      ...(backend === undefined ? {} : { backend }),
      ...(webgpuPaths ? { webgpuPaths } : {}),
      ...(precision === undefined ? {} : { precision }),
      wasm: { ...wasm, threads },
      onProgress,
      onWarning: (message) => warnings.push(message),
    });
    const { vocabulary, decoder } = model;
    const { window, layers, heads, tasks = [] } = decoder.config;
    return {
      model,
      facts: {
        vocabulary: vocabulary.name,
        window,
        layers,
        heads,
        tasks,
        backend: decoder.backend,
        threads,
        warnings,
      },
    };
  });
}

/** Half the cores, at most four: small models gain little, and the page and its sound need room. */
function defaultThreads(): number {
  return Math.min(4, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)));
}
