/** Worker threads that encode files. */
import { Worker } from "node:worker_threads";
import type { EncoderChoice, WorkerAnswer, WorkerRequest } from "./worker.ts";

/** Maximum number of requests per thread ahead of the next result. */
const AHEAD_PER_THREAD = 16;

export class EncodePool {
  readonly #workers: readonly EncodeWorker[];
  #requests = 0;

  constructor(encoder: EncoderChoice, threads: number) {
    this.#workers = Array.from({ length: Math.max(1, threads) }, () => new EncodeWorker(encoder));
  }

  /** Yields the results in the order of the requests, which may be endless: a limited number of them is sent ahead. */
  async *answers<Request extends WorkerRequest>(
    requests: Iterable<Request>,
  ): AsyncGenerator<readonly [Request, WorkerAnswer]> {
    const iterator = requests[Symbol.iterator]();
    const pending: (readonly [Request, Promise<WorkerAnswer>])[] = [];
    const ahead = this.#workers.length * AHEAD_PER_THREAD;
    for (;;) {
      while (pending.length < ahead) {
        const next = iterator.next();
        if (next.done) break;
        pending.push([next.value, this.#send(next.value)]);
      }
      const [request, answer] = pending.shift() ?? [];
      if (!request || !answer) return;
      yield [request, await answer];
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  async #send(request: WorkerRequest): Promise<WorkerAnswer> {
    const worker = this.#workers[this.#requests % this.#workers.length];
    this.#requests += 1;
    if (!worker) throw new RangeError("the pool has no workers");
    return worker.encode(request);
  }
}

/** A worker thread; its results are in the order of the requests. */
class EncodeWorker {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }[] = [];

  constructor(encoder: EncoderChoice) {
    // The built file has the extension ".js", the source ".ts".
    const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./worker.${ending}`, import.meta.url), { workerData: encoder });
    this.#worker.on("message", (answer: WorkerAnswer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on("error", (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  encode({ path, request }: WorkerRequest): Promise<WorkerAnswer> {
    const answer = new Promise<WorkerAnswer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage({ path, request });
    });
    // It is awaited later, or not at all if an earlier one fails.
    answer.catch(() => undefined);
    return answer;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
