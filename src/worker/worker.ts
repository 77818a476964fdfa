/** The module that runs in the worker: `new Worker(new URL("ostinato/worker", import.meta.url), { type: "module" })`. */
import { loadMusicModel } from "../browser/load-model.ts";
import { serveMusicModel } from "./serve.ts";
import { isRuntimeThread, threadCount } from "./thread.ts";

if (!isRuntimeThread()) {
  serveMusicModel(self, async ({ source, wasm, backend, webgpuPaths, precision }, onProgress) => {
    const threads = threadCount(wasm.threads);
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
