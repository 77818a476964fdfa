import type { DownloadProgress } from "../../checkpoint-url.ts";
import { EngineError } from "../../../engine/index.ts";
import { deserializeError, WorkerError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";
import type { LoadRequest, ModelFacts, Port, Reply, Request, Task } from "./protocol.ts";

/** A worker; in tests one end of a MessageChannel, which cannot be ended from here. */
export type WorkerPort = Worker | Port;

/** The page's end of the protocol: sends requests, and hands each reply to the one who waits for it. */
export class Connection {
  readonly #port: WorkerPort;
  readonly #onProgress: ((progress: DownloadProgress) => void) | undefined;
  readonly #queues = new Map<number, EventQueue>();
  readonly #loaded = new Deferred<ModelFacts>();
  readonly #disposed = new Deferred<void>();
  #streams = 0;
  /** Why nothing can be asked any more. */
  #over: Error | undefined;

  constructor(port: WorkerPort, onProgress?: (progress: DownloadProgress) => void) {
    this.#port = port;
    this.#onProgress = onProgress;
    const messages: Port = port;
    messages.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#receive(data));
    if ("onerror" in port) port.addEventListener("error", (event) => this.#workerFailed(event));
  }

  /** Moves the files, if the source is files. */
  load(request: LoadRequest, signal?: AbortSignal): Promise<ModelFacts> {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => this.#loaded.reject(signal.reason), { once: true });
    const files = typeof request.source === "string" ? [] : [...request.source.values()];
    const buffers = files.map((file) => file.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
    this.#port.postMessage(request, { transfer: [...new Set(buffers)] });
    return this.#loaded.promise;
  }

  /** @throws EngineError after `dispose`; WorkerError when the worker has died; the signal's reason. */
  start(task: Task, signal?: AbortSignal): EventQueue {
    signal?.throwIfAborted();
    if (this.#over) throw this.#over;
    this.#streams += 1;
    const queue = new EventQueue(this.#streams, signal);
    this.#queues.set(queue.stream, queue);
    this.#send({ type: "start", stream: queue.stream, task });
    return queue;
  }

  /** Lets the worker make so many more events. */
  more(stream: number, count: number): void {
    this.#send({ type: "more", stream, count });
  }

  /** A stream is of no interest any more; the worker is told if it is still at it. */
  stop(stream: number): void {
    const queue = this.#queues.get(stream);
    if (!queue) return;
    this.#queues.delete(stream);
    queue.close();
    if (!queue.isOver && !this.#over) this.#send({ type: "stop", stream });
  }

  /** Has the worker free the model, then ends it. */
  async dispose(): Promise<void> {
    if (!this.#over) {
      this.#send({ type: "dispose" });
      this.#finish(
        new EngineError("the model is disposed", { code: "disposed", hint: "load the model again" }),
      );
    }
    await this.#disposed.promise;
    this.end();
  }

  /** Ends the worker as it is. */
  end(): void {
    if ("terminate" in this.#port) this.#port.terminate();
  }

  #receive(reply: Reply): void {
    if (reply.type === "progress") this.#onProgress?.(reply.progress);
    else if (reply.type === "loaded") this.#loaded.resolve(reply.facts);
    else if (reply.type === "load-failed") this.#loaded.reject(deserializeError(reply.error));
    else if (reply.type === "disposed") this.#disposed.resolve();
    else {
      const queue = this.#queues.get(reply.stream);
      if (reply.type === "event") queue?.push(reply.event);
      else if (reply.type === "written") queue?.onWritten?.(reply.progress);
      else if (reply.type === "done") queue?.finish(reply.result);
      else queue?.fail(deserializeError(reply.error));
    }
  }

  #workerFailed(event: Event): void {
    const what = event instanceof ErrorEvent && event.message ? event.message : "it cannot be started";
    const error = new WorkerError(`the worker failed: ${what}`, {
      code: "worker-failed",
      hint: "reload the page, and close others that use much memory",
    });
    this.#loaded.reject(error);
    this.#finish(error);
    this.#disposed.resolve();
  }

  #finish(error: Error): void {
    this.#over ??= error;
    for (const queue of this.#queues.values()) queue.fail(error);
  }

  #send(request: Request): void {
    this.#port.postMessage(request);
  }
}

/** A promise and its two ends. */
class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
