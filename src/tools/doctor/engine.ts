/** Checks of the backends: which are available, which one is used, and whether it runs. */
import { isErrorWithHint } from "../../errors.ts";
import { createNodeRuntime, loadTextModel, type NodeBackend } from "../../platform/node/index.ts";
import { type Check, reasonOf } from "./check.ts";

const area = "engine";

/** Number of ids that the trial generates. */
const TRIAL_TOKENS = 8;

export interface EngineReport {
  /** The backend of the commands; undefined where none is available. */
  readonly backend: NodeBackend | undefined;
  readonly why: string;
  readonly checks: readonly Check[];
}

export async function engineReport(): Promise<EngineReport> {
  const native = await nativeCheck();
  const wasm = await wasmCheck();
  const wanted = process.env["OSTINATO_BACKEND"];
  let used: NodeBackend;
  try {
    const { backend } = await createNodeRuntime();
    used = backend === "node" ? "node" : "wasm";
  } catch (error) {
    const hint = isErrorWithHint(error) ? error.hint : "install ostinato again";
    const broken: Check = { area, name: "used", state: "fault", found: reasonOf(error), hint };
    return { backend: undefined, why: reasonOf(error), checks: [native, wasm, broken] };
  }
  const why = wanted
    ? `OSTINATO_BACKEND is ${wanted}`
    : used === "node"
      ? "it is installed and the fastest"
      : "onnxruntime-node is not available";
  const name = used === "node" ? "onnxruntime-node" : "onnxruntime-web";
  const choice: Check = { area, name: "used", state: "good", found: `${name}, as ${why}` };
  return { backend: used, why, checks: [native, wasm, choice, await trialCheck()] };
}

/** Checks the optional native library: it may be missing, but not broken. */
async function nativeCheck(): Promise<Check> {
  const name = "onnxruntime-node";
  try {
    const { default: ort } = await import("onnxruntime-node");
    return { area, name, state: "good", found: `${versionOf(ort.env.versions, "node")}, loads` };
  } catch (error) {
    const isMissing =
      error instanceof Error &&
      "code" in error &&
      error.code === "ERR_MODULE_NOT_FOUND" &&
      error.message.includes("'onnxruntime-node'");
    return isMissing
      ? {
          area,
          name,
          state: "note",
          found: "not installed: models run as WebAssembly, two to five times slower",
          hint: "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node (this skips a download for graphics cards)",
        }
      : {
          area,
          name,
          state: "fault",
          found: `installed, but does not load: ${reasonOf(error)}`,
          hint: "reinstall it for this platform, or uninstall it to run models as WebAssembly",
        };
  }
}

async function wasmCheck(): Promise<Check> {
  const name = "onnxruntime-web";
  try {
    const { env } = await import("onnxruntime-web");
    return { area, name, state: "good", found: `${versionOf(env.versions, "web")}, loads` };
  } catch (error) {
    return {
      area,
      name,
      state: "fault",
      found: `cannot be loaded: ${reasonOf(error)}`,
      hint: "install ostinato again",
    };
  }
}

/** Runs the smallest shipped model. */
async function trialCheck(): Promise<Check> {
  const name = "trial";
  try {
    const started = performance.now();
    const model = await loadTextModel("shakespeare");
    try {
      const { ids } = await model.generate("ROMEO:", { tokens: TRIAL_TOKENS, temperature: 0 });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      return {
        area,
        name,
        state: "good",
        found: `loaded shakespeare and generated ${ids.length} ids in ${seconds} s`,
      };
    } finally {
      await model.dispose();
    }
  } catch (error) {
    const hint = isErrorWithHint(error) ? error.hint : "try OSTINATO_BACKEND=wasm";
    return { area, name, state: "fault", found: reasonOf(error), hint };
  }
}

function versionOf(versions: unknown, key: string): string {
  const entries = new Map(typeof versions === "object" && versions !== null ? Object.entries(versions) : []);
  return String(entries.get(key) ?? entries.get("common") ?? "of unknown version");
}
