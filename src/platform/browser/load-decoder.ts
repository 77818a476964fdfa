import {
  type Checkpoint,
  type CheckpointFiles,
  type DecoderConfig,
  checkpointInMemory,
  isLarge,
  type Precision,
  readCheckpoint,
  readTensorsOf,
  type Tensors,
} from "../../../models/index.ts";
import {
  createWasmRuntime,
  startWasm,
  createWebGpuRuntime,
  Decoder,
  EngineError,
  type Runtime,
  warmUp,
  type WasmOptions,
} from "../../engine/index.ts";
import { checkPrecision, OptionError, PRECISION_OPTION } from "../../options.ts";
import { BROWSER_BACKENDS, type BrowserBackend, webGpuProblem } from "./browser-backend.ts";
import { checkpointUrl, type DownloadOptions } from "../checkpoint-url.ts";
import { filesAddress, refuseRevision } from "../hub-name.ts";
import { yieldingRuntime } from "./yielding-runtime.ts";

/**
 * Source of a model: the URL of a folder, or the files by name; a model of the Hugging Face hub by the URL of its page, or as
 * "owner/name@revision".
 */
export type ModelSource = string | URL | ReadonlyMap<string, Uint8Array>;

/** Options of downloading and running a model in a browser. */
export interface LoadModelOptions extends DownloadOptions {
  /** Branch, tag or commit of a model of the hub. Default "main". */
  readonly revision?: string;
  readonly wasm?: WasmOptions;
  /** Default "auto". */
  readonly backend?: BrowserBackend;
  /** URLs of the two files of onnxruntime-web's WebGPU build. Vite resolves them without this option. */
  readonly webgpuPaths?: WasmOptions["paths"];
  /** Data type of the matrices. Default "fp32". */
  readonly precision?: Precision;
  /** Called with one line when WebGPU was requested and cannot be used, and when parts of the checkpoint are not used. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Loads the network of a checkpoint of any vocabulary, in this thread.
 *
 * @throws CheckpointError when the files are missing or damaged; EngineError when the model cannot run here; OptionError
 * for an unknown backend or precision.
 */
export async function loadDecoder(source: ModelSource, options: LoadModelOptions = {}): Promise<Decoder> {
  return loadFromFiles(sourceFiles(source, options), options, filesAgain(source, options));
}

/**
 * `loadDecoder` for files that are already open.
 *
 * @param again the files for `Decoder.forwardWithLayers`, see `filesAgain`.
 */
export async function loadFromFiles(
  files: CheckpointFiles,
  options: LoadModelOptions,
  again: CheckpointFiles | undefined,
): Promise<Decoder> {
  const { backend = "auto", onWarning } = options;
  const precision = checkPrecision(options.precision ?? PRECISION_OPTION.fallback);
  if (!BROWSER_BACKENDS.includes(backend)) {
    throw new OptionError(
      `backend must be ${BROWSER_BACKENDS.join(" or ")}, got ${JSON.stringify(backend)}`,
      {
        code: "unknown-choice",
        hint: "use one of them",
      },
    );
  }
  // WebAssembly starts while the weights come.
  let starting: Promise<string | undefined> | undefined;
  const checkpoint = await readCheckpoint(files, (config) => {
    starting = startUnlessWebGpu(backend, config, precision, options.wasm);
  });
  if (checkpoint.warning !== undefined) onWarning?.(checkpoint.warning);
  const problem = await starting;
  if (problem === undefined) {
    try {
      return await load(checkpoint, precision, await createWebGpuRuntime(options.webgpuPaths), again);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      onWarning?.(`WebGPU cannot run the model; using WebAssembly: ${error.message}`);
    }
  } else if (backend === "webgpu") {
    onWarning?.(`WebGPU cannot be used; using WebAssembly: ${problem}`);
  }
  return load(checkpoint, precision, await createWasmRuntime(options.wasm), again);
}

/** Starts WebAssembly, if it is to run the model. @returns the reason not to use WebGPU; undefined if it is used. */
async function startUnlessWebGpu(
  backend: BrowserBackend,
  config: DecoderConfig,
  precision: Precision,
  wasm: WasmOptions | undefined,
): Promise<string | undefined> {
  const problem = await webGpuProblem(backend, config);
  // What fails here fails again in the session of the model, which reports it.
  if (problem !== undefined) await prepareWasm(config, precision, wasm).catch(() => undefined);
  return problem;
}

async function prepareWasm(
  config: DecoderConfig,
  precision: Precision,
  wasm: WasmOptions | undefined,
): Promise<void> {
  await startWasm(wasm);
  // A large model takes much longer than the compilation.
  if (!isLarge(config)) await warmUp(config, await createWasmRuntime(wasm), precision);
}

/** The checkpoint files of a source. @throws OptionError for a revision of a source that has none. */
export function sourceFiles(source: ModelSource, options: LoadModelOptions): CheckpointFiles {
  const { revision } = options;
  if (isAddress(source)) return checkpointUrl(filesAddress(source, revision), options);
  if (revision !== undefined) refuseRevision("files in memory");
  return checkpointInMemory(source);
}

/** The files of an address, to be read later without a report of progress; undefined for files in memory, which are freed. */
export function filesAgain(
  source: ModelSource,
  options: LoadModelOptions,
  open = sourceFiles,
): CheckpointFiles | undefined {
  const later = { ...options, onProgress: undefined, signal: undefined };
  return isAddress(source) ? open(source, later) : undefined;
}

function isAddress(source: ModelSource): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

/** @param again the files for `Decoder.forwardWithLayers`. */
function load(
  checkpoint: Checkpoint,
  precision: Precision,
  runtime: Runtime,
  again: CheckpointFiles | undefined,
): Promise<Decoder> {
  const reopen = again && ((): Tensors => readTensorsOf(again));
  return Decoder.load({ ...checkpoint, runtime: yieldingRuntime(runtime), precision, reopen });
}
