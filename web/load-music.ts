/** Loads a music model in a worker. */
import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { ARRIVAL_VOCABULARIES, PERFORMANCE_388, PERFORMANCE_416 } from "../encoding/index.ts";
import type { DownloadProgress, ModelSource, WorkerMusicModel } from "../src/platform/browser/index.ts";
import { loadInWorker, type WorkerBandModel } from "../src/platform/browser/worker/index.ts";
import { musicWorker } from "./early.ts";
import { SourceError } from "./model-source.ts";

/** A model of the piano, or of several instruments. */
export type PageModel = WorkerMusicModel | WorkerBandModel;

/** Vocabularies with the same performance ids as the page, and those of several instruments. */
const VOCABULARIES: readonly string[] = [
  ...[PERFORMANCE_388, PERFORMANCE_416].map(({ name }) => name),
  ...ARRIVAL_VOCABULARIES.keys(),
];

/** WebAssembly of the runtime. The page fetches it itself, in idle time. */
export const RUNTIME_FILE = wasm;

/**
 * @throws CheckpointError, EngineError, OptionError, WorkerError when the model cannot be loaded; SourceError for an
 * incompatible vocabulary.
 */
export async function loadMusic(
  source: ModelSource,
  onProgress: (progress: DownloadProgress) => void,
): Promise<PageModel> {
  const threads = Number(new URLSearchParams(location.search).get("threads"));
  const model = await loadInWorker(source, {
    worker: musicWorker(),
    wasm: {
      // ONNX Runtime's threads import the module from this URL. The bundle's own module would start the page's worker
      // again.
      paths: { mjs: absolute(mjs), wasm: absolute(wasm) },
      threads: threads > 0 ? threads : undefined,
    },
    onProgress,
  });
  const { vocabulary: name } = model.facts;
  if (VOCABULARIES.includes(name)) return model;
  await model.dispose();
  throw new SourceError(
    `this page cannot play the vocabulary of the model (${name})`,
    `choose one of ${VOCABULARIES.join(" or ")}; the command line supports the others`,
  );
}

function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}
