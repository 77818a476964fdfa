import {
  type Checkpoint,
  type CheckpointFiles,
  checkpointInMemory,
  type Precision,
  readCheckpoint,
} from "../../../models/index.ts";
import {
  createWasmRuntime,
  createWebGpuRuntime,
  Decoder,
  EngineError,
  type Runtime,
  type WasmOptions,
} from "../../engine/index.ts";
import { checkPrecision, OptionError, PRECISION_OPTION } from "../../options.ts";
import { BROWSER_BACKENDS, type BrowserBackend, webGpuProblem } from "./browser-backend.ts";
import { checkpointUrl, type DownloadOptions } from "../checkpoint-url.ts";
import { yieldingRuntime } from "./yielding-runtime.ts";

/** Where a model's files are: the address of a folder, or the files themselves by name. */
export type ModelSource = string | URL | ReadonlyMap<string, Uint8Array>;

/** How a model is downloaded and run in a browser: by which backend, on how many threads, in which precision. */
export interface LoadModelOptions extends DownloadOptions {
  readonly wasm?: WasmOptions;
  /** What is to run it. Default "auto". */
  readonly backend?: BrowserBackend;
  /** Where a bundler has put the two files of onnxruntime-web's WebGPU build; Vite finds them by itself. */
  readonly webgpuPaths?: WasmOptions["paths"];
  /** How the matrices are kept and multiplied with. Default "fp32". */
  readonly precision?: Precision;
  /** Told in one line when WebGPU was asked for and cannot be used. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Loads the network of a checkpoint, whatever its ids mean, into this thread.
 *
 * @throws CheckpointError when the files cannot be had or are damaged; EngineError when the model cannot be run here;
 * OptionError for an unknown backend or precision.
 */
export async function loadDecoder(source: ModelSource, options: LoadModelOptions = {}): Promise<Decoder> {
  return loadFromFiles(sourceFiles(source, options), options);
}

/** `loadDecoder` of files that are open to the caller. */
export async function loadFromFiles(files: CheckpointFiles, options: LoadModelOptions): Promise<Decoder> {
  const { backend = "auto", onWarning } = options;
  const precision = checkPrecision(options.precision ?? PRECISION_OPTION.fallback);
  if (!BROWSER_BACKENDS.includes(backend)) {
    throw new OptionError(
      `backend must be ${BROWSER_BACKENDS.join(" or ")}, got ${JSON.stringify(backend)}`,
      {
        code: "unknown-choice",
        hint: "take one of them",
      },
    );
  }
  const checkpoint = await readCheckpoint(files);
  const problem = await webGpuProblem(backend, checkpoint.config);
  if (problem === undefined) {
    try {
      return await load(checkpoint, precision, await createWebGpuRuntime(options.webgpuPaths));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      onWarning?.(`WebGPU cannot run the model, WebAssembly does: ${error.message}`);
    }
  } else if (backend === "webgpu") {
    onWarning?.(`WebGPU cannot be used, WebAssembly is: ${problem}`);
  }
  return load(checkpoint, precision, await createWasmRuntime(options.wasm));
}

/** The files of a source. */
export function sourceFiles(source: ModelSource, options: DownloadOptions): CheckpointFiles {
  const isAddress = typeof source === "string" || source instanceof URL;
  return isAddress ? checkpointUrl(source, options) : checkpointInMemory(source);
}

function load(checkpoint: Checkpoint, precision: Precision, runtime: Runtime): Promise<Decoder> {
  return Decoder.load({ ...checkpoint, runtime: yieldingRuntime(runtime), precision });
}
