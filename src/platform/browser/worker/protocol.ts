/**
 * What a page and the worker that runs its model say to each other. Everything is plain data that can be cloned; the
 * files of a model are moved.
 */
import type { Score } from "../../../../encoding/index.ts";
import type { Backend, Precision } from "../../../../models/index.ts";
import type { DownloadProgress } from "../../checkpoint-url.ts";
import type { BrowserBackend } from "../browser-backend.ts";
import type { Explanation } from "../../../engine/index.ts";
import type {
  GeneratedTrack,
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  InfillOptions,
  MusicEvent,
  MusicModel,
  Primer,
  GenerateTrackOptions,
} from "../../../music/index.ts";
import type { SerializedError } from "./errors.ts";

/** Events that the worker may make before they are taken: enough to bridge a busy moment of the page. */
export const EVENTS_AHEAD = 64;

/** What a model can do, in this thread or in another. */
export type MusicEngine = Pick<
  MusicModel,
  "vocabulary" | "continue" | "generate" | "accompany" | "infill" | "explain" | "prefill" | "dispose"
>;

/** A worker, the inside of one, or an end of a MessageChannel. */
export interface Port {
  postMessage(message: unknown, options?: { transfer?: Transferable[] }): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Page to worker. */
export type Request =
  | LoadRequest
  | { readonly type: "start"; readonly stream: number; readonly task: Task }
  /** The page has taken events: so many more may be made. */
  | { readonly type: "more"; readonly stream: number; readonly count: number }
  /** Nobody waits for the stream any more; it gets no answer. */
  | { readonly type: "stop"; readonly stream: number }
  | { readonly type: "dispose" };

/** The first message. */
export interface LoadRequest {
  readonly type: "load";
  /** An absolute address, or files by name. */
  readonly source: string | ReadonlyMap<string, Uint8Array>;
  readonly wasm: {
    readonly threads?: number;
    readonly paths?: RuntimePaths;
  };
  readonly backend?: BrowserBackend;
  readonly webgpuPaths?: RuntimePaths;
  readonly precision?: Precision;
}

/** Absolute addresses of the two files of a build of onnxruntime-web. */
export interface RuntimePaths {
  readonly mjs: string;
  readonly wasm: string;
}

/** What is asked of the model; its events and its end come back under the number of its stream. */
export type Task =
  | {
      readonly kind: "continue";
      readonly primer: Primer | undefined;
      readonly options: Omit<ContinueOptions, "signal">;
      /** Events that may be made before the page asks for more. */
      readonly ahead: number;
    }
  | {
      readonly kind: "generate";
      readonly options: Omit<GenerateOptions, "signal" | "onEvent">;
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
      readonly melody: Score;
      readonly options: Omit<GenerateTrackOptions, "signal" | "onProgress">;
    }
  | {
      readonly kind: "infill";
      readonly piece: Score;
      readonly options: Omit<InfillOptions, "signal" | "onProgress">;
    };

/** How far music that is written into a score is. */
export type WritingProgress = Parameters<NonNullable<GenerateTrackOptions["onProgress"]>>[0];

/** What a task gives at its end, besides events. */
export type TaskResult = GeneratedMusic | GeneratedTrack | Explanation | undefined;

/** Worker to page. */
export type Reply =
  | { readonly type: "progress"; readonly progress: DownloadProgress }
  | { readonly type: "loaded"; readonly facts: ModelFacts }
  | { readonly type: "load-failed"; readonly error: SerializedError }
  | StreamReply
  | { readonly type: "disposed" };

/** What concerns one stream. */
export type StreamReply =
  | { readonly type: "event"; readonly stream: number; readonly event: MusicEvent }
  | { readonly type: "written"; readonly stream: number; readonly progress: WritingProgress }
  | { readonly type: "done"; readonly stream: number; readonly result: TaskResult }
  | { readonly type: "failed"; readonly stream: number; readonly error: SerializedError };

/** What a page may want to know of the model that a worker has loaded. */
export interface ModelFacts {
  /** Name of the vocabulary. */
  readonly vocabulary: string;
  /** How many ids attention reaches back. */
  readonly window: number;
  readonly layers: number;
  /** Attention heads in each layer. */
  readonly heads: number;
  /** What it was trained for besides going on: see `TASKS`. */
  readonly tasks: readonly string[];
  /** What runs it. */
  readonly backend: Backend;
  /** Threads that compute, where WebAssembly runs it. */
  readonly threads: number;
  /** What was to be said while it was loaded, such as that it does not run on what was asked for. */
  readonly warnings: readonly string[];
}
