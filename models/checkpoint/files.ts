/** The files of a checkpoint, from wherever they are: a folder, a server, memory. */
import { CheckpointError } from "../errors.ts";

/** Where a checkpoint's files come from. */
export interface CheckpointFiles {
  /** @throws CheckpointError with code "missing-file" when there is none of that name. */
  open(name: string): Promise<CheckpointFile>;
}

/** One open file of a checkpoint, of which any part can be read; whoever opened it closes it. */
export interface CheckpointFile {
  /** Its length. */
  readonly bytes: number;
  /** Bytes `begin` up to `end`, which may be a view. */
  read(begin: number, end: number): Promise<Uint8Array>;
  /** Lets go of the file; it cannot be read afterwards. */
  close(): Promise<void>;
  /** Where it is, if it is a file of this machine. */
  readonly path?: string;
}

/**
 * The whole of one of a checkpoint's files, for those that a checkpoint need not have.
 *
 * @returns undefined where there is none of that name.
 * @throws CheckpointError when it is there and cannot be read.
 */
export async function readIfThere(files: CheckpointFiles, name: string): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(files, name);
  } catch (error) {
    if (error instanceof CheckpointError && error.code === "missing-file") return undefined;
    throw error;
  }
}

/** @throws CheckpointError where there is none of that name, or it cannot be read. */
export async function readWhole(files: CheckpointFiles, name: string): Promise<Uint8Array> {
  const file = await files.open(name);
  try {
    return await file.read(0, file.bytes);
  } finally {
    await file.close();
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
