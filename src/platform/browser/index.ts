/** Models by URL, and the engine in a worker, for pages. */
export { WorkerMusicModel, type WorkerModelOptions } from "./worker/client.ts";
export { WorkerError } from "./worker/errors.ts";
export { checkpointUrl, type DownloadOptions, type DownloadProgress } from "../checkpoint-url.ts";
export { BROWSER_BACKENDS, type BrowserBackend } from "./browser-backend.ts";
export { loadDecoder, type LoadModelOptions, type ModelSource } from "./load-decoder.ts";
export { loadBandModel, loadMusicModel, loadTextModel } from "./load-model.ts";
