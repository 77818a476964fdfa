/** Downloads one file of the hub: resumes interrupted downloads and verifies the hash. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat } from "node:fs/promises";
import { CheckpointError, isPointer, pointerError } from "../../../../models/index.ts";
import { isTemporary, reasonOfCut, Retries, type RetryOptions } from "../../retries.ts";
import { isWebPage, statusLine, wordsOf } from "../../server-words.ts";
import { isHtml } from "./hub-errors.ts";
import { lockPartial, removeAbandoned } from "./partial-file.ts";

/** Longest text that is taken for a page, in bytes. */
const LONGEST_TEXT = 2 ** 20;

export interface RemoteFile {
  /** Name in messages, such as "model.safetensors". */
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** SHA-256 of the content for large files; for others Git's SHA-1 of "blob", the size and the content. */
  readonly hash: { readonly kind: "sha256" | "git"; readonly digest: string };
  /** The error of a response that is no success. */
  readonly refusalOf: (response: Response) => Promise<CheckpointError>;
}

export interface DownloadFileOptions extends RetryOptions {
  /** Called with the number of bytes downloaded so far. */
  readonly onProgress?: (loadedBytes: number) => void;
  /** Called when another process downloads the file and this one waits for it. */
  readonly onWait?: (processId: number) => void;
}

/**
 * Downloads to `path`. Resumes an earlier partial download. If another process downloads the same file, waits for its
 * result.
 *
 * @throws CheckpointError when the server refuses, when the connection fails repeatedly (the partial file is kept), when
 * the content does not match the hash; the signal's reason.
 */
export async function downloadFile(
  path: string,
  remote: RemoteFile,
  options: DownloadFileOptions = {},
): Promise<void> {
  const isDone = async (): Promise<boolean> => (await sizeOf(path)) === remote.bytes;
  const partial = await lockPartial(path, isDone, options);
  if (!partial) return;
  try {
    await downloadWhole(partial.path, remote, options);
    await rename(partial.path, path);
  } finally {
    await partial.release();
  }
  await removeAbandoned(path);
}

/** Downloads with retries, and verifies the hash. */
async function downloadWhole(
  partial: string,
  remote: RemoteFile,
  options: DownloadFileOptions,
): Promise<void> {
  const { signal } = options;
  const retries = new Retries(options);
  let mismatches = 0;
  for (;;) {
    const before = await sizeOf(partial);
    let cut: unknown;
    try {
      await fetchRest(partial, remote, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CheckpointError || isLocal(error)) throw error;
      cut = error;
    }
    const size = await sizeOf(partial);
    await refuseOther(partial, size, remote);
    if (size === remote.bytes) {
      const digest = await digestOf(partial, remote);
      if (digest === remote.hash.digest) return;
      await rm(partial, { force: true });
      mismatches += 1;
      // A resumed file may contain data of an earlier version; a file downloaded at once cannot.
      if (before === 0 || mismatches > 1) throw wrongContent(remote, digest);
      continue;
    }
    if (!(await retries.next(size > before))) throw brokenOff(remote, size, cut);
  }
}

/** @throws CheckpointError when the server has sent a short text of its own kind in place of the file: then no try helps. */
async function refuseOther(partial: string, size: number, remote: RemoteFile): Promise<void> {
  if (size === 0 || size >= remote.bytes || size > LONGEST_TEXT) return;
  const content = await readFile(partial);
  const isPage = isWebPage(content.toString("utf8"));
  if (!isPage && !isPointer(content)) return;
  await rm(partial, { force: true });
  if (!isPage) throw pointerError(remote.url);
  throw failed(
    `${remote.url} is a web page`,
    "the network may ask for a login; or check HF_ENDPOINT and the proxy",
  );
}

/** Appends the missing part of the partial file. Returns at the end of the response, complete or not. */
async function fetchRest(
  partial: string,
  remote: RemoteFile,
  { onProgress, signal }: DownloadFileOptions,
): Promise<void> {
  let have = await sizeOf(partial);
  if (have > remote.bytes) await rm(partial, { force: true });
  if (have > remote.bytes) have = 0;
  if (have === remote.bytes && have > 0) return;
  const range: Record<string, string> = have > 0 ? { Range: `bytes=${have}-` } : {};
  const response = await fetch(remote.url, {
    headers: { ...remote.headers, "Accept-Encoding": "identity", ...range },
    signal,
  });
  await checkResponse(remote, response);
  const resumes = response.status === 206 && startOf(response) === have;
  const file = await open(partial, resumes ? "a" : "w");
  try {
    let loaded = resumes ? have : 0;
    onProgress?.(loaded);
    for await (const chunk of response.body ?? []) {
      loaded += await append(file, chunk, remote, loaded);
      onProgress?.(loaded);
    }
  } finally {
    await file.close();
  }
}

async function append(
  file: FileHandle,
  chunk: Uint8Array,
  remote: RemoteFile,
  loaded: number,
): Promise<number> {
  if (loaded + chunk.length > remote.bytes) {
    throw failed(
      `${remote.name}: the server sends more than the ${remote.bytes} bytes that the hub names`,
      "a proxy may have changed the response; try again",
    );
  }
  await file.write(chunk);
  return chunk.length;
}

async function checkResponse(remote: RemoteFile, response: Response): Promise<void> {
  const { status } = response;
  if ((status === 200 || status === 206) && !isHtml(response)) return;
  if (status !== 511 && isTemporary(status)) throw new Error(statusLine(response, await wordsOf(response)));
  throw await remote.refusalOf(response);
}

/** First byte position of a partial response. */
function startOf(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return match ? Number(match[1]) : undefined;
}

async function digestOf(path: string, { bytes, hash }: RemoteFile): Promise<string> {
  const running: Hash = createHash(hash.kind === "sha256" ? "sha256" : "sha1");
  if (hash.kind === "git") running.update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(path)) running.update(chunk);
  return running.digest("hex");
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Whether a retry cannot help, as for a full disk. */
function isLocal(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && ["ENOSPC", "EACCES", "EPERM", "EROFS", "EDQUOT"].includes(code);
}

function brokenOff(remote: RemoteFile, size: number, cause: unknown): CheckpointError {
  return failed(
    `${remote.name} broke off after ${size} of ${remote.bytes} bytes${reasonOfCut(cause)}`,
    "run the command again to resume the download",
    cause,
  );
}

function wrongContent({ name, hash }: RemoteFile, digest: string): CheckpointError {
  return failed(
    `${name}: its hash is ${digest}, the hub says ${hash.digest}`,
    "the download was damaged and has been deleted; run the command again",
  );
}

function failed(found: string, hint: string, cause?: unknown): CheckpointError {
  return new CheckpointError(found, { code: "download-failed", hint, cause });
}
