import { type CheckpointFiles, checkpointInMemory } from "../../models/index.ts";
import { download, type DownloadFileOptions } from "./download.ts";

export type { DownloadProgress } from "./download.ts";

/** How a checkpoint's files are downloaded, and whether they are kept for the next time. */
export interface DownloadOptions extends DownloadFileOptions {
  /**
   * Keep what has been downloaded whole in the browser's Cache of this name, and take it from there the next time. Where
   * there is no Cache API, or no room, files are downloaded each time. Default: not kept here.
   */
  readonly cache?: string;
}

/**
 * A checkpoint's files on a server, by `fetch`: for pages, for workers, and for Node.
 *
 * @param folder the address of the folder that holds config.json and model.safetensors or pytorch_model.bin.
 * @returns files that are downloaded whole when they are opened. Opening throws a CheckpointError where the server
 * does not have one, cannot be reached, or keeps breaking off.
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

/** A file from the browser's Cache, or from the server and then into it. */
async function cached(url: URL, file: string, options: DownloadOptions): Promise<Uint8Array> {
  const cache =
    options.cache === undefined || !("caches" in globalThis)
      ? undefined
      : await caches.open(options.cache).catch(() => undefined);
  const kept = await cache?.match(url);
  if (kept) return new Uint8Array(await kept.arrayBuffer());
  const bytes = await download(url, file, options);
  // Only what is whole is kept; a full disk is no reason to fail.
  await cache?.put(url, new Response(new Blob([bytes]))).catch(() => undefined);
  return bytes;
}
