/** Checks of the cache folders. */
import { constants } from "node:fs";
import { access, lstat, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pluralize } from "../../../encoding/pluralize.ts";
import { bytesText } from "../bytes-text.ts";
import { cacheFolder, hubCacheFolder } from "../../platform/node/index.ts";
import { type Check, reasonOf } from "./check.ts";

const area = "caches";

/** Age above which a partial file is considered abandoned. */
const STALE_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Free space in bytes below which a download of GPT-2 does not fit. */
const LITTLE_DISK = 1e9;

export async function cacheChecks(): Promise<Check[]> {
  const environment = process.env;
  const hubSource = ["HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"].find((name) => environment[name]);
  const ownSource = ["OSTINATO_CACHE", "XDG_CACHE_HOME"].find((name) => environment[name]);
  const own = await folderChecks("quantized weights", cacheFolder(), ownSource);
  const hub = await folderChecks("Hugging Face", await hubCacheFolder(), hubSource);
  return [...own, ...hub];
}

async function folderChecks(name: string, folder: string, source: string | undefined): Promise<Check[]> {
  const place = source === undefined ? folder : `${folder} (set by ${source})`;
  const hint = `choose another folder${source === undefined ? "" : ` with ${source}`}, or repair this one`;
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) {
    return [{ area, name, state: "fault", found: `${place} is a file, not a folder`, hint }];
  }
  const existing = found ? folder : await nearestFolder(folder);
  if (existing === undefined) {
    return [
      { area, name, state: "fault", found: `${place} cannot be created: a part of the path is a file`, hint },
    ];
  }
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    return [{ area, name, state: "fault", found: `${place} cannot be written: ${reasonOf(error)}`, hint }];
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const contents = found ? await contentsOf(folder) : undefined;
  const used = contents
    ? `${pluralize(contents.files, "file")}, ${bytesText(contents.bytes)}`
    : "not created yet";
  const check: Check = { area, name, state: "good", found: `${place}: ${used}; ${bytesText(free)} free` };
  const checks: Check[] = [
    free < LITTLE_DISK
      ? { ...check, state: "note", hint: "free some space before downloading models" }
      : check,
  ];
  for (const { path, bytes, age } of contents?.partial ?? []) {
    const isStale = age > STALE_MILLISECONDS;
    checks.push({
      area,
      name,
      state: "note",
      found: `${path}: ${bytesText(bytes)} of an unfinished file, ${isStale ? "abandoned" : "perhaps still being written"}`,
      hint: isStale ? "delete it; otherwise a download resumes from it" : "wait, or run the command again",
    });
  }
  return checks;
}

/** The deepest existing folder on a path; undefined where a file blocks the path. */
async function nearestFolder(path: string): Promise<string | undefined> {
  const parent = dirname(path);
  const found = await stat(parent).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOTDIR" ? false : undefined,
  );
  if (found === undefined && parent !== path) return nearestFolder(parent);
  return found && found.isDirectory() ? parent : undefined;
}

interface Contents {
  readonly files: number;
  readonly bytes: number;
  /** Unfinished files; ages in milliseconds. */
  readonly partial: readonly { readonly path: string; readonly bytes: number; readonly age: number }[];
}

async function contentsOf(folder: string): Promise<Contents> {
  const found = (await readdir(folder, { recursive: true })).sort().map(async (name) => {
    const path = join(folder, name);
    const facts = await lstat(path).catch(() => undefined);
    return facts?.isFile() ? [{ path, bytes: facts.size, age: Date.now() - facts.mtimeMs }] : [];
  });
  const files = (await Promise.all(found)).flat();
  return {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    partial: files.filter(({ path }) => /\.(partial|incomplete)$/.test(path)),
  };
}
