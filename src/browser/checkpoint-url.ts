import { CheckpointError, type CheckpointFiles, checkpointInMemory } from "../../models/index.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** Name of the file, such as "model.safetensors". */
  readonly file: string;
  readonly loadedBytes: number;
  /** Undefined where the server does not say, or compresses on the way. */
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  /** Told of every part that arrives. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /**
   * Keep what has been downloaded whole in the browser's Cache of this name, and take it from there the next time. Where
   * there is no Cache API, or no room, files are downloaded each time. Default: not kept here.
   */
  readonly cache?: string;
  /** Stops the download; what waits for it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * A checkpoint's files on a server, by `fetch`: for pages, for workers, and for Node.
 *
 * @param folder the address of the folder that holds config.json and model.safetensors.
 * @returns files that are downloaded whole when they are opened. Opening throws a CheckpointError where the server
 * does not have one, cannot be reached, or stops half-way.
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

async function download(url: URL, file: string, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { onProgress, signal } = options;
  const response = await request(url, signal);
  const totalBytes = contentLength(response);
  const chunks: Uint8Array[] = [];
  let loadedBytes = 0;
  onProgress?.({ file, loadedBytes, totalBytes });
  try {
    for await (const chunk of chunksOf(response)) {
      chunks.push(chunk);
      loadedBytes += chunk.length;
      onProgress?.({ file, loadedBytes, totalBytes });
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CheckpointError(`${url.href} stopped after ${loadedBytes} bytes`, {
      code: "missing-file",
      hint: "the connection broke; try again",
      cause,
    });
  }
  return joined(chunks, loadedBytes);
}

async function request(url: URL, signal: AbortSignal | undefined): Promise<Response> {
  let response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CheckpointError(`${url.href} cannot be fetched`, {
      code: "missing-file",
      hint: "check the connection, and that the server allows this page to read from it (CORS)",
      cause,
    });
  }
  if (!response.ok) {
    throw new CheckpointError(`${url.href}: HTTP ${response.status} ${response.statusText}`.trimEnd(), {
      code: "missing-file",
      hint: "the folder on the server must hold config.json and model.safetensors",
    });
  }
  // Servers of one-page applications answer with the page whatever one asks for.
  if (response.headers.get("content-type")?.startsWith("text/html")) {
    throw new CheckpointError(`${url.href} is a web page`, {
      code: "missing-file",
      hint: "the folder on the server must hold config.json and model.safetensors",
    });
  }
  return response;
}

/** The length of the body as it arrives here; a compressed body's header tells another one. */
function contentLength(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || response.headers.has("content-encoding") ? undefined : Number(length);
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array, void> {
  // Not `for await` over the body: Safari's streams cannot be iterated.
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value;
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
