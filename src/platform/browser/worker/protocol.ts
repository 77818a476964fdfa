/**
 * Messages between a page and the worker that runs its model. All data can be cloned; the files of a model are
 * transferred.
 */
import type { Backend, Precision } from "../../../../models/index.ts";
import type { DownloadProgress } from "../../checkpoint-url.ts";
import type { BrowserBackend } from "../browser-backend.ts";
import type { Explanation } from "../../../engine/index.ts";
import type {
  ArrivalEventsOptions,
  ArrivalExplanation,
  ArrivalModel,
  ArrivalPlace,
  ArrivalSetting,
  BandExplainOptions,
  ContinuePerformanceOptions,
  ExplainOptions,
  GeneratedArrival,
  GeneratedNotes,
  GeneratedPerformance,
  GenerateNotesOptions,
  GeneratePerformanceOptions,
  MelodyPrompt,
  MusicEvent,
  MusicModel,
  PerformanceModel,
  RegionPrompt,
} from "../../../music/index.ts";
import type { SerializedError } from "./errors.ts";

/** Number of events that the worker may generate ahead, so that a busy page causes no gap. */
export const EVENTS_AHEAD = 64;

/** The operations of a model for scores, in this thread or with a worker. */
export type MusicEngine = Pick<
  MusicModel,
  "vocabulary" | "continue" | "generate" | "accompany" | "infill" | "explain" | "prefill" | "dispose"
>;

/** The operations of a model in a worker: ids in, events and notes out. */
export type ServedModel = Pick<
  PerformanceModel,
  "continue" | "generate" | "accompany" | "infill" | "explain" | "prefill" | "dispose"
>;

/** The operations of a model of several instruments in a worker: notes in, events out. */
export type ServedBand = Pick<ArrivalModel, "events" | "explain" | "dispose">;

/** A worker, the global scope of one, or an end of a MessageChannel. */
export interface Port {
  postMessage(message: unknown, options?: { transfer?: Transferable[] }): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Messages from the page to the worker. */
export type Request =
  | LoadRequest
  | { readonly type: "start"; readonly stream: number; readonly task: Task }
  /** The page has read events; `count` more may be generated. */
  | { readonly type: "more"; readonly stream: number; readonly count: number }
  /** Stops the task of the stream; there is no reply. */
  | { readonly type: "stop"; readonly stream: number }
  | { readonly type: "dispose" };

/** The first message. */
export interface LoadRequest {
  readonly type: "load";
  /** An absolute URL, or files by name. */
  readonly source: string | ReadonlyMap<string, Uint8Array>;
  readonly wasm: {
    readonly threads?: number;
    readonly paths?: RuntimePaths;
  };
  readonly backend?: BrowserBackend;
  readonly webgpuPaths?: RuntimePaths;
  readonly precision?: Precision;
  /** See `ModelCodecOptions`. */
  readonly codec?: string;
}

/** Absolute URLs of the two files of a build of onnxruntime-web. */
export interface RuntimePaths {
  readonly mjs: string;
  readonly wasm: string;
}

/** A request to the model. Its events and its result carry the number of its stream. */
export type Task = PerformanceTask | ArrivalTask | ExplainArrivalTask;

/** Events of several instruments. */
export interface ArrivalTask {
  readonly kind: "arrival";
  readonly setting: ArrivalSetting;
  readonly options: Omit<ArrivalEventsOptions, "signal">;
  /** Events that may be generated before the page sends "more". */
  readonly ahead: number;
}

/** Explains a value of a note. */
export interface ExplainArrivalTask {
  readonly kind: "explain-arrival";
  readonly place: ArrivalPlace;
  readonly options: BandExplainOptions;
}

export type PerformanceTask =
  | {
      readonly kind: "continue";
      /** The primer, without START. */
      readonly ids: readonly number[];
      readonly options: Omit<ContinuePerformanceOptions, "signal">;
      /** Events that may be generated before the page sends "more". */
      readonly ahead: number;
    }
  | {
      readonly kind: "generate";
      readonly ids: readonly number[];
      readonly options: Omit<GeneratePerformanceOptions, "signal" | "onEvent">;
      readonly withEvents: boolean;
    }
  | {
      readonly kind: "explain";
      readonly ids: readonly number[];
      readonly index: number;
      readonly options: ExplainOptions;
    }
  | { readonly kind: "prefill"; readonly ids: readonly number[] }
  | {
      readonly kind: "accompany";
      readonly melody: MelodyPrompt;
      readonly options: Omit<GenerateNotesOptions, "signal" | "onProgress">;
    }
  | {
      readonly kind: "infill";
      readonly region: RegionPrompt;
      readonly options: Omit<GenerateNotesOptions, "signal" | "onProgress">;
    };

/** Progress of an accompaniment or infilling. */
export type WritingProgress = Parameters<NonNullable<GenerateNotesOptions["onProgress"]>>[0];

/** An event of a task. */
export type TaskEvent = MusicEvent | GeneratedArrival;

/** Result of a task, besides its events. */
export type TaskResult = GeneratedPerformance | GeneratedNotes | Explanation | ArrivalExplanation | undefined;

/** Messages from the worker to the page. */
export type Reply =
  | { readonly type: "progress"; readonly progress: DownloadProgress }
  | { readonly type: "loaded"; readonly facts: ModelFacts }
  | { readonly type: "load-failed"; readonly error: SerializedError }
  | StreamReply
  | { readonly type: "disposed" };

/** Messages of one stream. */
export type StreamReply =
  | { readonly type: "event"; readonly stream: number; readonly event: TaskEvent }
  | { readonly type: "written"; readonly stream: number; readonly progress: WritingProgress }
  | { readonly type: "done"; readonly stream: number; readonly result: TaskResult }
  | { readonly type: "failed"; readonly stream: number; readonly error: SerializedError };

/** Facts of the model that the worker has loaded. */
export interface ModelFacts {
  /** Name of the vocabulary. */
  readonly vocabulary: string;
  /** Attention span, in ids. */
  readonly window: number;
  readonly layers: number;
  /** Attention heads in each layer. */
  readonly heads: number;
  /** The tasks it was trained for besides continuation, see `TASKS`. */
  readonly tasks: readonly string[];
  /** The backend in use. */
  readonly backend: Backend;
  /** Number of threads, with WebAssembly. */
  readonly threads: number;
  /** Warnings of the loading, such as a fallback to WebAssembly. */
  readonly warnings: readonly string[];
}
