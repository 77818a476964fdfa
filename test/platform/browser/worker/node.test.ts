import { EventEmitter } from "node:events";
import { expect, it, vi } from "vitest";
import { WorkerMusicModel } from "../../../../src/platform/browser/index.ts";

const error = {
  name: "WorkerError",
  code: "worker-failed",
  message: "ostinato/worker needs a Web Worker, which a worker thread of Node is not",
  hint: expect.stringContaining('use loadMusicModel of "ostinato/node"'),
};

it("says what to use when a thread of Node runs ostinato/worker", async () => {
  vi.stubGlobal("self", undefined);
  await expect(import("../../../../src/platform/browser/worker/worker.ts")).rejects.toMatchObject(error);
  vi.unstubAllGlobals();
});

it("says what to use when a model is to run in a worker thread of Node", async () => {
  // node:worker_threads' Worker has no addEventListener.
  const worker = new EventEmitter() as unknown as Worker;
  await expect(WorkerMusicModel.load("models/piano/", { worker })).rejects.toMatchObject(error);
});
