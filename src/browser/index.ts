/** What pages need: models by address, and the engine in a worker. */
export { WorkerMusicModel, type WorkerModelOptions } from "../worker/client.ts";
export { WorkerError } from "../worker/errors.ts";
export { checkpointUrl, type DownloadOptions, type DownloadProgress } from "./checkpoint-url.ts";
export { loadMusicModel, type LoadModelOptions, type ModelSource } from "./load-model.ts";
