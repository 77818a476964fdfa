/** Downloads one file with `fetch`; an interrupted download is resumed if the server supports it. */
import { CheckpointError } from "../../models/index.ts";
import { requestFile } from "./request.ts";
import { reasonOfCut, Retries, type RetryOptions } from "./retries.ts";

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

/** Stores the bytes of a file as they arrive. What it throws other than a CheckpointError counts as an interruption. */
export interface DownloadBody {
  /** The number of bytes added. */
  readonly bytes: number;
  /** Called before the first byte, with the length of the file if it is known. */
  expect(totalBytes: number | undefined): void;
  add(chunk: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Discards the bytes added: the file is sent again from its beginning. */
  clear(): void;
  /** The contents of the file. */
  whole(): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Downloads a complete file.
 *
 * @param file its name in messages.
 * @param body default: the bytes as they are.
 * @throws CheckpointError when the server does not have it, cannot be reached, or the connection fails repeatedly; the
 * signal's reason.
 */
export async function download(
  url: URL,
  file: string,
  { onProgress, retryDelay, signal }: DownloadFileOptions,
  body: DownloadBody = new PlainBody(),
): Promise<Uint8Array<ArrayBuffer>> {
  let etag: string | null = null;
  let most = 0;
  let isBegun = false;
  const retries = new Retries({ retryDelay, signal });
  for (;;) {
    let cut: unknown;
    try {
      const response = await requestFile(url, { from: body.bytes, isBegun, signal });
      isBegun = true;
      const isRest = response.status === 206 && response.headers.get("etag") === etag;
      if (!isRest) body.clear();
      if (!isRest && response.status === 206) throw new TypeError(`${url.href} has changed`);
      etag = response.headers.get("etag");
      const length = contentLength(response);
      const totalBytes = length === undefined ? undefined : body.bytes + length;
      body.expect(totalBytes);
      onProgress?.({ file, loadedBytes: body.bytes, totalBytes });
      for await (const chunk of chunksOf(response)) {
        await body.add(chunk);
        onProgress?.({ file, loadedBytes: body.bytes, totalBytes });
      }
      return await body.whole();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CheckpointError) throw error;
      cut = error;
    }
    const hasProgress = body.bytes > most;
    most = Math.max(most, body.bytes);
    if (!(await retries.next(hasProgress))) throw brokenOff(url, body.bytes, cut);
  }
}

function brokenOff(url: URL, loadedBytes: number, cause: unknown): CheckpointError {
  return new CheckpointError(`${url.href} stopped after ${loadedBytes} bytes${reasonOfCut(cause)}`, {
    code: "download-failed",
    hint: "the connection keeps breaking, or the server fails; try again later",
    cause,
  });
}

/** The Content-Length; undefined without one, or for a compressed body, of which it gives the compressed length. */
function contentLength(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || response.headers.has("content-encoding") ? undefined : Number(length);
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  // Not `for await` over the body: Safari's streams are not iterable.
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value;
}

/** The bytes as they are. If their number is known, they are in memory once. */
class PlainBody implements DownloadBody {
  #memory: Uint8Array<ArrayBuffer> | undefined;
  /** Of an unknown or a wrong length: what does not fit into the memory. */
  #chunks: Uint8Array[] = [];
  bytes = 0;

  /** Allocates memory for a file of this length. */
  expect(totalBytes: number | undefined): void {
    if (this.bytes > 0 || totalBytes === undefined) return;
    try {
      this.#memory = new Uint8Array(totalBytes);
    } catch {
      this.#memory = undefined; // a length that no memory has: the file may be shorter
    }
  }

  add(chunk: Uint8Array): void {
    const memory = this.#memory;
    if (memory && this.#chunks.length === 0 && this.bytes + chunk.length <= memory.length) {
      memory.set(chunk, this.bytes);
    } else this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  clear(): void {
    this.#memory = undefined;
    this.#chunks = [];
    this.bytes = 0;
  }

  whole(): Uint8Array<ArrayBuffer> {
    const memory = this.#memory;
    if (memory && memory.length === this.bytes) return memory;
    const bytes = new Uint8Array(this.bytes);
    let at = this.bytes - this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (memory) bytes.set(memory.subarray(0, at));
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }
}
