/** The worker's side of the protocol. */
import { serializeError } from "./errors.ts";
import type {
  ArrivalTask,
  ExplainArrivalTask,
  LoadRequest,
  ModelFacts,
  PerformanceTask,
  Port,
  Reply,
  Request,
  ServedBand,
  ServedModel,
  Task,
  TaskResult,
  WritingProgress,
} from "./protocol.ts";
import type { DownloadProgress } from "../../checkpoint-url.ts";
import type { MusicEvent } from "../../../music/index.ts";

/** A model, and its facts for the page. */
export interface LoadedModel {
  readonly model: ServedModel | ServedBand;
  readonly facts: ModelFacts;
}

export type ModelLoader = (
  request: LoadRequest,
  onProgress: (progress: DownloadProgress) => void,
) => Promise<LoadedModel>;

/** Answers a page's requests on `port`. @param load loads the model on request. */
export function serveMusicModel(port: Port, load: ModelLoader): void {
  const server = new Server(port, load);
  port.addEventListener("message", ({ data }: MessageEvent<Request>) => server.receive(data));
}

class Server {
  readonly #port: Port;
  readonly #load: ModelLoader;
  readonly #streams = new Map<number, Stream>();
  #model: ServedModel | ServedBand | undefined;

  constructor(port: Port, load: ModelLoader) {
    this.#port = port;
    this.#load = load;
  }

  receive(request: Request): void {
    if (request.type === "load") void this.#loadModel(request);
    else if (request.type === "start") void this.#run(request.stream, request.task);
    else if (request.type === "more") this.#streams.get(request.stream)?.allow(request.count);
    else if (request.type === "stop") this.#streams.get(request.stream)?.stop();
    else void this.#dispose();
  }

  async #loadModel(request: LoadRequest): Promise<void> {
    try {
      const { model, facts } = await this.#load(request, (progress) =>
        this.#reply({ type: "progress", progress }),
      );
      this.#model = model;
      this.#reply({ type: "loaded", facts });
    } catch (error) {
      this.#reply({ type: "load-failed", error: serializeError(error) });
    }
  }

  async #run(number: number, task: Task): Promise<void> {
    const stream = new Stream("ahead" in task ? task.ahead : 0);
    this.#streams.set(number, stream);
    try {
      const result = await this.#perform(number, task, stream);
      this.#reply({ type: "done", stream: number, result });
    } catch (error) {
      if (!stream.signal.aborted)
        this.#reply({ type: "failed", stream: number, error: serializeError(error) });
    } finally {
      this.#streams.delete(number);
    }
  }

  async #perform(number: number, task: Task, stream: Stream): Promise<TaskResult> {
    const model = this.#model;
    if (!model) throw new TypeError("a task came before the model was loaded");
    if (task.kind === "arrival" || task.kind === "explain-arrival") {
      if ("events" in model) return this.#performArrivals(model, number, task, stream);
    } else if (!("events" in model)) return this.#performMusic(model, number, task, stream);
    throw new TypeError(`"${task.kind}" is not a task of this model`);
  }

  async #performArrivals(
    model: ServedBand,
    number: number,
    task: ArrivalTask | ExplainArrivalTask,
    stream: Stream,
  ): Promise<TaskResult> {
    if (task.kind === "explain-arrival") return model.explain(task.place, task.options);
    for await (const event of model.events(task.setting, { ...task.options, signal: stream.signal })) {
      this.#reply({ type: "event", stream: number, event });
      await stream.taken();
    }
    return undefined;
  }

  async #performMusic(
    model: ServedModel,
    number: number,
    task: PerformanceTask,
    stream: Stream,
  ): Promise<TaskResult> {
    const { signal } = stream;
    if (task.kind === "generate") {
      const onEvent = task.withEvents
        ? { onEvent: (event: MusicEvent): void => this.#reply({ type: "event", stream: number, event }) }
        : {};
      return model.generate(task.ids, { ...task.options, ...onEvent, signal });
    }
    if (task.kind === "explain") return model.explain(task.ids, task.index, task.options);
    if (task.kind === "prefill") {
      await model.prefill(task.ids);
      return undefined;
    }
    const onProgress = (progress: WritingProgress): void =>
      this.#reply({ type: "written", stream: number, progress });
    if (task.kind === "accompany")
      return model.accompany(task.melody, { ...task.options, onProgress, signal });
    if (task.kind === "infill") return model.infill(task.region, { ...task.options, onProgress, signal });
    for await (const event of model.continue(task.ids, { ...task.options, signal })) {
      this.#reply({ type: "event", stream: number, event });
      await stream.taken();
    }
    return undefined;
  }

  async #dispose(): Promise<void> {
    for (const stream of this.#streams.values()) stream.stop();
    await this.#model?.dispose();
    this.#reply({ type: "disposed" });
  }

  #reply(reply: Reply): void {
    this.#port.postMessage(reply);
  }
}

/** Limits how far a task may run ahead of the page, and stores whether it has been stopped. */
class Stream {
  readonly #abort = new AbortController();
  #allowed: number;
  #wake: (() => void) | undefined;

  constructor(allowed: number) {
    this.#allowed = allowed;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  allow(count: number): void {
    this.#allowed += count;
    this.#wake?.();
  }

  stop(): void {
    this.#abort.abort();
    this.#wake?.();
  }

  /** Counts a generated event; resolves when the next one may be generated. */
  async taken(): Promise<void> {
    this.#allowed -= 1;
    while (this.#allowed <= 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.signal.throwIfAborted();
  }
}
