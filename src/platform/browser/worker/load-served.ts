/** Loads the music model of a worker. */
import { PerformanceModel } from "../../../music/index.ts";
import { loadDecoder } from "../load-decoder.ts";
import type { ModelLoader } from "./serve.ts";
import { threadCount } from "./thread.ts";

/** Loads the model and collects its facts for the page. */
export const loadServed: ModelLoader = async (
  { source, wasm, backend, webgpuPaths, precision },
  onProgress,
) => {
  const threads = threadCount(wasm.threads);
  const warnings: string[] = [];
  const decoder = await loadDecoder(source, {
    backend,
    webgpuPaths,
    precision,
    wasm: { ...wasm, threads },
    onProgress,
    onWarning: (message) => warnings.push(message),
  });
  const model = new PerformanceModel(decoder);
  const { window, layers, heads, tasks = [] } = decoder.config;
  return {
    model,
    facts: {
      vocabulary: model.vocabulary.name,
      window,
      layers,
      heads,
      tasks,
      backend: decoder.backend,
      threads,
      warnings,
    },
  };
};
