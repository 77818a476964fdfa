import { type Score, VOCABULARIES, type Vocabulary } from "../../../../encoding/index.ts";
import type { Precision } from "../../../../models/index.ts";
import type { DownloadProgress } from "../../checkpoint-url.ts";
import type { BrowserBackend } from "../browser-backend.ts";
import type { ModelSource } from "../load-decoder.ts";
import type { Explanation, WasmOptions } from "../../../engine/index.ts";
import type {
  GeneratedTrack,
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  InfillOptions,
  MusicEvent,
  Primer,
  GenerateTrackOptions,
} from "../../../music/index.ts";
import { OptionError } from "../../../options.ts";
import { Connection, type WorkerPort } from "./connection.ts";
import {
  EVENTS_AHEAD,
  type LoadRequest,
  type ModelFacts,
  type MusicEngine,
  type RuntimePaths,
  type Task,
  type TaskResult,
} from "./protocol.ts";

/** The worker and the options of the model, see `LoadModelOptions`. */
export interface WorkerModelOptions {
  /**
   * A worker that runs `src/platform/browser/worker/worker.ts`. It is terminated when the model is disposed or cannot be
   * loaded.
   */
  readonly worker: WorkerPort;
  /** Threads; used only if the page is cross-origin isolated, otherwise 1. */
  readonly wasm?: WasmOptions;
  /** See `loadMusicModel`; `facts` contains the backend in use, and the warnings. */
  readonly backend?: BrowserBackend;
  readonly webgpuPaths?: WasmOptions["paths"];
  readonly precision?: Precision;
  /** Called for every downloaded part of the files. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Aborts the loading; `load` throws the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * A `MusicModel` in a worker: the same methods and errors, without blocking the page.
 *
 * @example
 * const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
 * const piano = await WorkerMusicModel.load("models/piano/", { worker });
 * for await (const event of piano.continue(undefined, { seconds: 10 })) console.log(event.kind, event.seconds);
 */
export class WorkerMusicModel implements MusicEngine {
  readonly vocabulary: Vocabulary;
  readonly facts: ModelFacts;
  readonly #connection: Connection;

  /**
   * @param source URL of a checkpoint folder, relative to the page; or its files, whose buffers are transferred to the
   * worker and detached here.
   * @throws CheckpointError, EngineError, OptionError as `loadMusicModel`; WorkerError when the worker cannot be started.
   */
  static async load(source: ModelSource, options: WorkerModelOptions): Promise<WorkerMusicModel> {
    const connection = new Connection(options.worker, options.onProgress);
    try {
      const facts = await connection.load(loadRequest(source, options), options.signal);
      return new WorkerMusicModel(connection, facts);
    } catch (error) {
      connection.end();
      throw error;
    }
  }

  private constructor(connection: Connection, facts: ModelFacts) {
    const vocabulary = VOCABULARIES.get(facts.vocabulary);
    if (!vocabulary) {
      throw new OptionError(`the worker's vocabulary is "${facts.vocabulary}"`, {
        code: "not-for-this-model",
        hint: "load page and worker from the same version of the package",
      });
    }
    this.#connection = connection;
    this.vocabulary = vocabulary;
    this.facts = facts;
  }

  /**
   * See `MusicModel.continue`. The worker generates up to 64 events ahead, then waits.
   *
   * @throws PrimerError, OptionError, on the first event.
   */
  async *continue(
    primer: Primer | undefined,
    options: ContinueOptions = {},
  ): AsyncGenerator<MusicEvent, void> {
    const { signal, ...rest } = options;
    const queue = this.#connection.start(
      { kind: "continue", primer, options: rest, ahead: EVENTS_AHEAD },
      signal,
    );
    let taken = 0;
    try {
      for (let event = await queue.next(); event; event = await queue.next()) {
        yield event;
        taken += 1;
        if (taken < EVENTS_AHEAD / 2) continue;
        this.#connection.more(queue.stream, taken);
        taken = 0;
      }
    } finally {
      this.#connection.stop(queue.stream);
    }
  }

  /** See `MusicModel.generate`. */
  async generate(options: GenerateOptions): Promise<GeneratedMusic> {
    const { signal, onEvent, ...rest } = options;
    const task = { kind: "generate", options: rest, withEvents: onEvent !== undefined } as const;
    const result = await this.#perform(task, { signal, onEvent });
    if (result && "trimmedSeconds" in result) return result;
    throw new TypeError("the worker sent no score");
  }

  /** See `MusicModel.accompany`. */
  async accompany(
    melody: Score,
    { signal, onProgress, ...options }: GenerateTrackOptions = {},
  ): Promise<GeneratedTrack> {
    return added(await this.#perform({ kind: "accompany", melody, options }, { signal, onProgress }));
  }

  /** See `MusicModel.infill`. */
  async infill(piece: Score, { signal, onProgress, ...options }: InfillOptions): Promise<GeneratedTrack> {
    return added(await this.#perform({ kind: "infill", piece, options }, { signal, onProgress }));
  }

  /** See `MusicModel.explain`. */
  async explain(ids: readonly number[], index: number, options: ExplainOptions = {}): Promise<Explanation> {
    const result = await this.#perform({ kind: "explain", ids, index, options });
    if (result && "candidates" in result) return result;
    throw new TypeError("the worker sent no explanation");
  }

  /** See `MusicModel.prefill`. */
  async prefill(ids: readonly number[]): Promise<void> {
    await this.#perform({ kind: "prefill", ids });
  }

  /** Disposes the model and terminates the worker. Running generations fail with an EngineError. */
  async dispose(): Promise<void> {
    await this.#connection.dispose();
  }

  /** Runs a task in the worker to its end. */
  async #perform(task: Task, { signal, onEvent, onProgress }: Listeners = {}): Promise<TaskResult> {
    const queue = this.#connection.start(task, signal);
    queue.onWritten = onProgress;
    try {
      for (let event = await queue.next(); event; event = await queue.next()) onEvent?.(event);
      return queue.result;
    } finally {
      this.#connection.stop(queue.stream);
    }
  }
}

/** Callbacks and the signal of a running task. */
interface Listeners {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: GenerateOptions["onEvent"] | undefined;
  readonly onProgress?: GenerateTrackOptions["onProgress"] | undefined;
}

function added(result: TaskResult): GeneratedTrack {
  if (result && "score" in result) return result;
  throw new TypeError("the worker sent no score");
}

function loadRequest(source: ModelSource, options: WorkerModelOptions): LoadRequest {
  const { wasm: { threads, paths } = {}, backend, webgpuPaths, precision } = options;
  return {
    type: "load",
    // The worker would resolve it against its own URL.
    source: source instanceof Map ? source : new URL(String(source), globalThis.location?.href).href,
    wasm: {
      threads,
      paths: paths && asText(paths),
    },
    backend,
    webgpuPaths: webgpuPaths && asText(webgpuPaths),
    precision,
  };
}

/** URLs as strings, which can be cloned. */
function asText({ mjs, wasm }: NonNullable<WasmOptions["paths"]>): RuntimePaths {
  return { mjs: String(mjs), wasm: String(wasm) };
}
