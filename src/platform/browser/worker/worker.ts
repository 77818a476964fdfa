/** The module that runs in the worker: `new Worker(new URL("ostinato/worker", import.meta.url), { type: "module" })`. */
import { loadServed } from "./load-served.ts";
import { serveMusicModel } from "./serve.ts";
import { isRuntimeThread } from "./thread.ts";

if (!isRuntimeThread()) serveMusicModel(self, loadServed);
