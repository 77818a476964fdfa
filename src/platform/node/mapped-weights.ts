import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { OpenCheckpoint, QuantizationScheme } from "../../../models/index.ts";
import type { WeightsInFiles } from "../../engine/index.ts";
import { cacheFolder } from "./cache-folder.ts";
import { cachedWeights } from "./weight-cache.ts";

/**
 * Weights in files that the native library maps into memory: those of a float32 checkpoint itself, quantized ones in the
 * user's cache folder. Loading then holds one tensor in memory at a time.
 *
 * @returns undefined when no such files are available.
 * @throws CheckpointError when the checkpoint is damaged.
 */
export async function weightsInFiles(
  checkpoint: OpenCheckpoint,
  scheme: QuantizationScheme,
): Promise<WeightsInFiles | undefined> {
  const isQuantized = scheme.linear !== "float32" || scheme.embedding !== "float32";
  return isQuantized ? cachedWeights(checkpoint, scheme, cacheFolder()) : checkpointWeights(checkpoint);
}

/** The checkpoint's own files, if all of them store float32 in the layout of the graph. */
async function checkpointWeights(checkpoint: OpenCheckpoint): Promise<WeightsInFiles | undefined> {
  const located = new Map<string, { file: string; offset: number }>();
  let folder: string | undefined;
  for (const [name, { dtype, begin, file }] of checkpoint.stored) {
    if (dtype !== "F32" || file.path === undefined || begin % 4 !== 0) return undefined;
    // Resolves the links of a Hugging Face cache: ONNX Runtime refuses links that lead out of the folder.
    const path = await realpath(file.path);
    folder ??= dirname(path);
    if (dirname(path) !== folder) return undefined;
    located.set(name, { file: basename(path), offset: begin });
  }
  if (folder === undefined) return undefined;
  await checkpoint.check();
  return { path: folder, located };
}
