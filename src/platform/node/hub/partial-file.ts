/**
 * Where a download goes until it is whole: a file beside its target that carries the name of its writer, so that no two
 * processes ever write to the same. What a writer that is gone has left is taken over by renaming it, which only one can.
 */
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export interface LockOptions {
  /** Told how many bytes another process has, while it is waited for. */
  readonly onProgress?: (loadedBytes: number) => void;
  /** Told once that another process is waited for. */
  readonly onWait?: (processId: number) => void;
  /** Another process that brings nothing for so long, in milliseconds, is not waited for any more. Default 30,000. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

export interface PartialFile {
  readonly path: string;
  /** Says that nothing is written to it any more: what is there of it is for the next one. */
  release(): Promise<void>;
}

interface Rival {
  readonly path: string;
  readonly bytes: number;
  /** Undefined: of another machine that shares the folder, or of another program. */
  readonly processId: number | undefined;
  readonly isAlive: boolean;
}

const SUFFIX = ".incomplete";
/** Whether the process of another machine, or of another program, is gone can only be guessed. */
const IDLE_MILLISECONDS = 10 * 60 * 1000;
const PATIENCE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 100;

const HOST = hostname().replace(/[^\w-]/g, "_");
/** Those that this process writes to. */
const ours = new Set<string>();
let locks = 0;

/**
 * A file to download to, with what there is of an earlier try; waits for another process that downloads the same.
 *
 * @param isDone tells whether the target is there.
 * @returns undefined once it is.
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
    // Padded, so that the earlier of two comes first by name as well.
    const path = `${target}.${HOST}.${process.pid}.${String(locks).padStart(9, "0")}${SUFFIX}`;
    const release = async (): Promise<void> => {
      if ((await sizeOf(path)) === 0) await rm(path, { force: true });
      ours.delete(path);
    };
    ours.add(path);
    try {
      // Before the look around: of two that begin at once, one at least sees the other.
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

/** Deletes what writers that are gone have left of a file that is there now. */
export async function removeAbandoned(target: string): Promise<void> {
  for (const { path, isAlive } of await rivals(target)) if (!isAlive) await rm(path, { force: true });
}

/** Gives the largest abandoned file another name; where there is none, makes an empty one. */
async function takeOver(target: string, path: string): Promise<void> {
  for (const rival of await rivals(target)) {
    if (rival.isAlive) continue;
    try {
      return await rename(rival.path, path);
    } catch (error) {
      if (!isMissing(error)) throw error; // another process was faster
    }
  }
  await (await open(path, "wx")).close();
}

/** Waits for another writer to end. @returns whether it did not, but brings nothing. */
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

/** Everybody's files for a target, the largest first. */
async function rivals(target: string): Promise<Rival[]> {
  const folder = dirname(target);
  const found: Rival[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith(SUFFIX)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (!facts) continue; // it was renamed in between
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

/** The process of this machine that a file is of. */
function processOf(name: string): number | undefined {
  const match = /\.([\w-]+)\.(\d+)\.\d+\.incomplete$/.exec(name);
  return match?.[1] === HOST ? Number(match[2]) : undefined;
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // another user's
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
