import {
  CheckpointError,
  type CheckpointFiles,
  checkpointInMemory,
  isPointer,
  OPTIONAL_TEXT_FILES,
  pointerError,
} from "../../models/index.ts";
import { download, type DownloadFileOptions } from "./download.ts";

export type { DownloadProgress } from "./download.ts";

/** Options of downloading a checkpoint's files, and of caching them. */
export interface DownloadOptions extends DownloadFileOptions {
  /**
   * Name of a browser Cache for completely downloaded files. Without the Cache API or free storage, files are downloaded
   * each time. Default: no cache.
   */
  readonly cache?: string;
}

/**
 * A checkpoint's files on a server, read with `fetch`: for pages, workers and Node.
 *
 * @param folder URL of the folder with config.json and model.safetensors or pytorch_model.bin.
 * @returns files that are downloaded completely when opened. Opening throws a CheckpointError when the server does not
 * have the file, cannot be reached, or the connection fails repeatedly.
 * @example
 * const checkpoint = await readCheckpoint(checkpointUrl("https://example.org/models/piano/"));
 */
export function checkpointUrl(folder: string | URL, options: DownloadOptions = {}): CheckpointFiles {
  const base = new URL(folder, globalThis.location?.href);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return {
    open: async (name) => {
      const bytes = await cached(new URL(name, base), name, options);
      return checkpointInMemory(new Map([[name, bytes]])).open(name);
    },
  };
}

/** Reads a file from the browser's Cache, or downloads and stores it. */
async function cached(url: URL, file: string, options: DownloadOptions): Promise<Uint8Array> {
  const cache =
    options.cache === undefined || !("caches" in globalThis)
      ? undefined
      : await caches.open(options.cache).catch(() => undefined);
  const kept = await cache?.match(url);
  if (kept?.ok) return new Uint8Array(await kept.arrayBuffer());
  if (kept) throw missing(url);
  let bytes;
  try {
    bytes = await download(url, file, options);
  } catch (error) {
    // Remembered, so that a cached model loads without the server.
    if (
      error instanceof CheckpointError &&
      error.code === "missing-file" &&
      OPTIONAL_TEXT_FILES.includes(file)
    )
      await cache?.put(url, new Response(null, { status: 404 })).catch(() => undefined);
    throw error;
  }
  if (isPointer(bytes)) throw pointerError(url.href);
  // Only complete files are stored; a failure to store is ignored.
  await cache?.put(url, new Response(new Blob([bytes]))).catch(() => undefined);
  return bytes;
}

function missing(url: URL): CheckpointError {
  return new CheckpointError(`${url.href}: HTTP 404`, {
    code: "missing-file",
    hint: "the folder on the server did not have it when the model was stored",
  });
}
