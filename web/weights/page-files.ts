/** The files of a model as the page reads them: compressed weights, where config.json names them. */
import { type CheckpointFile, type CheckpointFiles, checkpointInMemory } from "../../models/index.ts";
import type { DownloadProgress } from "../../src/platform/download.ts";
import { downloadWeights, type EarlyWeights } from "./early-weights.ts";
import { COMPRESSED_KEY } from "./names.ts";

const WEIGHTS = "model.safetensors";
/** No paths: a config must not refer to files outside the folder. */
const FILE_NAME = /^[\w-][\w.-]*$/;

export interface PageFilesOptions {
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * @param files of the folder.
 * @param folder its URL.
 * @param early a download that may have begun.
 */
export function pageFiles(
  files: CheckpointFiles,
  folder: string,
  early: EarlyWeights,
  { onProgress }: PageFilesOptions,
): CheckpointFiles {
  let weights: string | undefined;
  return {
    open: async (name) => {
      if (name === WEIGHTS && weights !== undefined) {
        const bytes = await (early.take(weights, onProgress) ?? downloadWeights(weights, { onProgress }));
        return checkpointInMemory(new Map([[name, bytes]])).open(name);
      }
      const file = await files.open(name);
      if (name === "config.json") {
        weights = await compressedWeights(file, folder);
        if (weights === undefined) early.take(undefined);
      }
      return file;
    },
  };
}

/** The URL that config.json gives; undefined without one. */
async function compressedWeights(config: CheckpointFile, folder: string): Promise<string | undefined> {
  const text = new TextDecoder().decode(await config.read(0, config.bytes));
  let name: unknown;
  try {
    name = new Map(Object.entries(JSON.parse(text))).get(COMPRESSED_KEY);
  } catch {
    // Its reader reports what is wrong.
  }
  return typeof name === "string" && FILE_NAME.test(name) ? new URL(name, folder).href : undefined;
}
