import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Creates a folder and its missing parents. (Node's `recursive` reports ENOENT on a read-only disk.)
 *
 * @returns a function that removes the created folders that are still empty, for use after a failure.
 * @throws the system's error.
 */
export async function makeFolder(path: string): Promise<() => Promise<void>> {
  const made: string[] = [];
  await make(resolve(path), made);
  return async () => {
    for (const folder of made.toReversed()) {
      // A folder that is not empty is kept.
      await rmdir(folder).catch(() => undefined);
    }
  };
}

/** @param made receives the created folders, the highest first. */
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
