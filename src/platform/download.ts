/** Downloads one file with `fetch`; an interrupted download is resumed if the server supports it. */
import { CheckpointError } from "../../models/index.ts";
import { isTemporary, reasonOfCut, Retries, type RetryOptions } from "./retries.ts";

/** Progress of a download. */
export interface DownloadProgress {
  /** Name of the file, such as "model.safetensors". */
  readonly file: string;
  readonly loadedBytes: number;
  /** Undefined when the server does not report it, or compresses the file. */
  readonly totalBytes: number | undefined;
}

/** Callback, signal and retry delay of a download. */
export interface DownloadFileOptions extends RetryOptions {
  /** Called for every part that arrives. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/**
 * Downloads a complete file.
 *
 * @param file its name in messages.
 * @throws CheckpointError when the server does not have it, cannot be reached, or the connection fails repeatedly; the
 * signal's reason.
 */
export async function download(
  url: URL,
  file: string,
  { onProgress, retryDelay, signal }: DownloadFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let loadedBytes = 0;
  let etag: string | null = null;
  let most = 0;
  let isBegun = false;
  const retries = new Retries({ retryDelay, signal });
  for (;;) {
    let cut: unknown;
    try {
      const response = await request(url, loadedBytes, isBegun, signal);
      isBegun = true;
      const isRest = response.status === 206 && response.headers.get("etag") === etag;
      if (!isRest) {
        chunks.length = 0;
        loadedBytes = 0;
      }
      if (!isRest && response.status === 206) throw new TypeError(`${url.href} has changed`);
      etag = response.headers.get("etag");
      const length = contentLength(response);
      const totalBytes = length === undefined ? undefined : loadedBytes + length;
      onProgress?.({ file, loadedBytes, totalBytes });
      for await (const chunk of chunksOf(response)) {
        chunks.push(chunk);
        loadedBytes += chunk.length;
        onProgress?.({ file, loadedBytes, totalBytes });
      }
      return joined(chunks, loadedBytes);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CheckpointError) throw error;
      cut = error;
    }
    const hasProgress = loadedBytes > most;
    most = Math.max(most, loadedBytes);
    if (!(await retries.next(hasProgress))) throw brokenOff(url, loadedBytes, cut);
  }
}

function brokenOff(url: URL, loadedBytes: number, cause: unknown): CheckpointError {
  return new CheckpointError(`${url.href} stopped after ${loadedBytes} bytes${reasonOfCut(cause)}`, {
    code: "download-failed",
    hint: "the connection keeps breaking; try again",
    cause,
  });
}

/** @param isBegun whether the server has answered before: then a failure is an interruption, not a wrong URL. */
async function request(
  url: URL,
  from: number,
  isBegun: boolean,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response;
  try {
    response = await fetch(url, {
      headers: from > 0 ? { Range: `bytes=${from}-` } : undefined,
      signal,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    if (isBegun) throw cause;
    throw new CheckpointError(`${url.href} cannot be fetched`, {
      code: "download-failed",
      hint: `check the address and the connection${globalThis.location ? ", and that the server allows this page to read from it (CORS)" : ""}`,
      cause,
    });
  }
  if (!response.ok) {
    const status = `HTTP ${response.status} ${response.statusText}`.trimEnd();
    if (isTemporary(response.status)) throw new Error(status);
    throw new CheckpointError(`${url.href}: ${status}`, {
      code: "missing-file",
      hint: "the folder on the server must hold config.json and model.safetensors or pytorch_model.bin",
    });
  }
  // Servers of single-page applications return the page for every URL.
  if (response.headers.get("content-type")?.startsWith("text/html")) {
    throw new CheckpointError(`${url.href} is a web page`, {
      code: "missing-file",
      hint: "the folder on the server must hold config.json and model.safetensors or pytorch_model.bin",
    });
  }
  return response;
}

/** The Content-Length; undefined without one, or for a compressed body, of which it gives the compressed length. */
function contentLength(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || response.headers.has("content-encoding") ? undefined : Number(length);
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array, void> {
  // Not `for await` over the body: Safari's streams are not iterable.
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
