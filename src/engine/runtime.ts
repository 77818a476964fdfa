/**
 * What the engine needs of ONNX Runtime, and the implementation that runs in browsers: WebAssembly. Node's is in
 * `src/platform/node/runtime.ts`; both are built by `onnxRuntime`.
 */
import type * as Ort from "onnxruntime-web";
import { type Backend, isOutOfMemory, type WeightArray } from "../../models/index.ts";
import { EngineError, type EngineErrorCode } from "./errors.ts";

/** Runs graphs. */
export interface Runtime {
  /** "node": ONNX Runtime as a native library; "wasm": as WebAssembly; "webgpu": WebAssembly that computes on the GPU. */
  readonly backend: Backend;
  /**
   * Loads a graph.
   *
   * @param model an `.onnx` file.
   * @param weights the graph's external data by location, read during the call only; or the folder of the files that it
   * is in, for the native library.
   * @throws EngineError when ONNX Runtime refuses it, with code "out-of-memory" when it is too large.
   */
  createSession(
    model: Uint8Array,
    weights: ReadonlyMap<string, WeightArray> | WeightFolder,
  ): Promise<Session>;
}

/** Files with weights, which the system maps into memory: nothing is copied, and pages that nobody reads stay on disk. */
export interface WeightFolder {
  readonly path: string;
}

export type { Backend };

/** A loaded graph. */
export interface Session {
  /**
   * @param wanted names of the results that are to be copied out. Default: all that the graph has.
   * @throws EngineError when ONNX Runtime fails.
   */
  run(
    inputs: Readonly<Record<string, RuntimeTensor>>,
    wanted?: readonly string[],
  ): Promise<Map<string, RuntimeTensor>>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/** What goes into a graph and comes out of it: row-major numbers, as many as the product of the shape. */
export type RuntimeTensor =
  | { readonly type: "float32"; readonly data: Float32Array; readonly shape: readonly number[] }
  | { readonly type: "int32"; readonly data: Int32Array; readonly shape: readonly number[] };

/** How ONNX Runtime's WebAssembly is started: once a page, since its threads are fixed by then. */
export interface WasmOptions {
  /**
   * Threads that compute. More than one needs a cross-origin isolated page. Fixed by the first session of the page.
   * Default: ONNX Runtime's choice, at most four.
   */
  readonly threads?: number;
  /** Where a bundler has put onnxruntime-web's two files, as absolute addresses. */
  readonly paths?: { readonly mjs: string | URL; readonly wasm: string | URL };
}

/**
 * ONNX Runtime as WebAssembly, for browsers and workers.
 *
 * @throws EngineError for an impossible number of threads, or another one than the page already runs with.
 */
export async function createWasmRuntime(options: WasmOptions = {}): Promise<Runtime> {
  const ort = await import("onnxruntime-web/wasm");
  return wasmRuntime(ort, options);
}

/** A runtime from a build of onnxruntime-web: there is one for browsers and one for Node. */
export function wasmRuntime(ort: typeof Ort, options: WasmOptions): Runtime {
  const { wasm } = ort.env;
  const { threads, paths } = options;
  if (threads !== undefined) {
    checkThreads(threads);
    if (startedBuilds.has(ort) && wasm.numThreads !== threads) {
      throw new EngineError(
        `${threads} threads asked for, but WebAssembly already runs with ${wasm.numThreads}`,
        {
          code: "bad-threads",
          hint: "ask for the same number everywhere, or leave it out after the first time",
        },
      );
    }
    wasm.numThreads = threads;
  }
  if (paths) wasm.wasmPaths = { ...paths };
  return onnxRuntime(ort, "wasm", { executionProviders: ["wasm"] });
}

/**
 * ONNX Runtime on the graphics processor: a build of its own, twice as large, that is loaded only here. There must be an
 * adapter, or creating a session fails.
 *
 * @param paths where a bundler has put its two files; Vite finds them by itself.
 */
export async function createWebGpuRuntime(paths?: WasmOptions["paths"]): Promise<Runtime> {
  const ort = await import("onnxruntime-web/webgpu");
  const { wasm } = ort.env;
  wasm.numThreads = 1; // what stays on the processor is the arithmetic of a few sizes
  if (paths) wasm.wasmPaths = { ...paths };
  return onnxRuntime(ort, "webgpu", { executionProviders: ["webgpu"] });
}

/** Builds of onnxruntime-web whose WebAssembly is running: their number of threads is fixed. */
const startedBuilds = new WeakSet<object>();

/** A runtime from any build of ONNX Runtime. */
export function onnxRuntime(
  ort: typeof Ort,
  backend: Backend,
  sessionOptions: Ort.InferenceSession.SessionOptions,
): Runtime {
  return {
    backend,
    createSession: async (model, weights) => {
      startedBuilds.add(ort);
      const external =
        "path" in weights
          ? mappedFiles(weights)
          : { externalData: [...weights].map(([path, values]) => ({ path, data: bytesOf(values) })) };
      try {
        const session = await ort.InferenceSession.create(model, {
          graphOptimizationLevel: "all",
          logSeverityLevel: 3, // errors, which are thrown as well
          ...sessionOptions,
          ...external,
        });
        return onnxSession(ort, session);
      } catch (cause) {
        throw failure(`ONNX Runtime (${backend}) cannot load the model`, "session-failed", cause);
      }
    },
  };
}

/** ONNX Runtime's `onnxruntime_session_options_config_keys.h`. */
function mappedFiles({ path }: WeightFolder): Ort.InferenceSession.SessionOptions {
  return { extra: { session: { model_external_initializers_file_folder_path: path } } };
}

function onnxSession(ort: typeof Ort, session: Ort.InferenceSession): Session {
  return {
    run: async (inputs, wanted) => {
      const feeds: Record<string, Ort.Tensor> = {};
      for (const [name, { type, data, shape }] of Object.entries(inputs)) {
        feeds[name] = new ort.Tensor(type, data, shape);
      }
      try {
        const results = Object.entries(await (wanted ? session.run(feeds, wanted) : session.run(feeds)));
        return new Map(results.map(([name, tensor]) => [name, resultOf(name, tensor)]));
      } catch (cause) {
        throw failure("ONNX Runtime failed", "run-failed", cause);
      }
    },
    dispose: async () => session.release(),
  };
}

function resultOf(name: string, tensor: Ort.Tensor): RuntimeTensor {
  const { data, dims: shape } = tensor;
  if (data instanceof Float32Array) return { type: "float32", data, shape };
  if (data instanceof Int32Array) return { type: "int32", data, shape };
  throw new TypeError(`result "${name}" has type ${tensor.type}`);
}

/** @throws EngineError unless it is a whole number from 1 to 256. */
export function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return;
  throw new EngineError(`threads is ${threads}`, {
    code: "bad-threads",
    hint: "give a whole number from 1 to 256, or leave it out",
  });
}

function bytesOf(values: WeightArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function failure(what: string, code: EngineErrorCode, cause: unknown): EngineError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return isOutOfMemory(cause)
    ? new EngineError(`${what}, memory ran out: ${message}`, {
        code: "out-of-memory",
        hint: "take a smaller model, dispose models that are not needed, or close other programs",
        cause,
      })
    : new EngineError(`${what}: ${message}`, { code, hint: "this is a fault of the toolkit", cause });
}
