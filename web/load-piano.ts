/** The piano model in its worker. */
import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { type DownloadProgress, WorkerMusicModel } from "../src/browser/index.ts";

/**
 * @throws CheckpointError, EngineError, WorkerError when it cannot be loaded.
 */
export async function loadPiano(onProgress: (progress: DownloadProgress) => void): Promise<WorkerMusicModel> {
  const worker = new Worker(new URL("../src/worker/worker.ts", import.meta.url), { type: "module" });
  const threads = Number(new URLSearchParams(location.search).get("threads"));
  return WorkerMusicModel.load(new URL("models/piano/", document.baseURI), {
    worker,
    wasm: {
      // ONNX Runtime's threads import the module by this address; a bundle's own would load the page's worker again.
      paths: { mjs: absolute(mjs), wasm: absolute(wasm) },
      ...(threads > 0 ? { threads } : {}),
    },
    onProgress,
  });
}

function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}
