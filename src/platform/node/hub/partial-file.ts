/**
 * The partial file of a download: a file next to its target whose name contains the writing process, so that two processes
 * never write to the same file. The partial file of a dead process is taken over by renaming it, which only one process
 * can do.
 */
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export interface LockOptions {
  /** Called with the number of bytes of the other process during the wait. */
  readonly onProgress?: (loadedBytes: number) => void;
  /** Called once when another process is waited for. */
  readonly onWait?: (processId: number) => void;
  /** Milliseconds without progress after which another process is no longer waited for. Default 30,000. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

export interface PartialFile {
  readonly path: string;
  /** Ends the writing, so that another process may take over the file. */
  release(): Promise<void>;
}

interface Rival {
  readonly path: string;
  readonly bytes: number;
  /** Undefined for a file of another machine or program that shares the folder. */
  readonly processId: number | undefined;
  readonly isAlive: boolean;
}

const SUFFIX = ".incomplete";
/** Milliseconds without progress after which a process of another machine or program counts as dead. */
const IDLE_MILLISECONDS = 10 * 60 * 1000;
const PATIENCE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 100;

const HOST = hostname().replace(/[^\w-]/g, "_");
/** Paths that this process writes to. */
const ours = new Set<string>();
let locks = 0;

/**
 * Returns a partial file to write, with the content of an earlier try. Waits for another process that downloads the same
 * file.
 *
 * @param isDone returns whether the target exists.
 * @returns undefined once it exists.
 * @throws the signal's reason.
 */
export async function lockPartial(
  target: string,
  isDone: () => Promise<boolean>,
  options: LockOptions = {},
): Promise<PartialFile | undefined> {
  const ignored = new Set<string>();
  for (;;) {
    if (await isDone()) return undefined;
    locks += 1;
    // Padded, so that names sort by age.
    const path = `${target}.${HOST}.${process.pid}.${String(locks).padStart(9, "0")}${SUFFIX}`;
    const release = async (): Promise<void> => {
      if ((await sizeOf(path)) === 0) await rm(path, { force: true });
      ours.delete(path);
    };
    ours.add(path);
    try {
      // Created before the check: of two processes that start at once, at least one sees the other.
      await takeOver(target, path);
      const bytes = await sizeOf(path);
      const rival = (await rivals(target)).find(
        (each) =>
          each.isAlive &&
          each.path !== path &&
          !ignored.has(each.path) &&
          (each.bytes > bytes || (each.bytes === bytes && each.path < path)),
      );
      if (!rival) return { path, release };
      await rm(path, { force: true });
      ours.delete(path);
      if (await isStuck(target, rival, isDone, options)) ignored.add(rival.path);
    } catch (error) {
      await release();
      throw error;
    }
  }
}

/** Deletes the partial files of dead processes after the target is complete. */
export async function removeAbandoned(target: string): Promise<void> {
  for (const { path, isAlive } of await rivals(target)) if (!isAlive) await rm(path, { force: true });
}

/** Renames the largest abandoned file to `path`; without one, creates an empty file. */
async function takeOver(target: string, path: string): Promise<void> {
  for (const rival of await rivals(target)) {
    if (rival.isAlive) continue;
    try {
      return await rename(rival.path, path);
    } catch (error) {
      if (!isMissing(error)) throw error; // another process renamed it first
    }
  }
  await (await open(path, "wx")).close();
}

/** Waits for another writer to end. @returns true when it makes no progress. */
async function isStuck(
  target: string,
  rival: Rival,
  isDone: () => Promise<boolean>,
  { onProgress, onWait, patience = PATIENCE_MILLISECONDS, signal }: LockOptions,
): Promise<boolean> {
  if (rival.processId !== undefined) onWait?.(rival.processId);
  let { bytes } = rival;
  let since = performance.now();
  while (performance.now() - since < patience) {
    signal?.throwIfAborted();
    await wait(POLL_MILLISECONDS);
    const now = (await rivals(target)).find(({ path }) => path === rival.path);
    if (!now?.isAlive || (await isDone())) return false;
    if (now.bytes > bytes) since = performance.now();
    ({ bytes } = now);
    onProgress?.(bytes);
  }
  return true;
}

/** All partial files of a target, largest first. */
async function rivals(target: string): Promise<Rival[]> {
  const folder = dirname(target);
  const found: Rival[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith(SUFFIX)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (!facts) continue; // renamed in the meantime
    const processId = processOf(name);
    const isAlive =
      processId === undefined
        ? Date.now() - facts.mtimeMs < IDLE_MILLISECONDS
        : processId === process.pid
          ? ours.has(path)
          : isRunning(processId);
    found.push({ path, bytes: facts.size, processId, isAlive });
  }
  return found.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

/** The process of this machine that owns a file. */
function processOf(name: string): number | undefined {
  const match = /\.([\w-]+)\.(\d+)\.\d+\.incomplete$/.exec(name);
  return match?.[1] === HOST ? Number(match[2]) : undefined;
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // a process of another user
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
