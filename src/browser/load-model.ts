import { checkpointInMemory, type Precision, readCheckpoint } from "../../models/index.ts";
import { createWasmRuntime, Decoder, type WasmOptions } from "../engine/index.ts";
import { MusicModel } from "../music.ts";
import { checkPrecision, PRECISION_OPTION } from "../options.ts";
import { checkpointUrl, type DownloadOptions } from "./checkpoint-url.ts";
import { politeRuntime } from "./polite-runtime.ts";

/** Where a model's files are: the address of a folder, or the files themselves by name. */
export type ModelSource = string | URL | ReadonlyMap<string, Uint8Array>;

export interface LoadModelOptions extends DownloadOptions {
  readonly wasm?: WasmOptions;
  /** How the matrices are kept and multiplied with. Default "fp32". */
  readonly precision?: Precision;
}

/**
 * Loads a music model into this thread. A page that shall stay smooth loads it into a worker: `WorkerMusicModel`.
 *
 * @throws CheckpointError when the files cannot be had or are damaged; EngineError when the model cannot be run here;
 * OptionError when it is not one of music, or for an unknown precision.
 */
export async function loadMusicModel(
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<MusicModel> {
  const precision = checkPrecision(options.precision ?? PRECISION_OPTION.fallback);
  const files =
    typeof source === "string" || source instanceof URL
      ? checkpointUrl(source, options)
      : checkpointInMemory(source);
  const [checkpoint, runtime] = await Promise.all([readCheckpoint(files), createWasmRuntime(options.wasm)]);
  return new MusicModel(await Decoder.load({ ...checkpoint, runtime: politeRuntime(runtime), precision }));
}
