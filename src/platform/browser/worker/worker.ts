/**
 * The module that runs in the worker: `new Worker(new URL("ostinato/worker", import.meta.url), { type: "module" })`. Node has no Web
 * Workers: there `loadMusicModel` of `ostinato/node` computes in threads of its own.
 */
import { notWebWorker } from "./errors.ts";
import { loadServed } from "./load-served.ts";
import { serveMusicModel } from "./serve.ts";
import { isRuntimeThread } from "./thread.ts";

if (typeof self === "undefined") throw notWebWorker();
if (!isRuntimeThread()) serveMusicModel(self, loadServed);
