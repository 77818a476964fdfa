/** The files of a checkpoint, from any source: a folder, a server, memory. */
import { CheckpointError } from "../errors.ts";
import { isPointer, POINTER_LIMIT, pointerError } from "./pointer.ts";

/** Opens the files of a checkpoint by name. */
export interface CheckpointFiles {
  /** @throws CheckpointError with code "missing-file" when the file does not exist. */
  open(name: string): Promise<CheckpointFile>;
}

/** An open file with random access. The caller of `open` must close it. */
export interface CheckpointFile {
  /** Its length in bytes. */
  readonly bytes: number;
  /**
   * Bytes `begin` to `end` − 1; the result may be a view of a larger buffer.
   *
   * @param into memory of this size that the result may be in, instead of new memory.
   */
  read(begin: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  /** Closes the file; it cannot be read afterwards. */
  close(): Promise<void>;
  /** Its path, if it is a local file. */
  readonly path?: string;
}

/**
 * Reads an optional file.
 *
 * @returns undefined when the file does not exist.
 * @throws CheckpointError when it exists and cannot be read.
 */
export async function readIfThere(files: CheckpointFiles, name: string): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(files, name);
  } catch (error) {
    if (error instanceof CheckpointError && error.code === "missing-file") return undefined;
    throw error;
  }
}

/** Reads a file. @throws CheckpointError when it does not exist, cannot be read, or is a Git LFS pointer. */
export async function readWhole(files: CheckpointFiles, name: string): Promise<Uint8Array> {
  const file = await files.open(name);
  try {
    await refusePointer(file, name);
    return await file.read(0, file.bytes);
  } finally {
    await file.close();
  }
}

/**
 * @param name of the file, for the message if it has no path.
 * @throws CheckpointError (`lfs-pointer`) for a Git LFS pointer.
 */
export async function refusePointer(file: CheckpointFile, name: string): Promise<void> {
  if (file.bytes < POINTER_LIMIT && isPointer(await file.read(0, file.bytes))) {
    throw pointerError(file.path ?? name);
  }
}

/** A checkpoint whose files are in memory. */
export function checkpointInMemory(files: ReadonlyMap<string, Uint8Array>): CheckpointFiles {
  return {
    open: async (name) => {
      const bytes = files.get(name);
      if (!bytes) {
        const hint = `there are ${[...files.keys()].join(", ") || "no files"}`;
        throw new CheckpointError(`${name} is missing`, { code: "missing-file", hint });
      }
      return {
        bytes: bytes.length,
        read: async (begin, end) => bytes.subarray(begin, end),
        close: async () => {},
      };
    },
  };
}
