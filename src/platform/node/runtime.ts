/** ONNX Runtime in Node: the native library if it is installed, otherwise WebAssembly. */
import { checkThreads, EngineError, onnxRuntime, type Runtime, wasmRuntime } from "../../engine/index.ts";

/** Backends in Node. */
export type NodeBackend = "node" | "wasm";

/** Backend and number of threads. */
export interface NodeRuntimeOptions {
  /** Number of threads, 1 to 256. Default: ONNX Runtime's choice, about one per core. */
  readonly threads?: number;
  /**
   * The required backend. Default: the environment variable OSTINATO_BACKEND, else the native library if it is installed.
   */
  readonly backend?: NodeBackend;
  /** Called once per process when the native library is missing and the slower WebAssembly is used. */
  readonly onWarning?: (message: string) => void;
}

/**
 * @throws EngineError for an unknown backend, an invalid number of threads, or a required backend that is not installed.
 */
export async function createNodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { threads, onWarning } = options;
  if (threads !== undefined) checkThreads(threads);
  const wanted = chosenBackend(options.backend);
  if (wanted === "wasm") return wasmInNode(threads);
  try {
    return await nativeRuntime(threads);
  } catch (cause) {
    if (wanted === "node") {
      throw new EngineError("onnxruntime-node cannot be loaded", {
        code: "bad-backend",
        hint: "npm install onnxruntime-node, or use the backend wasm",
        cause,
      });
    }
    warnOnce(onWarning);
    return wasmInNode(threads);
  }
}

async function nativeRuntime(threads: number | undefined): Promise<Runtime> {
  // A CommonJS package: its exports are on `default`.
  const { default: ort } = await import("onnxruntime-node");
  const threadOption = threads === undefined ? {} : { intraOpNumThreads: threads };
  return onnxRuntime(ort, "node", { executionProviders: ["cpu"], ...threadOption });
}

/** The Node build of onnxruntime-web, which finds its own files and threads. */
async function wasmInNode(threads: number | undefined): Promise<Runtime> {
  const ort = await import("onnxruntime-web");
  return wasmRuntime(ort, { threads });
}

function chosenBackend(option: string | undefined): NodeBackend | undefined {
  const [value, where] =
    option === undefined ? [process.env["OSTINATO_BACKEND"], "OSTINATO_BACKEND"] : [option, "backend"];
  if (value === undefined || value === "") return undefined;
  if (value === "node" || value === "wasm") return value;
  throw new EngineError(`${where} is "${value}"`, {
    code: "bad-backend",
    hint: 'set it to "node" or "wasm", or omit it',
  });
}

let warned = false;

function warnOnce(onWarning: ((message: string) => void) | undefined): void {
  if (warned || !onWarning) return;
  warned = true;
  onWarning(
    "onnxruntime-node is not installed; running as WebAssembly, two to five times slower. npm install onnxruntime-node",
  );
}
