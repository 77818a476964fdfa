/** The interface of this folder for other folders. */
export { WorkerBandModel } from "./band-client.ts";
export { loadInWorker } from "./client.ts";
export { type SerializedError, serializeError, deserializeError, WorkerError } from "./errors.ts";
export { loadServed, servedLoader } from "./load-served.ts";
export { EVENTS_AHEAD, type MusicEngine } from "./protocol.ts";
export type { ArrivalExplanation, ArrivalPlace, ArrivalSetting } from "../../../music/index.ts";
export { serveMusicModel } from "./serve.ts";
export { isRuntimeThread, threadCount } from "./thread.ts";
