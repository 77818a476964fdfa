import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type WorkerPort } from "../../../../src/platform/browser/worker/connection.ts";
import { WorkerError } from "../../../../src/platform/browser/worker/errors.ts";

/** A worker that sends nothing, and can fail on request. */
class SilentWorker extends EventTarget implements Worker {
  onmessage = null;
  onmessageerror = null;
  onerror = null;
  isTerminated = false;

  postMessage(): void {
    // No listener.
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

/** `ErrorEvent`, which Node 20 lacks. */
class FakeErrorEvent extends Event {
  readonly message: string;

  constructor(message: string) {
    super("error");
    this.message = message;
  }
}

describe("a worker that fails", () => {
  let worker: SilentWorker;
  let connection: Connection;

  beforeEach(() => {
    vi.stubGlobal("ErrorEvent", FakeErrorEvent);
    worker = new SilentWorker();
    const port: WorkerPort = worker;
    connection = new Connection(port);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const request = { type: "load", source: "https://example.org/piano/", wasm: {} } as const;
  const task = { kind: "generate", ids: [], options: { seconds: 1 }, withEvents: false } as const;

  it("reports the browser's reason before the model is loaded", async () => {
    const loading = connection.load(request);
    worker.dispatchEvent(new FakeErrorEvent("Script error"));
    await expect(loading).rejects.toMatchObject({
      name: "WorkerError",
      message: "the worker failed: Script error",
      hint: expect.stringContaining("reload the page"),
    });
    const another = new Connection(worker);
    const again = another.load(request);
    worker.dispatchEvent(new Event("error"));
    await expect(again).rejects.toThrow("the worker failed: it cannot be started");
  });

  it("fails the running generation, and all later requests", async () => {
    const loading = connection.load(request);
    const queue = connection.start(task);
    const next = queue.next();
    worker.dispatchEvent(new FakeErrorEvent("out of memory"));
    await expect(next).rejects.toThrow("the worker failed: out of memory");
    await expect(loading).rejects.toThrow(WorkerError);
    expect(() => connection.start(task)).toThrow(WorkerError);
  });

  it("can be terminated without waiting for a reply", async () => {
    const loading = connection.load(request);
    worker.dispatchEvent(new FakeErrorEvent("gone"));
    await expect(loading).rejects.toThrow(WorkerError);
    await connection.dispose();
    expect(worker.isTerminated).toBe(true);
  });
});
