import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder, with those above it that are missing. (Node's own `recursive` says of a disk that can only be read that
 * the folder does not exist.)
 *
 * @returns takes away again those that were made and are still empty: for what could not be done after all.
 * @throws the system's error.
 */
export async function makeFolder(path: string): Promise<() => Promise<void>> {
  const made: string[] = [];
  await make(resolve(path), made);
  return async () => {
    for (const folder of made.toReversed()) {
      // Something may be in it, which then stays.
      await rmdir(folder).catch(() => undefined);
    }
  };
}

/** @param made to which is added what was not there, the highest first. */
async function make(folder: string, made: string[]): Promise<void> {
  try {
    await mkdir(folder);
    made.push(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw error;
    await make(dirname(folder), made);
    await make(folder, made);
  }
}
