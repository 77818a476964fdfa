/** A download of compressed weights that begins before the model is asked for. */
import { download, type DownloadProgress } from "../../src/platform/download.ts";
import { CompressedBody } from "./compressed-body.ts";

type OnProgress = (progress: DownloadProgress) => void;

interface Download {
  readonly address: string;
  readonly contents: Promise<Uint8Array>;
  readonly abort: AbortController;
  onProgress: OnProgress | undefined;
}

export class EarlyWeights {
  #download: Download | undefined;

  /** Begins the download. */
  start(address: string): void {
    const abort = new AbortController();
    const onProgress: OnProgress = (progress) => begun.onProgress?.(progress);
    const contents = downloadWeights(address, { onProgress, signal: abort.signal });
    // What fails here is reported when it is taken.
    contents.catch(() => undefined);
    const begun: Download = { address, contents, abort, onProgress: undefined };
    this.#download = begun;
  }

  /** The download of this file, if it has begun; only once. A download of another file ends. */
  take(address: string | undefined, onProgress?: OnProgress): Promise<Uint8Array> | undefined {
    const begun = this.#download;
    this.#download = undefined;
    if (begun?.address !== address) begun?.abort.abort();
    else if (begun) {
      begun.onProgress = onProgress;
      return begun.contents;
    }
    return undefined;
  }
}

/** Downloads and decompresses a file. @throws as `download`; CheckpointError when the file is damaged. */
export function downloadWeights(
  address: string,
  options: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const url = new URL(address);
  return download(url, url.pathname.split("/").at(-1) ?? "", options, new CompressedBody(url.href));
}
