import type { DownloadProgress } from "../../checkpoint-url.ts";
import { EngineError } from "../../../engine/index.ts";
import { OptionError } from "../../../options.ts";
import { deserializeError, notWebWorker, WorkerError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";
import type { LoadRequest, ModelFacts, Port, Reply, Request, Task } from "./protocol.ts";

/** A worker; in tests one end of a MessageChannel, which cannot be terminated. */
export type WorkerPort = Worker | Port;

/** The page's end of the protocol: sends requests, and passes each reply to the task that waits for it. */
export class Connection {
  readonly #port: WorkerPort;
  readonly #onProgress: ((progress: DownloadProgress) => void) | undefined;
  readonly #queues = new Map<number, EventQueue>();
  readonly #loaded = new Deferred<ModelFacts>();
  readonly #disposed = new Deferred<void>();
  #streams = 0;
  /** The error of all further requests, after the end. */
  #over: Error | undefined;

  constructor(port: WorkerPort, onProgress?: (progress: DownloadProgress) => void) {
    if (!("addEventListener" in port)) throw notWebWorker();
    this.#port = port;
    this.#onProgress = onProgress;
    const messages: Port = port;
    messages.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#receive(data));
    if ("onerror" in port) port.addEventListener("error", (event) => this.#workerFailed(event));
  }

  /** Transfers the files, if the source is files. */
  load(request: LoadRequest, signal?: AbortSignal): Promise<ModelFacts> {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => this.#loaded.reject(signal.reason), { once: true });
    const files = typeof request.source === "string" ? [] : [...request.source.values()];
    const buffers = files.map((file) => file.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
    this.#port.postMessage(request, { transfer: [...new Set(buffers)] });
    return this.#loaded.promise;
  }

  /** @throws EngineError after `dispose`; OptionError for a draft model; WorkerError when the worker has failed; the signal's reason. */
  start(task: Task, signal?: AbortSignal): EventQueue {
    signal?.throwIfAborted();
    if (this.#over) throw this.#over;
    if ("options" in task && "draftModel" in task.options && task.options.draftModel)
      throw new OptionError("a draft model needs the native runtime, which browsers do not have", {
        code: "not-for-this-model",
        hint: "omit draftModel",
      });
    this.#streams += 1;
    const queue = new EventQueue(this.#streams, signal);
    this.#queues.set(queue.stream, queue);
    this.#send({ type: "start", stream: queue.stream, task });
    return queue;
  }

  /** Allows the worker to generate more events. */
  more(stream: number, count: number): void {
    this.#send({ type: "more", stream, count });
  }

  /** Ends a stream. The worker receives a message if the task is still running. */
  stop(stream: number): void {
    const queue = this.#queues.get(stream);
    if (!queue) return;
    this.#queues.delete(stream);
    queue.close();
    if (!queue.isOver && !this.#over) this.#send({ type: "stop", stream });
  }

  /** Disposes the model in the worker, then terminates the worker. */
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

  /** Terminates the worker at once. */
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
      hint: "reload the page, and close other pages that use much memory",
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

/** A promise with its `resolve` and `reject`. */
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
