/** Loads a music model in a worker. */
import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { type DownloadProgress, type ModelSource, WorkerMusicModel } from "../src/platform/browser/index.ts";
import { PERFORMANCE_388, PERFORMANCE_416 } from "../src/index.ts";
import { SourceError } from "./model-source.ts";

/** Vocabularies with the same performance ids as the page. */
const VOCABULARIES: readonly string[] = [PERFORMANCE_388, PERFORMANCE_416].map(({ name }) => name);

/**
 * @throws CheckpointError, EngineError, OptionError, WorkerError when the model cannot be loaded; SourceError for an
 * incompatible vocabulary.
 */
export async function loadMusic(
  source: ModelSource,
  onProgress: (progress: DownloadProgress) => void,
): Promise<WorkerMusicModel> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "music" });
  const threads = Number(new URLSearchParams(location.search).get("threads"));
  const model = await WorkerMusicModel.load(source, {
    worker,
    wasm: {
      // ONNX Runtime's threads import the module from this URL. The bundle's own module would start the page's worker
      // again.
      paths: { mjs: absolute(mjs), wasm: absolute(wasm) },
      threads: threads > 0 ? threads : undefined,
    },
    onProgress,
  });
  const { name } = model.vocabulary;
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
