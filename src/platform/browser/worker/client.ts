import {
  ARRIVAL_VOCABULARIES,
  type Score,
  VOCABULARIES,
  type Vocabulary,
} from "../../../../encoding/index.ts";
import type { Precision } from "../../../../models/index.ts";
import type { DownloadProgress } from "../../checkpoint-url.ts";
import { filesAddress, refuseRevision } from "../../hub-name.ts";
import type { BrowserBackend } from "../browser-backend.ts";
import type { ModelSource } from "../load-decoder.ts";
import type { Explanation, WasmOptions } from "../../../engine/index.ts";
import {
  accompany,
  type ContinueOptions,
  type ExplainOptions,
  type GeneratedMusic,
  type GeneratedTrack,
  type GenerateOptions,
  generateScore,
  type GenerateTrackOptions,
  infill,
  type InfillOptions,
  type MusicEvent,
  type Primer,
  primerIds,
} from "../../../music/index.ts";
import { OptionError } from "../../../options.ts";
import { WorkerBandModel } from "./band-client.ts";
import { Connection, type WorkerPort } from "./connection.ts";
import type { LoadRequest, ModelFacts, MusicEngine, RuntimePaths } from "./protocol.ts";
import { RemotePerformances } from "./remote-performances.ts";

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
  /** The vocabulary of the ids, for checkpoints that do not say: see `ModelCodecOptions`. */
  readonly codec?: string;
  /** Branch, tag or commit of a model of the Hugging Face hub. Default "main". */
  readonly revision?: string;
  /** Called for every downloaded part of the files. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Aborts the loading; `load` throws the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * A `MusicModel` whose network runs in a worker: the same methods and errors, without blocking the page. Scores become ids, and
 * notes a score, in the page's thread.
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
  readonly #performances: RemotePerformances;

  /**
   * @param source URL of a checkpoint folder, relative to the page; or its files, whose buffers are transferred to the
   * worker and detached here.
   * @throws CheckpointError, EngineError, OptionError as `loadMusicModel`; WorkerError when the worker cannot be started.
   */
  static async load(source: ModelSource, options: WorkerModelOptions): Promise<WorkerMusicModel> {
    return connect(source, options, (connection, facts) => new WorkerMusicModel(connection, facts));
  }

  /** For `loadInWorker`. @throws OptionError for a vocabulary other than performance events. */
  constructor(connection: Connection, facts: ModelFacts) {
    const vocabulary = VOCABULARIES.get(facts.vocabulary);
    if (!vocabulary) {
      throw new OptionError(`the worker's vocabulary is "${facts.vocabulary}"`, {
        code: "not-for-this-model",
        hint: "load a piano model, and page and worker from the same version of the package",
      });
    }
    this.#connection = connection;
    this.vocabulary = vocabulary;
    this.facts = facts;
    this.#performances = new RemotePerformances(connection, vocabulary, facts);
  }

  /**
   * See `MusicModel.continue`. The worker generates up to 64 events ahead, then waits.
   *
   * @throws PrimerError, OptionError, on the first event.
   */
  async *continue(
    primer: Primer | undefined,
    { primerSeconds, tracks, ...options }: ContinueOptions = {},
  ): AsyncGenerator<MusicEvent, void> {
    const ids = primerIds(primer, this.vocabulary, { primerSeconds, tracks });
    yield* this.#performances.continue(ids, options);
  }

  /** See `MusicModel.generate`. */
  generate(options: GenerateOptions): Promise<GeneratedMusic> {
    return generateScore(this.#performances, options);
  }

  /** See `MusicModel.accompany`. */
  accompany(melody: Score, options: GenerateTrackOptions = {}): Promise<GeneratedTrack> {
    return accompany(this.#performances, melody, options);
  }

  /** See `MusicModel.infill`. */
  infill(piece: Score, options: InfillOptions): Promise<GeneratedTrack> {
    return infill(this.#performances, piece, options);
  }

  /** See `MusicModel.explain`. */
  explain(ids: readonly number[], index: number, options: ExplainOptions = {}): Promise<Explanation> {
    return this.#performances.explain(ids, index, options);
  }

  /** See `MusicModel.prefill`. */
  prefill(ids: readonly number[]): Promise<void> {
    return this.#performances.prefill(ids);
  }

  /** Disposes the model and terminates the worker. Running generations fail with an EngineError. */
  async dispose(): Promise<void> {
    await this.#connection.dispose();
  }
}

/**
 * Loads a model of any kind of music in a worker.
 *
 * @throws the errors of `WorkerMusicModel.load`.
 */
export function loadInWorker(
  source: ModelSource,
  options: WorkerModelOptions,
): Promise<WorkerMusicModel | WorkerBandModel> {
  return connect(source, options, (connection, facts) =>
    ARRIVAL_VOCABULARIES.has(facts.vocabulary)
      ? new WorkerBandModel(connection, facts)
      : new WorkerMusicModel(connection, facts),
  );
}

/** Loads a model, and terminates the worker if that fails. */
async function connect<M>(
  source: ModelSource,
  options: WorkerModelOptions,
  use: (connection: Connection, facts: ModelFacts) => M,
): Promise<M> {
  const connection = new Connection(options.worker, options.onProgress);
  try {
    return use(connection, await connection.load(loadRequest(source, options), options.signal));
  } catch (error) {
    connection.end();
    throw error;
  }
}

function loadRequest(source: ModelSource, options: WorkerModelOptions): LoadRequest {
  const { wasm: { threads, paths } = {}, backend, webgpuPaths, precision, codec } = options;
  return {
    type: "load",
    // The worker would resolve it against its own URL.
    source: sourceOf(source, options.revision),
    wasm: {
      threads,
      paths: paths && asText(paths),
    },
    backend,
    webgpuPaths: webgpuPaths && asText(webgpuPaths),
    precision,
    codec,
  };
}

function sourceOf(source: ModelSource, revision: string | undefined): LoadRequest["source"] {
  if (typeof source === "string" || source instanceof URL)
    return new URL(filesAddress(source, revision), globalThis.location?.href).href;
  if (revision !== undefined) refuseRevision("files in memory");
  return source;
}

/** URLs as strings, which can be cloned. */
function asText({ mjs, wasm }: NonNullable<WasmOptions["paths"]>): RuntimePaths {
  return { mjs: String(mjs), wasm: String(wasm) };
}
