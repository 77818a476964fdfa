/**
 * The interface to ONNX Runtime, and its implementation for browsers, in WebAssembly. The one for Node is in
 * `src/platform/node/runtime.ts`; `onnxRuntime` builds both.
 */
import type * as Ort from "onnxruntime-web";
import { type Backend, identityGraph, isOutOfMemory, type WeightArray } from "../../models/index.ts";
import { EngineError, type EngineErrorCode } from "./errors.ts";

/** Loads graphs. */
export interface Runtime {
  /** "node": ONNX Runtime as a native library; "wasm": as WebAssembly; "webgpu": WebAssembly that computes on the GPU. */
  readonly backend: Backend;
  /**
   * Loads a graph.
   *
   * @param model an `.onnx` file.
   * @param weights the graph's external data by location, read during the call only; or, for the native library, the folder
   * of its files.
   * @throws EngineError when ONNX Runtime cannot load it; with code "out-of-memory" when it is too large.
   */
  createSession(
    model: Uint8Array,
    weights: ReadonlyMap<string, WeightArray> | WeightFolder,
  ): Promise<Session>;
}

/** Files with weights, which the system maps into memory: nothing is copied, and pages that are not read stay on disk. */
export interface WeightFolder {
  readonly path: string;
}

export type { Backend };

/** A loaded graph. */
export interface Session {
  /**
   * @param wanted names of the results to copy out. Default: all.
   * @throws EngineError when ONNX Runtime fails.
   */
  run(
    inputs: Readonly<Record<string, RuntimeTensor>>,
    wanted?: readonly string[],
  ): Promise<Map<string, RuntimeTensor>>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/** An input or result of a graph: row-major numbers, as many as the product of the shape. */
export type RuntimeTensor =
  | { readonly type: "float32"; readonly data: Float32Array; readonly shape: readonly number[] }
  | { readonly type: "int32"; readonly data: Int32Array; readonly shape: readonly number[] };

/** Options of ONNX Runtime's WebAssembly, which starts once per page, with a fixed number of threads. */
export interface WasmOptions {
  /**
   * Number of threads. More than one needs a cross-origin isolated page. Fixed by the first session of the page.
   * Default: ONNX Runtime's choice, at most 4.
   */
  readonly threads?: number;
  /** Absolute addresses of onnxruntime-web's two files, if a bundler moved them. */
  readonly paths?: { readonly mjs: string | URL; readonly wasm: string | URL };
}

/**
 * ONNX Runtime as WebAssembly, for browsers and workers.
 *
 * @throws EngineError for a number of threads out of range, or different from the page's.
 */
export async function createWasmRuntime(options: WasmOptions = {}): Promise<Runtime> {
  const ort = await import("onnxruntime-web/wasm");
  return wasmRuntime(ort, options);
}

/**
 * Fetches and compiles ONNX Runtime's WebAssembly in a browser, so that the first session need not wait for it. Do not create sessions
 * meanwhile.
 *
 * @throws as `createWasmRuntime` and `createSession`.
 */
export async function startWasm(options: WasmOptions = {}): Promise<void> {
  const runtime = await createWasmRuntime(options);
  const session = await runtime.createSession(identityGraph(), new Map());
  await session.dispose();
}

/** A runtime from a build of onnxruntime-web, for browsers or for Node. */
export function wasmRuntime(ort: typeof Ort, options: WasmOptions): Runtime {
  const { wasm } = ort.env;
  const { threads, paths } = options;
  if (threads !== undefined) {
    checkThreads(threads);
    if (startedBuilds.has(ort) && wasm.numThreads !== threads) {
      throw new EngineError(`threads is ${threads}, but WebAssembly already runs with ${wasm.numThreads}`, {
        code: "bad-threads",
        hint: "use the same number everywhere, or omit it after the first time",
      });
    }
    wasm.numThreads = threads;
  }
  if (paths) wasm.wasmPaths = { ...paths };
  return onnxRuntime(ort, "wasm", { executionProviders: ["wasm"] });
}

/**
 * ONNX Runtime with WebGPU: a separate build, twice as large. Without a GPU adapter `createSession` throws.
 *
 * @param paths addresses of its two files, if a bundler moved them; not needed with Vite.
 */
export async function createWebGpuRuntime(paths?: WasmOptions["paths"]): Promise<Runtime> {
  const ort = await import("onnxruntime-web/webgpu");
  const { wasm } = ort.env;
  wasm.numThreads = 1; // the CPU computes only a few sizes
  if (paths) wasm.wasmPaths = { ...paths };
  return onnxRuntime(ort, "webgpu", { executionProviders: ["webgpu"] });
}

/** Builds of onnxruntime-web that have started: their number of threads is fixed. */
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
        return onnxSession(ort, session, backend === "node" ? atOnce : inTurn(ort));
      } catch (cause) {
        throw failure(`ONNX Runtime (${backend}) cannot load the model`, "session-failed", cause);
      }
    },
  };
}

/** Session options with names from ONNX Runtime's `onnxruntime_session_options_config_keys.h`. */
function mappedFiles({ path }: WeightFolder): Ort.InferenceSession.SessionOptions {
  return {
    extra: { session: { model_external_initializers_file_folder_path: path } },
    // Memory patterns are stored for each shape of the inputs, and nearly every run has another one: the past grows.
    enableMemPattern: false,
  };
}

/** Starts a run: at once, or after the runs before. */
type Schedule = <Result>(run: () => Promise<Result>) => Promise<Result>;

const atOnce: Schedule = (run) => run();

/** The last run of each build of onnxruntime-web. */
const lastRuns = new WeakMap<object, Promise<unknown>>();

/**
 * Runs of all sessions one after the other. onnxruntime-web 1.30 reserves the arguments of a run on WebAssembly's stack and then
 * awaits, so that simultaneous runs overwrite each other's arguments.
 */
function inTurn(ort: object): Schedule {
  return (run) => {
    const result = (lastRuns.get(ort) ?? Promise.resolve()).then(run);
    lastRuns.set(
      ort,
      result.catch(() => undefined),
    );
    return result;
  };
}

function onnxSession(ort: typeof Ort, session: Ort.InferenceSession, schedule: Schedule): Session {
  return {
    run: async (inputs, wanted) => {
      const feeds: Record<string, Ort.Tensor> = {};
      for (const [name, { type, data, shape }] of Object.entries(inputs)) {
        feeds[name] = new ort.Tensor(type, data, shape);
      }
      try {
        const run = () => (wanted ? session.run(feeds, wanted) : session.run(feeds));
        const results = Object.entries(await schedule(run));
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
    hint: "give a whole number from 1 to 256, or omit it",
  });
}

function bytesOf(values: WeightArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function failure(what: string, code: EngineErrorCode, cause: unknown): EngineError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return isOutOfMemory(cause)
    ? new EngineError(`${what}: out of memory: ${message}`, {
        code: "out-of-memory",
        hint: "use a smaller model, dispose models that are not needed, or close other programs",
        cause,
      })
    : new EngineError(`${what}: ${message}`, {
        code,
        hint: "this is a bug of the toolkit; please report it",
        cause,
      });
}
